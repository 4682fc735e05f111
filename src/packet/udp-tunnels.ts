/**
 * Tunnels within UDP. A port is no proof: whoever sends a datagram chooses it, and scanners try them all. So a header is
 * accepted only in the exact form that its specification demands; everything else is an ordinary datagram.
 */

import { NOT_IP } from './decode-result.ts';
import type { DecodeState } from './decode-state.ts';
import { ETHER_BRIDGING, ETHER_IPV4, ETHER_IPV6, ETHER_MPLS } from './ether-type.ts';
import { LAYER_ETHERNET, LAYER_IPV4, LAYER_IPV6, LAYER_MPLS } from './layer.ts';
import { PORT_GENEVE, PORT_GTP_U, PORT_TEREDO, PORT_VXLAN, PORT_VXLAN_GPE, PORT_VXLAN_LINUX } from './tunnel-port.ts';

/**
 * The step inside the tunnel whose header begins at `at`, `state.at` being moved there; NOT_IP when there is none.
 * `end`: one past the datagram's last captured byte. `declaredEnd`: one past its last byte.
 */
export function udpTunnel(
  state: DecodeState,
  sourcePort: number,
  destinationPort: number,
  at: number,
  end: number,
  declaredEnd: number,
): number {
  switch (destinationPort) {
    case PORT_VXLAN:
    case PORT_VXLAN_LINUX:
      return vxlan(state, at, end);
    case PORT_VXLAN_GPE:
      return vxlanGpe(state, at, end);
    case PORT_GENEVE:
      return geneve(state, at, end);
    case PORT_GTP_U:
      return gtpUser(state, at, end, declaredEnd);
    default:
      return destinationPort === PORT_TEREDO || sourcePort === PORT_TEREDO
        ? teredo(state, at, end, declaredEnd)
        : NOT_IP;
  }
}

/**
 * Flags with only the I bit, 24 reserved bits, network identifier, 8 reserved bits: RFC 7348 section 5. The group policy
 * extension (draft-smith-vxlan-group-policy) sets the G bit and uses the reserved bits.
 */
function vxlan(state: DecodeState, at: number, end: number): number {
  const { bytes } = state;
  // The P bit: VXLAN-GPE on the port of plain VXLAN, as Open vSwitch permits.
  if (bytes[at] === 0x0c) return vxlanGpe(state, at, end);
  if (at + 8 + 14 > end || bytes[at + 7] !== 0) return NOT_IP;
  const isPlain = bytes[at] === 0x08 && bytes[at + 1] === 0 && bytes[at + 2] === 0 && bytes[at + 3] === 0;
  const hasPolicy = bytes[at] === 0x88 && (bytes[at + 1]! & ~0x48) === 0;
  if (!isPlain && !hasPolicy) return NOT_IP;
  state.at = at + 8;
  return LAYER_ETHERNET;
}

/** Flags with version 0, I and P, 16 reserved bits, next protocol: draft-ietf-nvo3-vxlan-gpe section 3. */
function vxlanGpe(state: DecodeState, at: number, end: number): number {
  const { bytes } = state;
  if (at + 8 + 14 > end || bytes[at] !== 0x0c || bytes[at + 1] !== 0 || bytes[at + 2] !== 0 || bytes[at + 7] !== 0) {
    return NOT_IP;
  }
  state.at = at + 8;
  switch (bytes[at + 3]) {
    case 1:
      return LAYER_IPV4;
    case 2:
      return LAYER_IPV6;
    case 3:
      return LAYER_ETHERNET;
    default:
      return NOT_IP;
  }
}

/** Version 0 and the options' length, flags, protocol, identifier, reserved byte, options: RFC 8926 section 3.4. */
function geneve(state: DecodeState, at: number, end: number): number {
  const { bytes } = state;
  if (at + 8 > end || bytes[at]! >> 6 !== 0 || (bytes[at + 1]! & 0x3f) !== 0 || bytes[at + 7] !== 0) return NOT_IP;
  const inside = at + 8 + ((bytes[at]! & 0x3f) << 2);
  if (inside >= end) return NOT_IP;
  state.at = inside;
  switch ((bytes[at + 2]! << 8) | bytes[at + 3]!) {
    case ETHER_BRIDGING:
      return LAYER_ETHERNET;
    case ETHER_IPV4:
      return LAYER_IPV4;
    case ETHER_IPV6:
      return LAYER_IPV6;
    case ETHER_MPLS:
      return LAYER_MPLS;
    default:
      return NOT_IP;
  }
}

/**
 * Version 1, protocol type GTP, spare bit 0; message 255 (a user's packet); the length after the first eight bytes, which
 * must be the datagram's; then four bytes when any of the flags E, S, PN is set, and E's chain of extension headers: 3GPP
 * TS 29.281 sections 5.1 and 5.2.
 */
function gtpUser(state: DecodeState, at: number, end: number, declaredEnd: number): number {
  const { bytes } = state;
  if (at + 12 > end || (bytes[at]! & 0xf8) !== 0x30 || bytes[at + 1] !== 255) return NOT_IP;
  if (at + 8 + ((bytes[at + 2]! << 8) | bytes[at + 3]!) !== declaredEnd) return NOT_IP;
  let inside = at + 8;
  if ((bytes[at]! & 0x07) !== 0) {
    // The flags S and PN say that these fields mean something; without E, the next type does not.
    let next = (bytes[at]! & 0x04) !== 0 ? bytes[at + 11]! : 0;
    inside = at + 12;
    while (next !== 0) {
      // In units of four bytes, itself and the next type included.
      const length = inside < end ? bytes[inside]! << 2 : 0;
      if (length === 0 || inside + length > end) return NOT_IP;
      next = bytes[inside + length - 1]!;
      inside += length;
    }
  }
  if (inside >= end) return NOT_IP;
  state.at = inside;
  const version = bytes[inside]! >> 4;
  return version === 4 ? LAYER_IPV4 : version === 6 ? LAYER_IPV6 : NOT_IP;
}

/** Optional authentication and origin indications, then an IPv6 packet that fills the datagram: RFC 4380 section 5.1.1. */
function teredo(state: DecodeState, at: number, end: number, declaredEnd: number): number {
  const { bytes } = state;
  let inside = at;
  if (inside + 4 <= end && bytes[inside] === 0 && bytes[inside + 1] === 1) {
    // Lengths of the client identifier and of the authentication value, which follow; then nonce and confirmation.
    inside += 4 + bytes[inside + 2]! + bytes[inside + 3]! + 9;
  }
  if (inside + 2 <= end && bytes[inside] === 0 && bytes[inside + 1] === 0) inside += 8;
  if (inside + 40 > end || bytes[inside]! >> 4 !== 6) return NOT_IP;
  if (inside + 40 + ((bytes[inside + 4]! << 8) | bytes[inside + 5]!) !== declaredEnd) return NOT_IP;
  state.at = inside;
  return LAYER_IPV6;
}
