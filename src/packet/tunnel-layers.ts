/** Packets within packets: MPLS, GRE, ERSPAN, EtherIP. Those within UDP are in `udp-tunnels.ts`. */

import { MALFORMED, NOT_IP, TRUNCATED } from './decode-result.ts';
import type { DecodeState } from './decode-state.ts';
import { ETHER_ERSPAN, ETHER_ERSPAN3, ETHER_PPP, ETHER_WCCP, LOWEST_ETHER_TYPE } from './ether-type.ts';
import { layerOfEtherType } from './ethernet-layers.ts';
import {
  LAYER_ERSPAN,
  LAYER_ERSPAN3,
  LAYER_ETHERNET,
  LAYER_IP,
  LAYER_IPV4,
  LAYER_IPV6,
  LAYER_PPP,
  LAYER_WCCP,
} from './layer.ts';

/** Bits of GRE's first two bytes: RFC 2784 section 2.1, RFC 2890, and RFC 1701 for the routing that those deprecate. */
const GRE_CHECKSUM = 0x8000;
const GRE_ROUTING = 0x4000;
const GRE_KEY = 0x2000;
const GRE_SEQUENCE = 0x1000;
const GRE_VERSION = 0x0007;
/** Version 1 only: RFC 2637 section 4.1. */
const GRE_ACKNOWLEDGEMENT = 0x0080;

/**
 * The label stack (RFC 3032), below which nothing says what follows: IP as the first nibble tells, or a pseudowire's
 * Ethernet frame with (RFC 4385, first nibble 0) or without a control word.
 */
export function mplsLayer(state: DecodeState): number {
  const { bytes, end } = state;
  let at = state.at;
  let isBottom = false;
  while (!isBottom) {
    if (at + 4 > end) return TRUNCATED;
    isBottom = (bytes[at + 2]! & 1) !== 0;
    at += 4;
  }
  if (at >= end) return TRUNCATED;
  state.at = at;
  const isEthernet = isFrame(state, at);
  const nibble = bytes[at]! >> 4;
  // 0x45 would be a group address as destination, so it is IPv4 whatever stands where an EtherType would be.
  if (nibble === 4 && (!isEthernet || bytes[at] === 0x45)) return LAYER_IPV4;
  if (nibble === 6 && (!isEthernet || isWholeIpv6(state, at))) return LAYER_IPV6;
  if (nibble === 0 && !isEthernet && isFrame(state, at + 4)) {
    state.at = at + 4;
    return LAYER_ETHERNET;
  }
  return isEthernet ? LAYER_ETHERNET : NOT_IP;
}

function isWholeIpv6(state: DecodeState, at: number): boolean {
  return at + 40 <= state.end && at + 40 + ((state.bytes[at + 4]! << 8) | state.bytes[at + 5]!) === state.end;
}

/** Would an Ethernet frame that begins here lead to IP (by its EtherType)? */
function isFrame(state: DecodeState, at: number): boolean {
  if (at + 14 > state.end) return false;
  const etherType = (state.bytes[at + 12]! << 8) | state.bytes[at + 13]!;
  return etherType >= LOWEST_ETHER_TYPE && layerOfEtherType(etherType) !== NOT_IP;
}

export function greLayer(state: DecodeState): number {
  const { bytes, end } = state;
  let at = state.at;
  if (at + 4 > end) return TRUNCATED;
  const flags = (bytes[at]! << 8) | bytes[at + 1]!;
  const etherType = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  const version = flags & GRE_VERSION;
  if (version > 1) return MALFORMED;
  at += 4;
  if ((flags & (GRE_CHECKSUM | GRE_ROUTING)) !== 0) at += 4;
  if ((flags & GRE_KEY) !== 0) at += 4;
  if ((flags & GRE_SEQUENCE) !== 0) at += 4;
  if (version === 1 && (flags & GRE_ACKNOWLEDGEMENT) !== 0) at += 4;
  if ((flags & GRE_ROUTING) !== 0) {
    // Source route entries: address family, offset, length of the routing information; a family and length of 0 ends them.
    let length = -1;
    while (length !== 0) {
      if (at + 4 > end) return TRUNCATED;
      length = bytes[at + 3]!;
      at += 4 + length;
    }
  }
  if (at > end) return TRUNCATED;
  state.at = at;
  if (version === 1) return etherType === ETHER_PPP ? pptp(state) : NOT_IP;
  switch (etherType) {
    case ETHER_ERSPAN:
      // Type I has neither a sequence number nor a header of its own.
      return (flags & GRE_SEQUENCE) !== 0 ? LAYER_ERSPAN : LAYER_ETHERNET;
    case ETHER_ERSPAN3:
      return LAYER_ERSPAN3;
    case ETHER_WCCP:
      return LAYER_WCCP;
    case ETHER_PPP:
      return pptp(state);
    default:
      return etherType < LOWEST_ETHER_TYPE ? NOT_IP : layerOfEtherType(etherType);
  }
}

/** PPP, of which the HDLC address and control may be left out; nothing at all in a mere acknowledgement. */
function pptp(state: DecodeState): number {
  const { bytes, at } = state;
  if (at >= state.end) return NOT_IP;
  if (at + 2 <= state.end && bytes[at] === 0xff && bytes[at + 1] === 0x03) state.at = at + 2;
  return LAYER_PPP;
}

/** Type II: eight bytes that begin with version 1. */
export function erspanLayer(state: DecodeState): number {
  const { bytes, at } = state;
  if (at + 8 > state.end) return TRUNCATED;
  if (bytes[at]! >> 4 !== 1) return MALFORMED;
  state.at = at + 8;
  return LAYER_ETHERNET;
}

/** Type III: twelve bytes that begin with version 2, and eight more when the last bit says so. */
export function erspan3Layer(state: DecodeState): number {
  const { bytes, at } = state;
  if (at + 12 > state.end) return TRUNCATED;
  if (bytes[at]! >> 4 !== 2) return MALFORMED;
  const length = (bytes[at + 11]! & 1) !== 0 ? 20 : 12;
  if (at + length > state.end) return TRUNCATED;
  state.at = at + length;
  // Frame type: 0 Ethernet, 2 IP.
  const frameType = (bytes[at + 10]! >> 2) & 31;
  return frameType === 0 ? LAYER_ETHERNET : frameType === 2 ? LAYER_IP : NOT_IP;
}

/** WCCP version 2 puts four bytes before the IP header, version 1 none. */
export function wccpLayer(state: DecodeState): number {
  if (state.at + 4 > state.end) return TRUNCATED;
  if (state.bytes[state.at]! >> 4 !== 4) state.at += 4;
  return LAYER_IPV4;
}

/** Version 3 in the upper nibble, and reserved bits of zero: RFC 3378 section 3. */
export function etherIpLayer(state: DecodeState): number {
  if (state.at + 2 > state.end) return TRUNCATED;
  if (state.bytes[state.at] !== 0x30) return MALFORMED;
  state.at += 2;
  return LAYER_ETHERNET;
}
