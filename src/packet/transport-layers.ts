/** TCP (RFC 9293), UDP (RFC 768), SCTP (RFC 9260), ICMP (RFC 792, RFC 4443): ports and payload to the registers. */

import { MALFORMED, NOT_IP, OTHER_PROTOCOL, TRUNCATED } from './decode-result.ts';
import type { DecodeState } from './decode-state.ts';
import { setIpv4, setIpv6 } from './ip-layers.ts';
import {
  IP_AUTHENTICATION,
  IP_EIGRP,
  IP_ETHERIP,
  IP_ETHERNET,
  IP_GRE,
  IP_ICMP,
  IP_ICMPV6,
  IP_IGMP,
  IP_IPV4,
  IP_IPV6,
  IP_MPLS,
  IP_OSPF,
  IP_PIM,
  IP_SCTP,
  IP_TCP,
  IP_UDP,
} from './ip-protocol.ts';
import {
  LAYER_ETHERIP,
  LAYER_ETHERNET,
  LAYER_GRE,
  LAYER_IPV4,
  LAYER_IPV6,
  LAYER_MPLS,
  LAYER_TRANSPORT,
} from './layer.ts';
import { isTunnelPort } from './tunnel-port.ts';
import { udpTunnel } from './udp-tunnels.ts';

/** What the IP header's protocol number leads to. */
export function transportLayer(state: DecodeState): number {
  switch (state.protocol) {
    case IP_TCP:
      return tcp(state);
    case IP_UDP:
      return udp(state);
    case IP_ICMP:
      return state.packet.ipVersion === 4 ? icmp(state, IP_ICMP) : OTHER_PROTOCOL;
    case IP_ICMPV6:
      return state.packet.ipVersion === 6 ? icmp(state, IP_ICMPV6) : OTHER_PROTOCOL;
    case IP_SCTP:
      return sctp(state);
    case IP_IGMP:
    case IP_EIGRP:
    case IP_OSPF:
    case IP_PIM:
      return routing(state);
    case IP_IPV4:
      return LAYER_IPV4;
    case IP_IPV6:
      return LAYER_IPV6;
    case IP_GRE:
      return LAYER_GRE;
    case IP_AUTHENTICATION:
      return authentication(state);
    case IP_ETHERIP:
      return LAYER_ETHERIP;
    case IP_MPLS:
      return LAYER_MPLS;
    case IP_ETHERNET:
      return LAYER_ETHERNET;
    default:
      return OTHER_PROTOCOL;
  }
}

/** Skips the authentication header of an IPv4 packet: next header, length in units of four bytes less two (RFC 4302). */
function authentication(state: DecodeState): number {
  const { bytes, at } = state;
  if (at + 8 > state.end) return cut(at + 8, state.declaredEnd);
  const next = at + ((bytes[at + 1]! + 2) << 2);
  if (next > state.end) return cut(next, state.declaredEnd);
  state.protocol = bytes[at]!;
  state.at = next;
  return LAYER_TRANSPORT;
}

/** A header whose options the snap length cut is still delivered, without payload: its flags say who the client is. */
function tcp(state: DecodeState): number {
  const { bytes, at, end, declaredEnd, packet } = state;
  if (at + 20 > end) return cut(at + 20, declaredEnd);
  const headerLength = (bytes[at + 12]! >> 4) << 2;
  if (headerLength < 20 || at + headerLength > declaredEnd) return MALFORMED;
  packet.sourcePort = (bytes[at]! << 8) | bytes[at + 1]!;
  packet.destinationPort = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  packet.sequence = (bytes[at + 4]! << 24) | (bytes[at + 5]! << 16) | (bytes[at + 6]! << 8) | bytes[at + 7]!;
  packet.acknowledgement = (bytes[at + 8]! << 24) | (bytes[at + 9]! << 16) | (bytes[at + 10]! << 8) | bytes[at + 11]!;
  packet.tcpFlags = bytes[at + 13]!;
  setPayload(state, at + headerLength, declaredEnd);
  return IP_TCP;
}

function udp(state: DecodeState): number {
  const { bytes, at } = state;
  if (at + 8 > state.end) return cut(at + 8, state.declaredEnd);
  const length = (bytes[at + 4]! << 8) | bytes[at + 5]!;
  if (length !== 0 && length < 8) return MALFORMED;
  const sourcePort = (bytes[at]! << 8) | bytes[at + 1]!;
  const destinationPort = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  return isTunnelPort(sourcePort, destinationPort) ? tunnel(state, sourcePort, destinationPort) : setUdp(state);
}

/** Goes into the tunnel if there is one, remembering the datagram: it is delivered if nothing readable is inside. */
function tunnel(state: DecodeState, sourcePort: number, destinationPort: number): number {
  const { at, end, packet } = state;
  const datagramEnd = udpEnd(state);
  const layer = udpTunnel(state, sourcePort, destinationPort, at + 8, Math.min(end, datagramEnd), datagramEnd);
  if (layer === NOT_IP) {
    state.at = at;
    state.counters.notTunnel++;
    return setUdp(state);
  }
  state.outerVersion = packet.ipVersion;
  state.outerBytes = state.bytes;
  state.outerIpStart = packet.ipStart;
  state.outerAt = at;
  state.outerEnd = end;
  state.outerDeclaredEnd = state.declaredEnd;
  state.end = Math.min(end, datagramEnd);
  state.declaredEnd = datagramEnd;
  return layer;
}

/** Back to the datagram that `tunnel` remembered. */
export function setOuterUdp(state: DecodeState): number {
  state.counters.notTunnel++;
  state.bytes = state.outerBytes;
  state.at = state.outerAt;
  state.end = state.outerEnd;
  state.declaredEnd = state.outerDeclaredEnd;
  if (state.outerVersion === 4) setIpv4(state.packet, state.bytes, state.outerIpStart);
  else setIpv6(state.packet, state.bytes, state.outerIpStart);
  return setUdp(state);
}

/** The registers of the UDP datagram at `state.at`, whose header was checked. */
function setUdp(state: DecodeState): number {
  const { bytes, at, packet } = state;
  packet.sourcePort = (bytes[at]! << 8) | bytes[at + 1]!;
  packet.destinationPort = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  setPayload(state, at + 8, udpEnd(state));
  return IP_UDP;
}

/** One past the datagram's last byte, as its length says; 0 in jumbograms (RFC 2675 section 4) and segmentation offload. */
function udpEnd(state: DecodeState): number {
  const { bytes, at } = state;
  const length = (bytes[at + 4]! << 8) | bytes[at + 5]!;
  return length === 0 ? state.declaredEnd : Math.min(at + length, state.declaredEnd);
}

/** IGMP, EIGRP, PIM, over IPv4: all that follows the IP header is the payload. */
function routing(state: DecodeState): number {
  const { at, packet, protocol } = state;
  if (packet.ipVersion !== 4) return OTHER_PROTOCOL;
  packet.sourcePort = 0;
  packet.destinationPort = 0;
  setPayload(state, at, state.declaredEnd);
  return protocol;
}

/** The payload is what follows the eight bytes that all messages begin with: an echo's data, an error's quoted packet. */
function icmp(state: DecodeState, protocol: number): number {
  const { at, packet } = state;
  if (at + 8 > state.end) return cut(at + 8, state.declaredEnd);
  packet.sourcePort = 0;
  packet.destinationPort = 0;
  setPayload(state, at + 8, state.declaredEnd);
  return protocol;
}

/** The payload is the user data of the first DATA chunk (RFC 9260 section 3.3.1; I-DATA: RFC 8260 section 2.1), if any. */
function sctp(state: DecodeState): number {
  const { bytes, at, end, declaredEnd, packet } = state;
  if (at + 12 > end) return cut(at + 12, declaredEnd);
  packet.sourcePort = (bytes[at]! << 8) | bytes[at + 1]!;
  packet.destinationPort = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  let chunk = at + 12;
  while (chunk + 4 <= end) {
    const type = bytes[chunk]!;
    const length = (bytes[chunk + 2]! << 8) | bytes[chunk + 3]!;
    if (length < 4 || chunk + length > declaredEnd) break;
    const headerLength = type === 0 ? 16 : type === 64 ? 20 : 0;
    if (headerLength !== 0 && length >= headerLength) {
      setPayload(state, chunk + headerLength, chunk + length);
      return IP_SCTP;
    }
    chunk += (length + 3) & ~3;
  }
  setPayload(state, declaredEnd, declaredEnd);
  return IP_SCTP;
}

/** [from, to) as far as it was captured. */
function setPayload(state: DecodeState, from: number, to: number): void {
  const { packet, end } = state;
  packet.bytes = state.bytes;
  packet.transportStart = state.at;
  packet.payloadStart = Math.min(from, end);
  packet.payloadEnd = Math.min(to, end);
  packet.payloadMissing = to > end ? to - Math.max(from, end) : 0;
}

function cut(headerEnd: number, declaredEnd: number): number {
  return headerEnd > declaredEnd ? MALFORMED : TRUNCATED;
}
