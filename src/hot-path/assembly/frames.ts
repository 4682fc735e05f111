/**
 * From a frame to what was found in it: what packet/packet-decoder.ts does with the usual headers (Ethernet, VLAN tags, PPPoE,
 * IPv4 without options, IPv6 without extensions, IP in IP, GRE, PPP, TCP, UDP, ICMP). All that is unusual is left to it.
 */

import { big16, big32 } from './big-endian.ts';
import { datagram } from './datagrams.ts';
import { describe, identify } from './flow-key.ts';
import { FIN, RST, SYN } from './flow-record.ts';
import { NEXT_SECOND } from './found-words.ts';
import { addFragment, wholeEnd, wholeHeader, wholePayload, wholeProtocol } from './fragments.ts';
import { lookAtDatagram, lookAtStream } from './look.ts';
import { IP_START, PAYLOAD_END, PAYLOAD_MISSING, PAYLOAD_START, TRANSPORT_START } from './packet-words.ts';
import { NOTHING, OTHER_SECOND, WHOLE_DATAGRAM } from './results.ts';
import { segment } from './streams.ts';
import {
  FOUND as FOUND_AT,
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
import { BY_ICMP, BY_UDP } from './transport-bits.ts';

// What became of a frame.
/** Nothing was done with it. */
export const LEFT: i32 = 0;
export const SETTLED: i32 = 1;
/** Settled, too: nothing that is searched. */
export const WITHOUT_IP: i32 = 2;
export const WITHOUT_TRANSPORT: i32 = 3;
export const FRAGMENT_HELD: i32 = 4;
/** The engine must judge `found`, of the packet at PACKET. */
export const FOUND: i32 = 5;

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
/** PPP in GRE (RFC 2637 section 4.1). */
const PPP: u32 = 0x880b;
/** Ethernet in GRE, GENEVE and VXLAN; and in ERSPAN (draft-foschiano-erspan): of type I without a header, of type II with eight bytes. */
const BRIDGING: u32 = 0x6558;
const ERSPAN: u32 = 0x88be;

/** The Ethernet frame [start, end), captured in second `now`. */
export function frame(start: usize, end: usize, now: i32): i32 {
  isWhole = false;
  const result = decode(start, end, now);
  if (result !== LEFT || !isWhole) return result;
  // Its fragment must not be taken twice: the rest of the way begins with the whole datagram.
  found = WHOLE_DATAGRAM;
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
  if (frameEnd - start < 14) return LEFT;
  let end = frameEnd;
  let ip = start + 14;
  let type = big16(start + 12);
  // Within a UDP tunnel, all that is no packet makes it an ordinary datagram: packet/udp-tunnels.ts.
  let isTunnelled = false;
  for (let layer = 0; layer < MOST_LAYERS; layer++) {
    let transport: usize = 0;
    let ipEnd: usize = 0;
    let protocol: u32 = 0;
    if (type === IPV4) {
      if (end < ip + 28 || load<u8>(ip) >> 4 !== 4) return LEFT;
      protocol = load<u8>(ip, 9);
      transport = ip + ((<usize>load<u8>(ip) & 15) << 2);
      if (transport < ip + 20 || transport > end) return LEFT;
      const length = big16(ip + 2);
      // Segmentation offload writes 0: all that was captured counts.
      ipEnd = length === 0 ? end : ip + length;
      if ((load<u16>(ip, 6) & 0xff3f) !== 0) {
        if (ipEnd < transport || isTunnelled) return LEFT;
        if (!fragment(ip, transport, ipEnd, end, now)) return FRAGMENT_HELD;
        isWhole = true;
        ip = wholeHeader;
        transport = wholePayload;
        ipEnd = wholeEnd;
        end = wholeEnd;
        protocol = wholeProtocol;
      }
    } else if (type === IPV6) {
      if (end < ip + 48 || load<u8>(ip) >> 4 !== 6) return LEFT;
      protocol = load<u8>(ip, 6);
      transport = ip + 40;
      ipEnd = transport + big16(ip + 4);
      // A jumbogram, or segmentation offload.
      if (ipEnd === transport) return LEFT;
    } else if (type === VLAN || type === QINQ || type === QINQ_OLD) {
      if (end < ip + 4) return LEFT;
      type = big16(ip + 2);
      ip += 4;
      continue;
    } else if (type === PPPOE_SESSION) {
      // As pppoeLayer of packet/link-layers.ts.
      if (end < ip + 6 || load<u8>(ip) !== 0x11 || load<u8>(ip, 1) !== 0) return LEFT;
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
      if (number === 0x0281) return LEFT;
      if (number !== 0x0021 && number !== 0x0057) return isTunnelled ? LEFT : WITHOUT_IP;
      type = number === 0x0021 ? IPV4 : IPV6;
      continue;
    } else if (type === BRIDGING) {
      if (end < ip + 14) return LEFT;
      type = big16(ip + 12);
      ip += 14;
      // It means something else where an EtherType stands.
      if (type === BRIDGING || type === PPP) return LEFT;
      continue;
    } else {
      return isNoIp(type, ip, end) && !isTunnelled ? WITHOUT_IP : LEFT;
    }
    if (ipEnd < transport) return LEFT;

    if (protocol === 6) return tcp(ip, transport, ipEnd, end, now);
    if (protocol === 17) {
      const inside = tunnelIn(transport, ipEnd, end);
      if (inside === 0) return udp(ip, transport, ipEnd, end, now);
      isTunnelled = true;
      end = min(end, transport + big16(transport + 4));
      ip = inside;
      type = tunnelType;
      continue;
    }
    if (protocol === (type === IPV4 ? 1 : 58)) return icmp(ip, transport, ipEnd, end, protocol, now);
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
      type = big16(transport + 2);
      if (type === ERSPAN) {
        // Type II has a sequence number, and begins with version 1.
        if ((load<u8>(transport) & 0x10) !== 0) {
          if (end < ip + 8 || load<u8>(ip) >> 4 !== 1) return LEFT;
          ip += 8;
        }
        type = BRIDGING;
      } else if (type === PPP) {
        // Nothing at all in a mere acknowledgement; and the HDLC address and control may be left out.
        if (ip === end) return isTunnelled ? LEFT : WITHOUT_IP;
        if (ip + 2 <= end && load<u16>(ip) === 0x03ff) ip += 2;
      } else if (type !== IPV4 && type !== IPV6 && type !== BRIDGING) {
        return LEFT;
      }
    } else if (type === IPV4 && isRouting(protocol)) {
      return isWantedRouting(ip, protocol) ? LEFT : SETTLED;
    } else {
      return isOtherProtocol(protocol, type === IPV6) && !isTunnelled ? WITHOUT_TRANSPORT : LEFT;
    }
  }
  return LEFT;
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

function tcp(ip: usize, transport: usize, ipEnd: usize, end: usize, now: i32): i32 {
  if (end < transport + 20) return LEFT;
  const offsetAndFlags = big16(transport + 12);
  const header = (offsetAndFlags >> 10) & 0x3c;
  const payloadStart = transport + header;
  if (header < 20 || payloadStart > ipEnd || payloadStart > end) return LEFT;
  const payloadEnd = min(ipEnd, end);
  const length = <i32>(payloadEnd - payloadStart);
  const flags = offsetAndFlags & 0xff;
  if (length === 0) {
    const shape = ((offsetAndFlags & 0xf000) >> 4) | flags;
    const first = load<u8>(SEGMENT_GATE + shape);
    if (first !== 0 && isWanted(transport, shape, first - 1)) return LEFT;
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

function udp(ip: usize, transport: usize, ipEnd: usize, end: usize, now: i32): i32 {
  if (end < transport + 8) return LEFT;
  const udpEnd = transport + big16(transport + 4);
  if (udpEnd < transport + 8 || udpEnd > ipEnd) return LEFT;
  const between = big32(transport);
  const sourcePort = <u32>between >>> 16;
  if (isTunnelPort(sourcePort, between & 0xffff)) return LEFT;
  const payloadEnd = min(udpEnd, end);
  const length = <i32>(payloadEnd - transport - 8);
  // It may be a port scan's, which the engine remembers.
  if (length === 0) return LEFT;
  identify(ip, between, 17);
  const result = lookAtDatagram(datagram(length, <i32>sourcePort, now), transport + 8, length, BY_UDP);
  return tell(result, ip, transport, transport + 8, payloadEnd, <i32>(udpEnd - payloadEnd), now);
}

function icmp(ip: usize, transport: usize, ipEnd: usize, end: usize, protocol: u32, now: i32): i32 {
  if (ipEnd < transport + 8 || end < transport + 8) return LEFT;
  if (load<u8>(ICMP_GATE + load<u8>(transport)) !== 0 && isWantedIcmp(transport)) return LEFT;
  const payloadEnd = min(ipEnd, end);
  const length = <i32>(payloadEnd - transport - 8);
  if (length === 0) return SETTLED;
  identify(ip, 0, <i32>protocol);
  const result = lookAtDatagram(datagram(length, 0, now), transport + 8, length, BY_ICMP);
  return tell(result, ip, transport, transport + 8, payloadEnd, <i32>(ipEnd - payloadEnd), now);
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

/** What is in a tunnel: set by `tunnelIn`. */
let tunnelType: u32 = 0;

/**
 * Where the packet begins that a UDP datagram carries, or 0: it is no tunnel, or one that is left. As vxlan and geneve of
 * packet/udp-tunnels.ts, the plain forms.
 */
function tunnelIn(transport: usize, ipEnd: usize, end: usize): usize {
  if (end < transport + 16) return 0;
  const port = big16(transport + 2);
  if (port !== 4789 && port !== 8472 && port !== 6081) return 0;
  const udpEnd = transport + big16(transport + 4);
  if (udpEnd > ipEnd) return 0;
  const header = transport + 8;
  const last = min(udpEnd, end);
  tunnelType = BRIDGING;
  if (port !== 6081) {
    // VXLAN (RFC 7348 section 5): only the I bit, and reserved bits of zero.
    const isPlain = load<u32>(header) === 0x08 && load<u8>(header, 7) === 0;
    return isPlain && header + 8 + 14 <= last ? header + 8 : 0;
  }
  // GENEVE (RFC 8926 section 3.4): version 0 and the options' length, flags, protocol, identifier, reserved byte, options.
  const first = load<u8>(header);
  if (first >> 6 !== 0 || (load<u8>(header, 1) & 0x3f) !== 0 || load<u8>(header, 7) !== 0) return 0;
  const inside = header + 8 + ((<usize>first & 0x3f) << 2);
  tunnelType = big16(header + 2);
  const isKnown = tunnelType === BRIDGING || tunnelType === IPV4 || tunnelType === IPV6;
  return isKnown && inside < last ? inside : 0;
}

/**
 * As greLayer of packet/tunnel-layers.ts, without a source route: where the header ends, or 0. Version 0 (RFC 2784, RFC 2890),
 * or 1 with PPP (RFC 2637 section 4.1).
 */
function greEnd(at: usize, end: usize): usize {
  if (end < at + 4) return 0;
  const flags = big16(at);
  const version = flags & 7;
  if ((flags & 0x4000) !== 0 || version > 1 || (version === 1 && big16(at + 2) !== PPP)) return 0;
  let after = at + 4;
  if ((flags & 0x8000) !== 0) after += 4;
  if ((flags & 0x2000) !== 0) after += 4;
  if ((flags & 0x1000) !== 0) after += 4;
  if (version === 1 && (flags & 0x0080) !== 0) after += 4;
  return after > end ? 0 : after;
}

/** As layerOfEtherType and llcLayer of packet/ethernet-layers.ts: true if no IP packet can follow. */
function isNoIp(etherType: u32, at: usize, end: usize): bool {
  if (etherType >= 0x600) {
    switch (etherType) {
      case 0x8100:
      case 0x88a8:
      case 0x9100:
      case 0x8847:
      case 0x8848:
      case 0x6558:
      case 0x88e7:
      case 0x8926:
      case 0x893f:
        return false;
      default:
        return true;
    }
  }
  if (end < at + 3) return false;
  if (load<u8>(at, 2) !== 3) return true;
  const points = load<u16>(at);
  return points !== 0x0606 && points !== 0xaaaa;
}

/** As transportLayer of packet/transport-layers.ts, and ipv6ExtensionLayer before it: true if it goes no further. */
function isOtherProtocol(protocol: u32, isIpv6: bool): bool {
  switch (protocol) {
    case 51:
    case 97:
    case 132:
    case 137:
    case 143:
      return false;
    // Extension headers.
    case 0:
    case 43:
    case 44:
    case 60:
    case 135:
    case 139:
    case 140:
      return !isIpv6;
    default:
      return true;
  }
}

/** As PacketGate.tcp; keys are in order of their shapes. */
function isWanted(transport: usize, shape: u32, first: usize): bool {
  const word = big32(transport + 20);
  const window = <i32>big16(transport + 14);
  for (let index = first << 2; index < <usize>gateSize; index += 4) {
    const known = load<u32>(<usize>gateShape + index);
    if (known > shape) break;
    if (known !== shape || load<i32>(<usize>gateWord + index) !== word) continue;
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
    if (load<i32>(<usize>gateIcmpSequence + index) === sequence) return true;
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
