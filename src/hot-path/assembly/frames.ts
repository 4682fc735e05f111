/**
 * From a frame to what was found in it: what packet/packet-decoder.ts does with the usual headers (Ethernet, VLAN tags, PPPoE,
 * MPLS, IPv4 and IPv6 with fragments and extension headers, IP in IP, GRE, ERSPAN, EtherIP, PPP, VXLAN, GENEVE, GTP-U, Teredo, TCP,
 * UDP, ICMP, SCTP). All that is unusual or broken is left to it.
 */

import { big16, big32 } from './big-endian.ts';
import {
  countNotTunnel,
  countWithout,
  FRAGMENT_HELD,
  MALFORMED,
  NOT_IP,
  OTHER_PROTOCOL,
  TRUNCATED,
} from './counters.ts';
import { datagram } from './datagrams.ts';
import { describe, identify } from './flow-key.ts';
import { FIN, RST, SYN } from './flow-record.ts';
import { NEXT_SECOND } from './found-words.ts';
import { addFragment, wholeEnd, wholeHeader, wholePayload, wholeProtocol } from './fragments.ts';
import { GATE_SHIFT, GATE_SPREAD } from './gate-hash.ts';
import { lookAtDatagram, lookAtStream } from './look.ts';
import { IP_START, PAYLOAD_END, PAYLOAD_MISSING, PAYLOAD_START, SECONDS, TRANSPORT_START } from './packet-words.ts';
import { NOTHING, OTHER_SECOND, WHOLE_DATAGRAM } from './results.ts';
import { segment } from './streams.ts';
import {
  FOUND as FOUND_AT,
  gateIcmpId,
  gateIcmpSequence,
  gateIcmpSize,
  gateIcmpWord,
  gateRouting,
  gateRoutingSize,
  gateShape,
  gateSize,
  gateWindow,
  gateWord,
  ICMP_GATE,
  PACKET,
  SEGMENT_GATE,
} from './tables.ts';
import { BY_ICMP, BY_SCTP, BY_UDP } from './transport-bits.ts';

// What became of a frame.
/** Nothing was done with it. */
export const LEFT: i32 = 0;
export const SETTLED: i32 = 1;
/** Settled, too, but there was no packet in it; why, was counted. */
export const WITHOUT_PACKET: i32 = 2;
/** The engine must judge `found`, of the packet at PACKET. */
export const FOUND: i32 = 3;

/** As results.ts. */
export let found: i32 = NOTHING;
/** A fragment of this frame made a datagram whole (fragments.ts tells where it is). */
let isWhole: bool = false;

/** Headers within each other that are followed here. */
const MOST_LAYERS = 8;

const IPV4: u32 = 0x0800;
const IPV6: u32 = 0x86dd;
const VLAN: u32 = 0x8100;
const QINQ: u32 = 0x88a8;
const QINQ_OLD: u32 = 0x9100;
const PPPOE_SESSION: u32 = 0x8864;
const MPLS: u32 = 0x8847;
const MPLS_UPSTREAM: u32 = 0x8848;
const MAC_IN_MAC: u32 = 0x88e7;
const VN_TAG: u32 = 0x8926;
const E_TAG: u32 = 0x893f;
/** PPP in GRE (RFC 2637 section 4.1). */
const PPP_IN_GRE: u32 = 0x880b;
/** PPP follows: no EtherType has so many bits. */
const PPP: u32 = 0x10000;
/** Ethernet in GRE, GENEVE and VXLAN; and in ERSPAN (draft-foschiano-erspan): of type I without a header, of type II with eight bytes. */
const BRIDGING: u32 = 0x6558;
const ERSPAN: u32 = 0x88be;
/** ERSPAN of type III. */
const ERSPAN3: u32 = 0x22eb;
const WCCP: u32 = 0x883e;

/** The Ethernet frame [start, end), captured in second `now`. */
export function frame(start: usize, end: usize, now: i32): i32 {
  isWhole = false;
  const result = decode(start, end, now);
  if (result !== LEFT || !isWhole) return result;
  // Its fragment must not be taken twice: the rest of the way begins with the whole datagram.
  found = WHOLE_DATAGRAM;
  store<i32>(PACKET, now, SECONDS << 2);
  return FOUND;
}

/** The next record was captured in another second: the engine must know before it is taken. */
export function findSecond(second: i32): void {
  found = OTHER_SECOND;
  store<i32>(FOUND_AT, second, NEXT_SECOND << 2);
}

/** Nothing of the last frame is to be judged. */
export function forgetFound(): void {
  found = NOTHING;
}

function decode(start: usize, frameEnd: usize, now: i32): i32 {
  isTunnelled = false;
  if (frameEnd - start < 14) return noPacket(TRUNCATED, now);
  let end = frameEnd;
  let ip = start + 14;
  let type = big16(start + 12);
  for (let layer = 0; layer < MOST_LAYERS; layer++) {
    let transport: usize = 0;
    let ipEnd: usize = 0;
    let protocol: u32 = 0;
    if (type === IPV4) {
      if (end < ip + 20) return noPacket(TRUNCATED, now);
      if (load<u8>(ip) >> 4 !== 4) return noPacket(MALFORMED, now);
      protocol = load<u8>(ip, 9);
      transport = ip + ((<usize>load<u8>(ip) & 15) << 2);
      const length = big16(ip + 2);
      // Segmentation offload writes 0: all that was captured counts.
      ipEnd = length === 0 ? end : ip + length;
      if (transport < ip + 20 || transport > ipEnd) return noPacket(MALFORMED, now);
      if (transport > end) return noPacket(TRUNCATED, now);
      if ((load<u16>(ip, 6) & 0xff3f) !== 0) {
        if (isTunnelled) return LEFT;
        if (!fragment(ip, transport, ipEnd, end, now)) return noPacket(FRAGMENT_HELD, now);
        isWhole = true;
        ip = wholeHeader;
        transport = wholePayload;
        ipEnd = wholeEnd;
        end = wholeEnd;
        protocol = wholeProtocol;
      }
    } else if (type === IPV6) {
      if (end < ip + 40) return noPacket(TRUNCATED, now);
      if (load<u8>(ip) >> 4 !== 6) return noPacket(MALFORMED, now);
      protocol = load<u8>(ip, 6);
      transport = ip + 40;
      ipEnd = transport + big16(ip + 4);
      // A jumbogram, or segmentation offload.
      if (ipEnd === transport) return LEFT;
      if (protocol !== 6 && protocol !== 17 && protocol !== 58) {
        transport = pastExtensions(protocol, transport, min(end, ipEnd));
        if (transport === 0) return cut(extensionEnd, ipEnd, now);
        protocol = afterExtensions;
        if (protocol === FRAGMENT_HEADER) {
          if (isTunnelled) return LEFT;
          if (!fragment6(ip, transport, ipEnd, end, now)) return noPacket(FRAGMENT_HELD, now);
          isWhole = true;
          ip = wholeHeader;
          ipEnd = wholeEnd;
          end = wholeEnd;
          transport = pastExtensions(wholeProtocol, wholePayload, end);
          if (transport === 0) return cut(extensionEnd, ipEnd, now);
          protocol = afterExtensions;
          if (protocol === FRAGMENT_HEADER) return LEFT;
        }
      }
    } else if (type === VLAN || type === QINQ || type === QINQ_OLD) {
      if (end < ip + 4) return noPacket(TRUNCATED, now);
      type = big16(ip + 2);
      ip += 4;
      continue;
    } else if (type === PPPOE_SESSION) {
      // As pppoeLayer of packet/link-layers.ts.
      if (end < ip + 6) return noPacket(TRUNCATED, now);
      if (load<u8>(ip) !== 0x11) return noPacket(MALFORMED, now);
      if (load<u8>(ip, 1) !== 0) return noPacket(NOT_IP, now);
      ip += 6;
      type = PPP;
      continue;
    } else if (type === PPP) {
      // As pppLayer of packet/link-layers.ts: the protocol number has one byte when that is odd, else two.
      if (end < ip + 2) return LEFT;
      let number = <u32>load<u8>(ip);
      ip += 1;
      if ((number & 1) === 0) {
        number = (number << 8) | load<u8>(ip);
        ip += 1;
      }
      if (number !== 0x0021 && number !== 0x0057 && number !== 0x0281) return noPacket(NOT_IP, now);
      type = number === 0x0021 ? IPV4 : number === 0x0057 ? IPV6 : MPLS;
      continue;
    } else if (type === BRIDGING) {
      if (end < ip + 14) return noPacket(TRUNCATED, now);
      type = big16(ip + 12);
      ip += 14;
      // It means something else where an EtherType stands.
      if (type === BRIDGING) return LEFT;
      continue;
    } else if (type === MPLS || type === MPLS_UPSTREAM) {
      ip = belowLabels(ip, end);
      if (ip === 0) return noPacket(TRUNCATED, now);
      if (insideType === 0) return noPacket(NOT_IP, now);
      type = insideType;
      continue;
    } else if (type === VN_TAG || type === E_TAG) {
      const tag: usize = type === VN_TAG ? 4 : 6;
      if (end < ip + tag + 2) return noPacket(TRUNCATED, now);
      type = big16(ip + tag);
      ip += tag + 2;
      continue;
    } else if (type === MAC_IN_MAC) {
      ip += 4;
      type = BRIDGING;
      continue;
    } else {
      return isNoIp(type, ip, end) ? noPacket(NOT_IP, now) : LEFT;
    }
    // As authentication of packet/transport-layers.ts: RFC 4302 section 2.2.
    while (protocol === 51) {
      const last = min(end, ipEnd);
      if (transport + 8 > last) return cut(transport + 8, ipEnd, now);
      protocol = load<u8>(transport);
      transport += (<usize>load<u8>(transport, 1) + 2) << 2;
      if (transport > last) return cut(transport, ipEnd, now);
    }
    if (protocol === 6) return tcp(ip, transport, ipEnd, end, now);
    if (protocol === 17) {
      const inside = tunnelIn(transport, ipEnd, end);
      if (inside === UNSURE) return LEFT;
      if (inside === NO_TUNNEL) return udp(ip, transport, ipEnd, end, now);
      isTunnelled = true;
      outerIp = ip;
      outerUdp = transport;
      outerIpEnd = ipEnd;
      outerEnd = end;
      end = min(end, transport + big16(transport + 4));
      ip = inside;
      type = insideType;
      continue;
    }
    if (protocol === (type === IPV4 ? 1 : 58)) return icmp(ip, transport, ipEnd, end, protocol, now);
    if (protocol === 132) return sctp(ip, transport, ipEnd, end, now);
    // What follows belongs to this packet only as far as its length says.
    end = min(end, ipEnd);
    if (protocol === 4) {
      type = IPV4;
      ip = transport;
    } else if (protocol === 41) {
      type = IPV6;
      ip = transport;
    } else if (protocol === 47) {
      ip = greEnd(transport, end);
      if (ip === 0) return LEFT;
      const isVersion0 = (load<u8>(transport, 1) & 7) === 0;
      type = big16(transport + 2);
      if (type === PPP_IN_GRE) {
        // Nothing at all in a mere acknowledgement; and the HDLC address and control may be left out.
        if (ip === end) return noPacket(NOT_IP, now);
        if (ip + 2 <= end && load<u16>(ip) === 0x03ff) ip += 2;
        type = PPP;
      } else if (!isVersion0) {
        return noPacket(NOT_IP, now);
      } else if (type === ERSPAN) {
        // Type II has a sequence number, and begins with version 1.
        if ((load<u8>(transport) & 0x10) !== 0) {
          if (end < ip + 8 || load<u8>(ip) >> 4 !== 1) return LEFT;
          ip += 8;
        }
        type = BRIDGING;
      } else if (type === ERSPAN3) {
        // As erspan3Layer of packet/tunnel-layers.ts.
        if (end < ip + 12 || load<u8>(ip) >> 4 !== 2) return LEFT;
        const frameType = (load<u8>(ip, 10) >> 2) & 31;
        ip += (load<u8>(ip, 11) & 1) !== 0 ? 20 : 12;
        if (ip > end) return LEFT;
        if (frameType === 0) type = BRIDGING;
        else if (frameType !== 2) return noPacket(NOT_IP, now);
        else {
          if (ip === end) return noPacket(TRUNCATED, now);
          const version = load<u8>(ip) >> 4;
          if (version !== 4 && version !== 6) return noPacket(MALFORMED, now);
          type = version === 4 ? IPV4 : IPV6;
        }
      } else if (type === WCCP) {
        // As wccpLayer of packet/tunnel-layers.ts.
        if (end < ip + 4) return LEFT;
        if (load<u8>(ip) >> 4 !== 4) ip += 4;
        type = IPV4;
      } else if (type < 0x600 || isOtherEtherType(type)) {
        return noPacket(NOT_IP, now);
      }
    } else if (protocol === 97) {
      // As etherIpLayer of packet/tunnel-layers.ts.
      if (end < transport + 2 || load<u8>(transport) !== 0x30) return LEFT;
      ip = transport + 2;
      type = BRIDGING;
    } else if (protocol === 137) {
      ip = transport;
      type = MPLS;
    } else if (protocol === 143) {
      ip = transport;
      type = BRIDGING;
    } else if (type === IPV4 && isRouting(protocol)) {
      return isWantedRouting(ip, protocol) ? LEFT : SETTLED;
    } else {
      return noPacket(OTHER_PROTOCOL, now);
    }
  }
  return LEFT;
}

/** The datagram that carries a tunnel, once one was entered. */
let isTunnelled: bool = false;
let outerIp: usize = 0;
let outerUdp: usize = 0;
let outerIpEnd: usize = 0;
let outerEnd: usize = 0;

/**
 * There is none, and that is the reason (counters.ts). As setOuterUdp of packet/transport-layers.ts: without a packet in it, a
 * tunnel is an ordinary datagram after all.
 */
function noPacket(reason: i32, now: i32): i32 {
  if (!isTunnelled) {
    countWithout(reason);
    return WITHOUT_PACKET;
  }
  countNotTunnel();
  return udp(outerIp, outerUdp, outerIpEnd, outerEnd, now);
}

/** As cut of packet/transport-layers.ts: a header that would reach to `headerEnd` is not there. */
function cut(headerEnd: usize, declaredEnd: usize, now: i32): i32 {
  return noPacket(headerEnd > declaredEnd ? MALFORMED : TRUNCATED, now);
}

/** What follows a header that does not say it by an EtherType at its end: set by the function that steps over it. */
let insideType: u32 = 0;

/** As mplsLayer of packet/tunnel-layers.ts: where the label stack ends, or 0. It sets the type to 0 if no packet follows. */
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
  insideType = isEthernet ? BRIDGING : 0;
  if (first >> 4 === 4) {
    if (!isEthernet || first === 0x45) insideType = IPV4;
  } else if (first >> 4 === 6) {
    if (!isEthernet || (at + 40 <= end && at + 40 + big16(at + 4) === end)) insideType = IPV6;
  } else if (first >> 4 === 0 && !isEthernet && isFrame(at + 4, end)) {
    insideType = BRIDGING;
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
let afterExtensions: u32 = 0;
let extensionEnd: usize = 0;

const FRAGMENT_HEADER: u32 = 44;

/** As ipv6ExtensionLayer of packet/ip-layers.ts: where the extension headers end, or that of a fragment begins; or 0: one is cut. */
function pastExtensions(first: u32, start: usize, end: usize): usize {
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

/** As the end of ipv4Layer of packet/ip-layers.ts. True: its datagram is whole, and its header tells so. */
function fragment(ip: usize, payload: usize, ipEnd: usize, end: usize, now: i32): bool {
  const word = big16(ip + 6);
  const size = <i32>(min(ipEnd, end) - payload);
  const header = <i32>(payload - ip);
  const offset = (<i32>(word & 0x1fff)) << 3;
  const identification = <i32>big16(ip + 4);
  const protocol = <i32>load<u8>(ip, 9);
  const more = (word & 0x2000) !== 0;
  if (!addFragment(ip, header, identification, protocol, payload, size, offset, more, ipEnd > end, now)) return false;
  store<u16>(wholeHeader, bswap<u16>(<u16>(wholeEnd - wholeHeader)), 2);
  store<u16>(wholeHeader, 0, 6);
  return true;
}

/** The same for the fragment header at `header` behind the IPv6 header `ip`: the end of ipv6ExtensionLayer. */
function fragment6(ip: usize, header: usize, ipEnd: usize, end: usize, now: i32): bool {
  const word = big16(header + 2);
  const payload = header + 8;
  const size = <i32>(min(ipEnd, end) - payload);
  const identification = <i32>big32(header + 4);
  const protocol = <i32>load<u8>(header);
  const offset = <i32>(word & 0xfff8);
  const more = (word & 1) !== 0;
  if (!addFragment(ip, 40, identification, protocol, payload, size, offset, more, ipEnd > end, now)) return false;
  store<u16>(wholeHeader, bswap<u16>(<u16>(wholeEnd - wholePayload)), 4);
  store<u8>(wholeHeader, <u8>wholeProtocol, 6);
  return true;
}

function tcp(ip: usize, transport: usize, ipEnd: usize, end: usize, now: i32): i32 {
  if (end < transport + 20) return oddTcp(0, transport, ipEnd, end, now);
  const offsetAndFlags = big16(transport + 12);
  const header = (offsetAndFlags >> 10) & 0x3c;
  const payloadStart = transport + header;
  if (header < 20 || payloadStart > ipEnd || payloadStart > end) return oddTcp(header, transport, ipEnd, end, now);
  const payloadEnd = min(ipEnd, end);
  const length = <i32>(payloadEnd - payloadStart);
  const flags = offsetAndFlags & 0xff;
  if (length === 0) {
    if (isWanted(transport, ((offsetAndFlags & 0xf000) >> 4) | flags)) return LEFT;
    // A pure ACK says nothing.
    if ((flags & (SYN | FIN | RST)) === 0) return SETTLED;
  }
  const missing = <i32>(ipEnd - payloadEnd);
  identify(ip, big32(transport), 6);
  const result = segment(
    big32(transport + 4),
    big32(transport + 8),
    flags,
    payloadStart,
    length,
    missing,
    <i32>big16(transport),
    now,
  );
  return tell(lookAtStream(result), ip, transport, payloadStart, payloadEnd, missing, now);
}

/** As tcp of packet/transport-layers.ts, of a header that is not whole. */
function oddTcp(header: u32, transport: usize, ipEnd: usize, end: usize, now: i32): i32 {
  if (min(end, ipEnd) < transport + 20) return cut(transport + 20, ipEnd, now);
  // Of one whose options the snap length cut, the flags still tell something.
  return header < 20 || transport + header > ipEnd ? noPacket(MALFORMED, now) : LEFT;
}

function udp(ip: usize, transport: usize, ipEnd: usize, end: usize, now: i32): i32 {
  if (min(end, ipEnd) < transport + 8) return cut(transport + 8, ipEnd, now);
  const size = big16(transport + 4);
  if (size - 1 < 7) return noPacket(MALFORMED, now);
  // 0 in jumbograms (RFC 2675 section 4) and segmentation offload.
  const udpEnd = size === 0 ? ipEnd : min(transport + size, ipEnd);
  const between = big32(transport);
  const sourcePort = <u32>between >>> 16;
  const payloadEnd = min(udpEnd, end);
  const length = <i32>(payloadEnd - transport - 8);
  // It may be a port scan's, which the engine remembers.
  if (length === 0) return LEFT;
  identify(ip, between, 17);
  const result = lookAtDatagram(datagram(length, <i32>sourcePort, now), transport + 8, length, BY_UDP);
  return tell(result, ip, transport, transport + 8, payloadEnd, <i32>(udpEnd - payloadEnd), now);
}

function icmp(ip: usize, transport: usize, ipEnd: usize, end: usize, protocol: u32, now: i32): i32 {
  if (min(end, ipEnd) < transport + 8) return cut(transport + 8, ipEnd, now);
  if (load<u8>(ICMP_GATE + load<u8>(transport)) !== 0 && isWantedIcmp(transport)) return LEFT;
  const payloadEnd = min(ipEnd, end);
  const length = <i32>(payloadEnd - transport - 8);
  if (length === 0) return SETTLED;
  identify(ip, 0, <i32>protocol);
  const result = lookAtDatagram(datagram(length, 0, now), transport + 8, length, BY_ICMP);
  return tell(result, ip, transport, transport + 8, payloadEnd, <i32>(ipEnd - payloadEnd), now);
}

/** As sctp of packet/transport-layers.ts: of the first chunk with data, that is the payload. */
function sctp(ip: usize, transport: usize, ipEnd: usize, frameEnd: usize, now: i32): i32 {
  const end = min(frameEnd, ipEnd);
  if (end < transport + 12) return cut(transport + 12, ipEnd, now);
  let chunk = transport + 12;
  while (chunk + 4 <= end) {
    const type = load<u8>(chunk);
    const size = <usize>big16(chunk + 2);
    if (size < 4 || chunk + size > ipEnd) break;
    const header: usize = type === 0 ? 16 : type === 64 ? 20 : 0;
    if (header !== 0 && size >= header) {
      const payloadStart = min(chunk + header, end);
      const payloadEnd = min(chunk + size, end);
      const length = <i32>(payloadEnd - payloadStart);
      if (length === 0) break;
      const between = big32(transport);
      identify(ip, between, 132);
      const missing = <i32>(chunk + size - payloadEnd);
      const result = lookAtDatagram(datagram(length, <i32>(<u32>between >>> 16), now), payloadStart, length, BY_SCTP);
      return tell(result, ip, transport, payloadStart, payloadEnd, missing, now);
    }
    chunk += (size + 3) & ~3;
  }
  return SETTLED;
}

/** Tells the engine of the packet in which something was found. */
function tell(
  result: i32,
  ip: usize,
  transport: usize,
  payloadStart: usize,
  payloadEnd: usize,
  missing: i32,
  now: i32,
): i32 {
  if (result === NOTHING) return SETTLED;
  found = result;
  describe(now);
  store<usize>(PACKET, ip, IP_START << 2);
  store<usize>(PACKET, transport, TRANSPORT_START << 2);
  store<usize>(PACKET, payloadStart, PAYLOAD_START << 2);
  store<usize>(PACKET, payloadEnd, PAYLOAD_END << 2);
  store<i32>(PACKET, missing, PAYLOAD_MISSING << 2);
  return FOUND;
}

/** A datagram is none, or it is not told here whether it is. */
const NO_TUNNEL: usize = 0;
const UNSURE: usize = 1;

/** As udpTunnel of packet/udp-tunnels.ts: where the packet begins that a UDP datagram carries, NO_TUNNEL or UNSURE. */
function tunnelIn(transport: usize, ipEnd: usize, end: usize): usize {
  if (end < transport + 8) return NO_TUNNEL;
  const port = big16(transport + 2);
  if (!isTunnelPort(big16(transport), port)) return NO_TUNNEL;
  const udpEnd = transport + big16(transport + 4);
  if (udpEnd < transport + 16 || udpEnd > ipEnd || end < transport + 16) return UNSURE;
  const inside = insideOf(port, transport + 8, min(udpEnd, end), udpEnd);
  if (inside === NO_TUNNEL) countNotTunnel();
  return inside;
}

function insideOf(port: u32, header: usize, last: usize, udpEnd: usize): usize {
  switch (port) {
    case 4789:
    case 8472:
      return inVxlan(header, last);
    case 4790:
      return inVxlanGpe(header, last);
    case 6081:
      return inGeneve(header, last);
    case 2152:
      return inGtp(header, last, udpEnd);
    default:
      return inTeredo(header, last, udpEnd);
  }
}

/** As vxlan of packet/udp-tunnels.ts. */
function inVxlan(header: usize, last: usize): usize {
  const first = load<u32>(header);
  if ((first & 0xff) === 0x0c) return inVxlanGpe(header, last);
  insideType = BRIDGING;
  // In the order of memory: only the I bit; or the group policy extension's.
  const isKnown = first === 0x08 || (first & 0xb7ff) === 0x88;
  return isKnown && load<u8>(header, 7) === 0 && header + 8 + 14 <= last ? header + 8 : NO_TUNNEL;
}

/** As vxlanGpe of packet/udp-tunnels.ts. */
function inVxlanGpe(header: usize, last: usize): usize {
  const first = load<u32>(header);
  if ((first & 0xff_ffff) !== 0x0c || load<u8>(header, 7) !== 0 || header + 8 + 14 > last) return NO_TUNNEL;
  const next = first >> 24;
  insideType = next === 1 ? IPV4 : next === 2 ? IPV6 : BRIDGING;
  return next === 0 || next > 3 ? NO_TUNNEL : header + 8;
}

/** As geneve of packet/udp-tunnels.ts. */
function inGeneve(header: usize, last: usize): usize {
  const first = load<u8>(header);
  if (first >> 6 !== 0 || (load<u8>(header, 1) & 0x3f) !== 0 || load<u8>(header, 7) !== 0) return 0;
  const inside = header + 8 + ((<usize>first & 0x3f) << 2);
  insideType = big16(header + 2);
  const isKnown = insideType === BRIDGING || insideType === IPV4 || insideType === IPV6 || insideType === MPLS;
  return isKnown && inside < last ? inside : 0;
}

/** As gtpUser of packet/udp-tunnels.ts. */
function inGtp(header: usize, last: usize, udpEnd: usize): usize {
  const flags = load<u8>(header);
  if (last < header + 12 || (flags & 0xf8) !== 0x30 || load<u8>(header, 1) !== 255) return 0;
  if (header + 8 + big16(header + 2) !== udpEnd) return 0;
  let inside = header + 8;
  if ((flags & 0x07) !== 0) {
    let next = (flags & 0x04) !== 0 ? load<u8>(header, 11) : 0;
    inside += 4;
    while (next !== 0) {
      const length = inside < last ? (<usize>load<u8>(inside)) << 2 : 0;
      if (length === 0 || inside + length > last) return 0;
      inside += length;
      next = load<u8>(inside - 1);
    }
  }
  if (inside >= last) return 0;
  const version = load<u8>(inside) >> 4;
  insideType = version === 4 ? IPV4 : IPV6;
  return version === 4 || version === 6 ? inside : 0;
}

/** As teredo of packet/udp-tunnels.ts. */
function inTeredo(header: usize, last: usize, udpEnd: usize): usize {
  let inside = header;
  if (inside + 4 <= last && big16(inside) === 1) {
    inside += 13 + <usize>load<u8>(inside, 2) + <usize>load<u8>(inside, 3);
  }
  if (inside + 2 <= last && big16(inside) === 0) inside += 8;
  if (inside + 40 > last || load<u8>(inside) >> 4 !== 6) return 0;
  insideType = IPV6;
  return inside + 40 + big16(inside + 4) === udpEnd ? inside : 0;
}

/** As greLayer of packet/tunnel-layers.ts, without a source route: where the header of version 0 or 1 ends, or 0. */
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

/** As layerOfEtherType of packet/ethernet-layers.ts: true for none of ours. */
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

/** As PacketGate.tcp. A header without options reads what follows it; its shape is not wanted, whatever that is. */
function isWanted(transport: usize, shape: u32): bool {
  const word = big32(transport + 20);
  const place = ((<u32>word ^ shape) * <u32>GATE_SPREAD) >>> GATE_SHIFT;
  // One test that nearly always goes the same way: asking for the shape first would be mispredicted at each SYN.
  if (((load<u32>(SEGMENT_GATE + ((place >>> 5) << 2)) >>> (place & 31)) & 1) === 0) return false;
  const window = <i32>big16(transport + 14);
  for (let index: usize = 0; index < <usize>gateSize; index += 4) {
    if (load<u32>(<usize>gateShape + index) !== shape || load<i32>(<usize>gateWord + index) !== word) continue;
    const wanted = load<i32>(<usize>gateWindow + index);
    if (wanted === -1 || wanted === window) return true;
  }
  return false;
}

/** IGMP, EIGRP, PIM: only their headers may be known. */
function isRouting(protocol: u32): bool {
  return protocol === 2 || protocol === 88 || protocol === 103;
}

/** As PacketGate.other. */
function isWantedRouting(ip: usize, protocol: u32): bool {
  const wanted = (protocol << 16) | big16(ip + 4);
  for (let index: usize = 0; index < <usize>gateRoutingSize; index += 4) {
    if (load<u32>(<usize>gateRouting + index) === wanted) return true;
  }
  return false;
}

/** As PacketGate.icmp. */
function isWantedIcmp(transport: usize): bool {
  const word = <i32>big16(transport);
  const sequence = <i32>big16(transport + 6);
  for (let index: usize = 0; index < <usize>gateIcmpSize; index += 4) {
    if (load<i32>(<usize>gateIcmpWord + index) !== word) continue;
    if (load<i32>(<usize>gateIcmpSequence + index) !== sequence) continue;
    const wanted = load<i32>(<usize>gateIcmpId + index);
    if (wanted === -1 || wanted === <i32>big16(transport + 4)) return true;
  }
  return false;
}

/** As isTunnelPort of packet/tunnel-port.ts. */
function isTunnelPort(source: u32, destination: u32): bool {
  return (
    destination === 4789 ||
    destination === 8472 ||
    destination === 4790 ||
    destination === 6081 ||
    destination === 2152 ||
    destination === 3544 ||
    source === 3544
  );
}
