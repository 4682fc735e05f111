/** IPv4 (RFC 791) and IPv6 (RFC 8200) headers: addresses to the registers, extension headers skipped, fragments held. */

import { FRAGMENT_HELD, MALFORMED, TRUNCATED } from './decode-result.ts';
import type { DecodeState } from './decode-state.ts';
import {
  IP_AUTHENTICATION,
  IP_DESTINATION_OPTIONS,
  IP_FRAGMENT,
  IP_HOP_BY_HOP,
  IP_HOST_IDENTITY,
  IP_MOBILITY,
  IP_ROUTING,
  IP_SHIM6,
} from './ip-protocol.ts';
import { LAYER_IPV4, LAYER_IPV6, LAYER_IPV6_EXTENSION, LAYER_TRANSPORT } from './layer.ts';
import type { Packet } from './packet.ts';

export function ipLayer(state: DecodeState): number {
  if (state.at >= state.end) return TRUNCATED;
  const version = state.bytes[state.at]! >> 4;
  return version === 4 ? LAYER_IPV4 : version === 6 ? LAYER_IPV6 : MALFORMED;
}

export function ipv4Layer(state: DecodeState): number {
  const { bytes, at } = state;
  if (at + 20 > state.end) return TRUNCATED;
  const headerLength = (bytes[at]! & 15) << 2;
  if (bytes[at]! >> 4 !== 4 || headerLength < 20) return MALFORMED;
  const totalLength = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  // Segmentation offload writes 0, the real length not fitting or not being known yet: all that was captured counts.
  const declaredEnd = totalLength === 0 ? state.end : at + totalLength;
  if (at + headerLength > declaredEnd) return MALFORMED;
  if (at + headerLength > state.end) return TRUNCATED;
  state.declaredEnd = declaredEnd;
  if (declaredEnd < state.end) state.end = declaredEnd;
  setIpv4(state.packet, bytes, at);
  state.at = at + headerLength;
  state.protocol = bytes[at + 9]!;
  const fragment = (bytes[at + 6]! << 8) | bytes[at + 7]!;
  // More fragments (0x2000) or an offset (0x1fff), in units of eight bytes.
  if ((fragment & 0x3fff) === 0) return LAYER_TRANSPORT;
  const identification = (bytes[at + 4]! << 8) | bytes[at + 5]!;
  if (!addFragment(state, identification, at, headerLength, (fragment & 0x1fff) << 3, (fragment & 0x2000) !== 0)) {
    return FRAGMENT_HELD;
  }
  // The header of the first fragment becomes that of the whole.
  const header = state.packet.ipStart;
  writeLength(state.bytes, header + 2, state.end - header);
  writeLength(state.bytes, header + 6, 0);
  return LAYER_TRANSPORT;
}

export function ipv6Layer(state: DecodeState): number {
  const { bytes, at } = state;
  if (at + 40 > state.end) return TRUNCATED;
  if (bytes[at]! >> 4 !== 6) return MALFORMED;
  const payloadLength = (bytes[at + 4]! << 8) | bytes[at + 5]!;
  // 0: a jumbogram (RFC 2675) or segmentation offload, unless there is indeed nothing.
  const declaredEnd = payloadLength === 0 ? state.end : at + 40 + payloadLength;
  state.declaredEnd = declaredEnd;
  if (declaredEnd < state.end) state.end = declaredEnd;
  setIpv6(state.packet, bytes, at);
  state.at = at + 40;
  state.protocol = bytes[at + 6]!;
  return LAYER_IPV6_EXTENSION;
}

/** Walks the chain of extension headers: each is eight bytes or more, so the work is linear in the packet. */
export function ipv6ExtensionLayer(state: DecodeState): number {
  const { bytes, end } = state;
  let at = state.at;
  let protocol = state.protocol;
  for (;;) {
    let length = 0;
    switch (protocol) {
      case IP_HOP_BY_HOP:
      case IP_ROUTING:
      case IP_DESTINATION_OPTIONS:
      case IP_MOBILITY:
      case IP_HOST_IDENTITY:
      case IP_SHIM6:
        length = at + 8 > end ? 8 : (bytes[at + 1]! + 1) << 3;
        break;
      case IP_AUTHENTICATION:
        // In units of four bytes, less two: RFC 4302 section 2.2.
        length = at + 8 > end ? 8 : (bytes[at + 1]! + 2) << 2;
        break;
      case IP_FRAGMENT:
        length = 8;
        break;
      default:
        state.at = at;
        state.protocol = protocol;
        return LAYER_TRANSPORT;
    }
    if (at + length > end) return at + length > state.declaredEnd ? MALFORMED : TRUNCATED;
    if (protocol === IP_FRAGMENT) {
      const fragment = (bytes[at + 2]! << 8) | bytes[at + 3]!;
      // Neither an offset nor more fragments: an "atomic" fragment, whole in itself (RFC 6946).
      if ((fragment & 0xfff9) !== 0) {
        state.at = at + 8;
        state.protocol = bytes[at]!;
        const identification = (bytes[at + 4]! << 24) | (bytes[at + 5]! << 16) | (bytes[at + 6]! << 8) | bytes[at + 7]!;
        const { ipStart } = state.packet;
        if (!addFragment(state, identification, ipStart, 40, fragment & 0xfff8, (fragment & 1) !== 0)) {
          return FRAGMENT_HELD;
        }
        const header = state.packet.ipStart;
        writeLength(state.bytes, header + 4, state.end - state.at);
        state.bytes[header + 6] = state.protocol;
        return LAYER_IPV6_EXTENSION;
      }
    }
    protocol = bytes[at]!;
    at += length;
  }
}

/** Gives the fragment at `state.at` to the reassembly; when its datagram is whole, the state moves to that. */
function addFragment(
  state: DecodeState,
  identification: number,
  headerStart: number,
  headerLength: number,
  offset: number,
  more: boolean,
): boolean {
  const { fragments } = state;
  const isWhole = fragments.add(
    identification,
    state.protocol,
    state.bytes,
    headerStart,
    headerLength,
    state.at,
    state.end,
    offset,
    more,
    state.declaredEnd <= state.end,
    state.seconds,
  );
  if (isWhole) moveToWhole(state);
  return isWhole;
}

/** The state moves to the datagram that became whole. */
export function moveToWhole(state: DecodeState): void {
  const { fragments, packet } = state;
  state.bytes = fragments.bytes;
  state.at = fragments.payloadStart;
  state.end = fragments.payloadEnd;
  state.declaredEnd = fragments.payloadEnd;
  state.protocol = fragments.protocol;
  packet.ipStart = fragments.headerStart;
}

function writeLength(bytes: Uint8Array, at: number, length: number): void {
  bytes[at] = length >> 8;
  bytes[at + 1] = length & 255;
}

export function setIpv4(packet: Packet, bytes: Uint8Array, at: number): void {
  packet.ipVersion = 4;
  packet.ipStart = at;
  packet.source0 = word(bytes, at + 12);
  packet.source1 = 0;
  packet.source2 = 0;
  packet.source3 = 0;
  packet.destination0 = word(bytes, at + 16);
  packet.destination1 = 0;
  packet.destination2 = 0;
  packet.destination3 = 0;
}

export function setIpv6(packet: Packet, bytes: Uint8Array, at: number): void {
  packet.ipVersion = 6;
  packet.ipStart = at;
  packet.source0 = word(bytes, at + 8);
  packet.source1 = word(bytes, at + 12);
  packet.source2 = word(bytes, at + 16);
  packet.source3 = word(bytes, at + 20);
  packet.destination0 = word(bytes, at + 24);
  packet.destination1 = word(bytes, at + 28);
  packet.destination2 = word(bytes, at + 32);
  packet.destination3 = word(bytes, at + 36);
}

/** Four bytes in network byte order, as a signed 32-bit integer. */
function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}
