/** From a frame to the flow: what PacketDecoder does with the usual headers, and what it counts and leaves. */

import { FIN, RST, SYN } from '../../flow/flow-record.ts';
import { big16, big32 } from './big-endian.ts';
import { datagram } from './datagrams.ts';
import { identify } from './flow-key.ts';
import { BY_ICMP, BY_UDP } from './search.ts';
import { segment } from './streams.ts';
import {
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
  SEGMENT_GATE,
} from './tables.ts';

/** What became of a frame. */
export const LEFT: i32 = 0;
export const SETTLED: i32 = 1;
/** Settled, too: nothing that is searched. */
export const WITHOUT_IP: i32 = 2;
export const WITHOUT_TRANSPORT: i32 = 3;

/** Headers within each other that are followed here. */
const MOST_LAYERS = 8;

const IPV4: u32 = 0x0800;
const IPV6: u32 = 0x86dd;
const VLAN: u32 = 0x8100;
const QINQ: u32 = 0x88a8;
const QINQ_OLD: u32 = 0x9100;

/** The Ethernet frame [start, end), captured in second `now`. */
export function frame(start: usize, frameEnd: usize, now: i32): i32 {
  if (frameEnd - start < 42) return LEFT;
  let end = frameEnd;
  let ip = start + 14;
  let type = big16(start + 12);
  for (let layer = 0; layer < MOST_LAYERS; layer++) {
    let transport: usize = 0;
    let ipEnd: usize = 0;
    let protocol: u32 = 0;
    if (type === IPV4) {
      if (end < ip + 28 || load<u8>(ip) !== 0x45 || (load<u16>(ip, 6) & 0xff3f) !== 0) return LEFT;
      protocol = load<u8>(ip, 9);
      transport = ip + 20;
      ipEnd = ip + big16(ip + 2);
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
    } else {
      return isNoIp(type, ip, end) ? WITHOUT_IP : LEFT;
    }
    if (ipEnd < transport) return LEFT;

    if (protocol === 6) return tcp(ip, transport, ipEnd, end, now);
    if (protocol === 17) return udp(ip, transport, ipEnd, end, now);
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
      if (type !== IPV4 && type !== IPV6) return LEFT;
    } else if (type === IPV4 && isRouting(protocol)) {
      return isWantedRouting(ip, protocol) ? LEFT : SETTLED;
    } else {
      return isOtherProtocol(protocol, type === IPV6) ? WITHOUT_TRANSPORT : LEFT;
    }
  }
  return LEFT;
}

function tcp(ip: usize, transport: usize, ipEnd: usize, end: usize, now: i32): i32 {
  if (end < transport + 20) return LEFT;
  const offsetAndFlags = big16(transport + 12);
  const header = (offsetAndFlags >> 10) & 0x3c;
  const payloadStart = transport + header;
  if (header < 20 || payloadStart > ipEnd || payloadStart > end) return LEFT;
  const length = <i32>(min(ipEnd, end) - payloadStart);
  const flags = offsetAndFlags & 0xff;
  if (length === 0) {
    const shape = ((offsetAndFlags & 0xf000) >> 4) | flags;
    if (load<u8>(SEGMENT_GATE + shape) !== 0 && isWanted(transport, shape)) return LEFT;
    // A pure ACK says nothing.
    if ((flags & (SYN | FIN | RST)) === 0) return SETTLED;
  }
  identify(ip, transport, big32(transport), 6);
  return segment(transport, payloadStart, length, flags, ipEnd > end, now) ? SETTLED : LEFT;
}

function udp(ip: usize, transport: usize, ipEnd: usize, end: usize, now: i32): i32 {
  const udpEnd = transport + big16(transport + 4);
  if (udpEnd < transport + 8 || udpEnd > ipEnd) return LEFT;
  const between = big32(transport);
  if (isTunnelPort(<u32>between >>> 16, between & 0xffff)) return LEFT;
  const length = <i32>(min(udpEnd, end) - transport - 8);
  // It may be a port scan's, which the engine remembers.
  if (length === 0) return LEFT;
  identify(ip, transport, between, 17);
  return datagram(transport + 8, length, between, BY_UDP, now) ? SETTLED : LEFT;
}

function icmp(ip: usize, transport: usize, ipEnd: usize, end: usize, protocol: u32, now: i32): i32 {
  if (ipEnd < transport + 8 || end < transport + 8) return LEFT;
  if (load<u8>(ICMP_GATE + load<u8>(transport)) !== 0 && isWantedIcmp(transport)) return LEFT;
  const length = <i32>(min(ipEnd, end) - transport - 8);
  if (length === 0) return SETTLED;
  identify(ip, transport, 0, protocol);
  return datagram(transport + 8, length, 0, BY_ICMP, now) ? SETTLED : LEFT;
}

/** As greLayer of packet/tunnel-layers.ts, version 0 without a source route (RFC 2784, RFC 2890): where the header ends, or 0. */
function greEnd(at: usize, end: usize): usize {
  if (end < at + 4) return 0;
  const flags = big16(at);
  if ((flags & 0x4007) !== 0) return 0;
  let after = at + 4;
  if ((flags & 0x8000) !== 0) after += 4;
  if ((flags & 0x2000) !== 0) after += 4;
  if ((flags & 0x1000) !== 0) after += 4;
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
      case 0x8864:
      case 0x6558:
      case 0x88e7:
      case 0x8926:
      case 0x893f:
        return false;
      default:
        return true;
    }
  }
  if (end - at < 3) return false;
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

/** As PacketGate.tcp. */
function isWanted(transport: usize, shape: u32): bool {
  const word = big32(transport + 20);
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
