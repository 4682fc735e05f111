/**
 * From a frame to what was found in it: Ethernet, VLAN tags, IPv4 and IPv6, TCP, UDP, ICMP and SCTP, as packet/packet-decoder.ts
 * reads them. Other headers are stepped over in layers.ts and udp-tunnels.ts. What is unusual is left to that decoder.
 */

import { big16, big32 } from './big-endian.ts';
import { countNotTunnel, countPayloadCut, countWithout, FRAGMENT_HELD, MALFORMED, TRUNCATED } from './counters.ts';
import { datagram } from './datagrams.ts';
import { IPV4, IPV6, QINQ, QINQ_OLD, VLAN } from './ether-types.ts';
import { describe, identify } from './flow-key.ts';
import { FIN, RST, SYN } from './flow-record.ts';
import { NEXT_SECOND } from './found-words.ts';
import { addFragment, wholeEnd, wholeHeader, wholePayload, wholeProtocol } from './fragments.ts';
import { isWanted, isWantedIcmp } from './gate.ts';
import {
  afterExtensions,
  extensionEnd,
  FRAGMENT_HEADER,
  nextAt,
  nextType,
  pastAuthentication,
  pastExtensions,
  reason,
  stepLink,
  stepTunnel,
} from './layers.ts';
import { lookAtDatagram, lookAtStream } from './look.ts';
import { FOUND, LEFT, NO_PACKET, SETTLED, STEPPED, WITHOUT_PACKET } from './outcomes.ts';
import { IP_START, PAYLOAD_END, PAYLOAD_MISSING, PAYLOAD_START, SECONDS, TRANSPORT_START } from './packet-words.ts';
import { NOTHING, OTHER_SECOND, WHOLE_DATAGRAM } from './results.ts';
import { segment } from './streams.ts';
import { FOUND as FOUND_AT, ICMP_GATE, PACKET } from './tables.ts';
import { BY_ICMP, BY_SCTP, BY_UDP } from './transport-bits.ts';
import { insideType, NO_TUNNEL, tunnelIn, UNSURE } from './udp-tunnels.ts';

/** As results.ts. */
export let found: i32 = NOTHING;
/** A fragment of this frame made a datagram whole (fragments.ts tells where it is). */
let isWhole: bool = false;

/** Headers within each other that are followed here. */
const MOST_LAYERS = 8;
/** Protocol number of an IPv4 packet's authentication header. */
const AUTHENTICATION: u32 = 51;

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
      const length = big16(ip + 4);
      // A jumbogram (RFC 2675), segmentation offload, or indeed nothing.
      ipEnd = length === 0 ? end : transport + length;
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
    } else {
      const step = stepLink(type, ip, end);
      if (step === NO_PACKET) return noPacket(reason, now);
      if (step !== STEPPED) return step;
      ip = nextAt;
      type = nextType;
      continue;
    }

    if (protocol === AUTHENTICATION) {
      transport = pastAuthentication(transport, min(end, ipEnd));
      if (transport === 0) return cut(extensionEnd, ipEnd, now);
      protocol = afterExtensions;
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
    const step = stepTunnel(type, protocol, ip, transport, end);
    if (step === NO_PACKET) return noPacket(reason, now);
    if (step !== STEPPED) return step;
    ip = nextAt;
    type = nextType;
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
function noPacket(why: i32, now: i32): i32 {
  if (!isTunnelled) {
    countWithout(why);
    return WITHOUT_PACKET;
  }
  countNotTunnel();
  return udp(outerIp, outerUdp, outerIpEnd, outerEnd, now);
}

/** As cut of packet/transport-layers.ts: a header that would reach to `headerEnd` is not there. */
function cut(headerEnd: usize, declaredEnd: usize, now: i32): i32 {
  return noPacket(headerEnd > declaredEnd ? MALFORMED : TRUNCATED, now);
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
  const missing = <i32>(ipEnd - payloadEnd);
  if (length === 0 && isWanted(transport, ((offsetAndFlags & 0xf000) >> 4) | flags)) return LEFT;
  if (missing > 0) countPayloadCut();
  // A pure ACK says nothing.
  if (length === 0 && (flags & (SYN | FIN | RST)) === 0) return SETTLED;
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
  const missing = <i32>(udpEnd - payloadEnd);
  if (missing > 0) countPayloadCut();
  identify(ip, between, 17);
  const result = lookAtDatagram(datagram(length, <i32>sourcePort, now), transport + 8, length, BY_UDP);
  return tell(result, ip, transport, transport + 8, payloadEnd, missing, now);
}

function icmp(ip: usize, transport: usize, ipEnd: usize, end: usize, protocol: u32, now: i32): i32 {
  if (min(end, ipEnd) < transport + 8) return cut(transport + 8, ipEnd, now);
  if (load<u8>(ICMP_GATE + load<u8>(transport)) !== 0 && isWantedIcmp(transport)) return LEFT;
  const payloadEnd = min(ipEnd, end);
  const length = <i32>(payloadEnd - transport - 8);
  const missing = <i32>(ipEnd - payloadEnd);
  if (missing > 0) countPayloadCut();
  if (length === 0) return SETTLED;
  identify(ip, 0, <i32>protocol);
  const result = lookAtDatagram(datagram(length, 0, now), transport + 8, length, BY_ICMP);
  return tell(result, ip, transport, transport + 8, payloadEnd, missing, now);
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
      const missing = <i32>(chunk + size - max(payloadEnd, chunk + header));
      if (missing > 0) countPayloadCut();
      if (length === 0) break;
      const between = big32(transport);
      identify(ip, between, 132);
      const result = lookAtDatagram(datagram(length, <i32>(<u32>between >>> 16), now), payloadStart, length, BY_SCTP);
      return tell(result, ip, transport, payloadStart, payloadEnd, missing, now);
    }
    chunk += (size + 3) & ~3;
  }
  return SETTLED;
}

/** Tells the engine of the packet, if something was found in it. As part of its callers: called, it costs 3 % of a capture. */
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
