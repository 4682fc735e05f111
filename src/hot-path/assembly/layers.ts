/**
 * Steps into headers that few frames have, each as a function of packet/ takes it: other tags than VLAN's, PPPoE, PPP, MPLS, extension
 * headers, and tunnels that IP carries by itself. The way of most frames is in frames.ts.
 */

import { big16, big32 } from './big-endian.ts';
import { MALFORMED, NOT_IP, OTHER_PROTOCOL, TRUNCATED } from './counters.ts';
import {
  BRIDGING,
  E_TAG,
  ERSPAN,
  ERSPAN3,
  IPV4,
  IPV6,
  MAC_IN_MAC,
  MPLS,
  MPLS_UPSTREAM,
  PPP,
  PPP_IN_GRE,
  PPPOE_SESSION,
  QINQ,
  QINQ_OLD,
  VLAN,
  VN_TAG,
  WCCP,
} from './ether-types.ts';
import { isRouting, isWantedRouting } from './gate.ts';
import { LEFT, NO_PACKET, SETTLED, STEPPED } from './outcomes.ts';

// After STEPPED: where the next header begins, and what it is, as an EtherType.
export let nextAt: usize = 0;
export let nextType: u32 = 0;
/** After NO_PACKET: why, as counters.ts has it. */
export let reason: i32 = NOT_IP;

function stepped(at: usize, type: u32): i32 {
  nextAt = at;
  nextType = type;
  return STEPPED;
}

function none(why: i32): i32 {
  reason = why;
  return NO_PACKET;
}

/** Past a header of `type` at `at`, which is no IP header. */
export function stepLink(type: u32, at: usize, end: usize): i32 {
  switch (type) {
    case PPPOE_SESSION:
      // As pppoeLayer of packet/link-layers.ts.
      if (end < at + 6) return none(TRUNCATED);
      if (load<u8>(at) !== 0x11) return none(MALFORMED);
      return load<u8>(at, 1) !== 0 ? none(NOT_IP) : stepped(at + 6, PPP);
    case PPP:
      return stepPpp(at, end);
    case BRIDGING: {
      if (end < at + 14) return none(TRUNCATED);
      const inner = big16(at + 12);
      // It means something else where an EtherType stands.
      return inner === BRIDGING ? LEFT : stepped(at + 14, inner);
    }
    case MPLS:
    case MPLS_UPSTREAM: {
      const below = belowLabels(at, end);
      if (below === 0) return none(TRUNCATED);
      return nextType === 0 ? none(NOT_IP) : stepped(below, nextType);
    }
    case VN_TAG:
      return end < at + 6 ? none(TRUNCATED) : stepped(at + 6, big16(at + 4));
    case E_TAG:
      return end < at + 8 ? none(TRUNCATED) : stepped(at + 8, big16(at + 6));
    case MAC_IN_MAC:
      return stepped(at + 4, BRIDGING);
    default:
      return isNoIp(type, at, end) ? none(NOT_IP) : LEFT;
  }
}

/** As pppLayer of packet/link-layers.ts: the protocol number has one byte when that is odd, else two. */
function stepPpp(start: usize, end: usize): i32 {
  if (end < start + 2) return LEFT;
  let at = start + 1;
  let number = <u32>load<u8>(start);
  if ((number & 1) === 0) {
    number = (number << 8) | load<u8>(at);
    at += 1;
  }
  if (number === 0x0021) return stepped(at, IPV4);
  if (number === 0x0057) return stepped(at, IPV6);
  return number === 0x0281 ? stepped(at, MPLS) : none(NOT_IP);
}

/** Past what the IP header `ip`, of this EtherType, says to carry at `at` by this protocol number: a tunnel, or nothing of ours. */
export function stepTunnel(type: u32, protocol: u32, ip: usize, at: usize, end: usize): i32 {
  switch (protocol) {
    case 4:
      return stepped(at, IPV4);
    case 41:
      return stepped(at, IPV6);
    case 47:
      return stepGre(at, end);
    case 97:
      // As etherIpLayer of packet/tunnel-layers.ts.
      return end < at + 2 || load<u8>(at) !== 0x30 ? LEFT : stepped(at + 2, BRIDGING);
    case 137:
      return stepped(at, MPLS);
    case 143:
      return stepped(at, BRIDGING);
    default:
      if (type !== IPV4 || !isRouting(protocol)) return none(OTHER_PROTOCOL);
      return isWantedRouting(ip, protocol) ? LEFT : SETTLED;
  }
}

/** As greLayer of packet/tunnel-layers.ts and what that leads to, without a source route. */
function stepGre(start: usize, end: usize): i32 {
  let at = greEnd(start, end);
  if (at === 0) return LEFT;
  const type = big16(start + 2);
  if (type === PPP_IN_GRE) {
    // Nothing at all in a mere acknowledgement; and the HDLC address and control may be left out.
    if (at === end) return none(NOT_IP);
    return stepped(at + 2 <= end && load<u16>(at) === 0x03ff ? at + 2 : at, PPP);
  }
  if ((load<u8>(start, 1) & 7) !== 0) return none(NOT_IP);
  switch (type) {
    case ERSPAN:
      // Type II has a sequence number, and begins with version 1.
      if ((load<u8>(start) & 0x10) === 0) return stepped(at, BRIDGING);
      return end < at + 8 || load<u8>(at) >> 4 !== 1 ? LEFT : stepped(at + 8, BRIDGING);
    case ERSPAN3:
      return stepErspan3(at, end);
    case WCCP:
      // As wccpLayer of packet/tunnel-layers.ts.
      if (end < at + 4) return LEFT;
      if (load<u8>(at) >> 4 !== 4) at += 4;
      return stepped(at, IPV4);
    default:
      return type < 0x600 || isOtherEtherType(type) ? none(NOT_IP) : stepped(at, type);
  }
}

/** As erspan3Layer of packet/tunnel-layers.ts. */
function stepErspan3(at: usize, end: usize): i32 {
  if (end < at + 12 || load<u8>(at) >> 4 !== 2) return LEFT;
  const frameType = (load<u8>(at, 10) >> 2) & 31;
  const inside = at + ((load<u8>(at, 11) & 1) !== 0 ? 20 : 12);
  if (inside > end) return LEFT;
  if (frameType === 0) return stepped(inside, BRIDGING);
  if (frameType !== 2) return none(NOT_IP);
  if (inside === end) return none(TRUNCATED);
  const version = load<u8>(inside) >> 4;
  if (version !== 4 && version !== 6) return none(MALFORMED);
  return stepped(inside, version === 4 ? IPV4 : IPV6);
}

/** Where the header of version 0 or 1 ends, or 0. */
function greEnd(at: usize, end: usize): usize {
  if (end < at + 4) return 0;
  const flags = big16(at);
  const version = flags & 7;
  if ((flags & 0x4000) !== 0 || version > 1) return 0;
  let after = at + 4;
  if ((flags & 0x8000) !== 0) after += 4;
  if ((flags & 0x2000) !== 0) after += 4;
  if ((flags & 0x1000) !== 0) after += 4;
  if (version === 1 && (flags & 0x0080) !== 0) after += 4;
  return after > end ? 0 : after;
}

/** As mplsLayer of packet/tunnel-layers.ts: where the label stack ends, or 0. It sets the next type to 0 if no packet follows. */
function belowLabels(stack: usize, end: usize): usize {
  let at = stack;
  let isBottom = false;
  while (!isBottom) {
    if (at + 4 > end) return 0;
    isBottom = (load<u8>(at, 2) & 1) !== 0;
    at += 4;
  }
  if (at >= end) return 0;
  const isEthernet = isFrame(at, end);
  const first = load<u8>(at);
  nextType = isEthernet ? BRIDGING : 0;
  if (first >> 4 === 4) {
    if (!isEthernet || first === 0x45) nextType = IPV4;
  } else if (first >> 4 === 6) {
    if (!isEthernet || (at + 40 <= end && at + 40 + big16(at + 4) === end)) nextType = IPV6;
  } else if (first >> 4 === 0 && !isEthernet && isFrame(at + 4, end)) {
    nextType = BRIDGING;
    return at + 4;
  }
  return at;
}

/** Would an Ethernet frame that begins here lead to IP? */
function isFrame(at: usize, end: usize): bool {
  if (at + 14 > end) return false;
  const etherType = big16(at + 12);
  return etherType >= 0x600 && !isOtherEtherType(etherType);
}

/** What follows the extension headers, and where that would end which is cut: set by `pastExtensions`. */
export let afterExtensions: u32 = 0;
export let extensionEnd: usize = 0;

export const FRAGMENT_HEADER: u32 = 44;

/** As ipv6ExtensionLayer of packet/ip-layers.ts: where the extension headers end, or that of a fragment begins; or 0: one is cut. */
export function pastExtensions(first: u32, start: usize, end: usize): usize {
  let protocol = first;
  let at = start;
  while (isExtension(protocol)) {
    extensionEnd = at + 8;
    if (extensionEnd > end) return 0;
    const words = <usize>load<u8>(at, 1);
    let length: usize = 8;
    // A fragment that is whole in itself is none (RFC 6946). The authentication header counts otherwise (RFC 4302 section 2.2).
    if (protocol === FRAGMENT_HEADER) {
      if ((big16(at + 2) & 0xfff9) !== 0) break;
    } else if (protocol === 51) length = (words + 2) << 2;
    else length = (words + 1) << 3;
    extensionEnd = at + length;
    if (extensionEnd > end) return 0;
    protocol = load<u8>(at);
    at += length;
  }
  afterExtensions = protocol;
  return at;
}

function isExtension(protocol: u32): bool {
  switch (protocol) {
    case 0:
    case 43:
    case 44:
    case 51:
    case 60:
    case 135:
    case 139:
    case 140:
      return true;
    default:
      return false;
  }
}

/** As authentication of packet/transport-layers.ts (RFC 4302 section 2.2), with the same results as pastExtensions. */
export function pastAuthentication(start: usize, end: usize): usize {
  let at = start;
  let protocol: u32 = 51;
  while (protocol === 51) {
    extensionEnd = at + 8;
    if (extensionEnd > end) return 0;
    extensionEnd = at + ((<usize>load<u8>(at, 1) + 2) << 2);
    if (extensionEnd > end) return 0;
    protocol = load<u8>(at);
    at = extensionEnd;
  }
  afterExtensions = protocol;
  return at;
}

/** As llcLayer of packet/ethernet-layers.ts, and what an EtherType leads to: true if no IP packet can follow. */
function isNoIp(etherType: u32, at: usize, end: usize): bool {
  if (etherType >= 0x600) return isOtherEtherType(etherType);
  if (end < at + 3) return false;
  if (load<u8>(at, 2) !== 3) return true;
  const points = load<u16>(at);
  if (points !== 0xaaaa) return points !== 0x0606;
  if (end < at + 8) return false;
  const organisation = big32(at + 3) >>> 8;
  if (organisation !== 0 && organisation !== 0xf8) return true;
  const snap = big16(at + 6);
  return snap < 0x600 || isOtherEtherType(snap);
}

/** As layerOfEtherType of packet/ethernet-layers.ts, from 0x600 on: true for none of ours. */
function isOtherEtherType(etherType: u32): bool {
  switch (etherType) {
    case IPV4:
    case IPV6:
    case VLAN:
    case QINQ:
    case QINQ_OLD:
    case PPPOE_SESSION:
    case BRIDGING:
    case MPLS:
    case MPLS_UPSTREAM:
    case MAC_IN_MAC:
    case VN_TAG:
    case E_TAG:
      return false;
    default:
      return true;
  }
}
