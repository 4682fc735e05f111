/** Tunnels within UDP, as packet/udp-tunnels.ts knows them; that says why a header must have exactly that form. */

import { big16 } from './big-endian.ts';
import { countNotTunnel } from './counters.ts';
import { BRIDGING, IPV4, IPV6, MPLS } from './ether-types.ts';

/** What is inside: set by `tunnelIn`. */
export let insideType: u32 = 0;

/** A datagram is none, or it is not told here whether it is. */
export const NO_TUNNEL: usize = 0;
export const UNSURE: usize = 1;

/** As udpTunnel of packet/udp-tunnels.ts: where the packet begins that a UDP datagram carries, NO_TUNNEL or UNSURE. */
export function tunnelIn(transport: usize, ipEnd: usize, end: usize): usize {
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
  if (first >> 6 !== 0 || (load<u8>(header, 1) & 0x3f) !== 0 || load<u8>(header, 7) !== 0) return NO_TUNNEL;
  const inside = header + 8 + ((<usize>first & 0x3f) << 2);
  insideType = big16(header + 2);
  const isKnown = insideType === BRIDGING || insideType === IPV4 || insideType === IPV6 || insideType === MPLS;
  return isKnown && inside < last ? inside : NO_TUNNEL;
}

/** As gtpUser of packet/udp-tunnels.ts. */
function inGtp(header: usize, last: usize, udpEnd: usize): usize {
  const flags = load<u8>(header);
  if (last < header + 12 || (flags & 0xf8) !== 0x30 || load<u8>(header, 1) !== 255) return NO_TUNNEL;
  if (header + 8 + big16(header + 2) !== udpEnd) return NO_TUNNEL;
  let inside = header + 8;
  if ((flags & 0x07) !== 0) {
    let next = (flags & 0x04) !== 0 ? load<u8>(header, 11) : 0;
    inside += 4;
    while (next !== 0) {
      const length = inside < last ? (<usize>load<u8>(inside)) << 2 : 0;
      if (length === 0 || inside + length > last) return NO_TUNNEL;
      inside += length;
      next = load<u8>(inside - 1);
    }
  }
  if (inside >= last) return NO_TUNNEL;
  const version = load<u8>(inside) >> 4;
  insideType = version === 4 ? IPV4 : IPV6;
  return version === 4 || version === 6 ? inside : NO_TUNNEL;
}

/** As teredo of packet/udp-tunnels.ts. */
function inTeredo(header: usize, last: usize, udpEnd: usize): usize {
  let inside = header;
  if (inside + 4 <= last && big16(inside) === 1) {
    inside += 13 + <usize>load<u8>(inside, 2) + <usize>load<u8>(inside, 3);
  }
  if (inside + 2 <= last && big16(inside) === 0) inside += 8;
  if (inside + 40 > last || load<u8>(inside) >> 4 !== 6) return NO_TUNNEL;
  insideType = IPV6;
  return inside + 40 + big16(inside + 4) === udpEnd ? inside : NO_TUNNEL;
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
