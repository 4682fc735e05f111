/** Ethernet (IEEE 802.3), VLAN tags (802.1Q), LLC and SNAP (802.2), and what an EtherType leads to. */

import { NOT_IP, TRUNCATED } from './decode-result.ts';
import type { DecodeState } from './decode-state.ts';
import {
  ETHER_BRIDGING,
  ETHER_E_TAG,
  ETHER_IPV4,
  ETHER_IPV6,
  ETHER_MAC_IN_MAC,
  ETHER_MPLS,
  ETHER_MPLS_UPSTREAM,
  ETHER_PPPOE_SESSION,
  ETHER_QINQ,
  ETHER_QINQ_OLD,
  ETHER_VLAN,
  ETHER_VN_TAG,
  LOWEST_ETHER_TYPE,
} from './ether-type.ts';
import {
  LAYER_E_TAG,
  LAYER_ETHERNET,
  LAYER_IPV4,
  LAYER_IPV6,
  LAYER_LLC,
  LAYER_MAC_IN_MAC,
  LAYER_MPLS,
  LAYER_PPPOE,
  LAYER_VLAN,
  LAYER_VN_TAG,
} from './layer.ts';

/** The step that reads what an EtherType names; NOT_IP when that is none of ours. */
export function layerOfEtherType(etherType: number): number {
  switch (etherType) {
    case ETHER_IPV4:
      return LAYER_IPV4;
    case ETHER_IPV6:
      return LAYER_IPV6;
    case ETHER_VLAN:
    case ETHER_QINQ:
    case ETHER_QINQ_OLD:
      return LAYER_VLAN;
    case ETHER_MPLS:
    case ETHER_MPLS_UPSTREAM:
      return LAYER_MPLS;
    case ETHER_PPPOE_SESSION:
      return LAYER_PPPOE;
    case ETHER_BRIDGING:
      return LAYER_ETHERNET;
    case ETHER_MAC_IN_MAC:
      return LAYER_MAC_IN_MAC;
    case ETHER_VN_TAG:
      return LAYER_VN_TAG;
    case ETHER_E_TAG:
      return LAYER_E_TAG;
    default:
      return etherType < LOWEST_ETHER_TYPE ? LAYER_LLC : NOT_IP;
  }
}

export function ethernetLayer(state: DecodeState): number {
  return etherTypeAt(state, 12);
}

/** Two bytes of tag, then the type of what follows. */
export function vlanLayer(state: DecodeState): number {
  return etherTypeAt(state, 2);
}

/** Four bytes of service tag, then the customer's frame: IEEE 802.1ah, clause 9.7. */
export function macInMacLayer(state: DecodeState): number {
  if (state.at + 4 > state.end) return TRUNCATED;
  state.at += 4;
  return LAYER_ETHERNET;
}

/** Skips `offset` bytes and the EtherType after them. */
export function etherTypeAt(state: DecodeState, offset: number): number {
  const at = state.at + offset;
  if (at + 2 > state.end) return TRUNCATED;
  state.at = at + 2;
  return layerOfEtherType((state.bytes[at]! << 8) | state.bytes[at + 1]!);
}

/** LLC: either SNAP (RFC 1042) with an EtherType, or IPv4's own service access point 6. */
export function llcLayer(state: DecodeState): number {
  const { bytes, at, end } = state;
  if (at + 3 > end) return TRUNCATED;
  if (bytes[at + 2] !== 3) return NOT_IP;
  if (bytes[at] === 0x06 && bytes[at + 1] === 0x06) {
    state.at = at + 3;
    return LAYER_IPV4;
  }
  if (bytes[at] !== 0xaa || bytes[at + 1] !== 0xaa) return NOT_IP;
  if (at + 8 > end) return TRUNCATED;
  // Organisation 00-00-00: an EtherType follows; 00-00-f8: the same, bridged (IEEE 802.1H).
  if (bytes[at + 3] !== 0 || bytes[at + 4] !== 0 || (bytes[at + 5] !== 0 && bytes[at + 5] !== 0xf8)) return NOT_IP;
  const etherType = (bytes[at + 6]! << 8) | bytes[at + 7]!;
  state.at = at + 8;
  return etherType < LOWEST_ETHER_TYPE ? NOT_IP : layerOfEtherType(etherType);
}
