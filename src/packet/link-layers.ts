/** Link types other than Ethernet and IEEE 802.11. Layouts: https://www.tcpdump.org/linktypes.html. */

import { MALFORMED, NOT_IP, TRUNCATED, UNKNOWN_LINK_TYPE } from './decode-result.ts';
import type { DecodeState } from './decode-state.ts';
import { LOWEST_ETHER_TYPE } from './ether-type.ts';
import { etherTypeAt, layerOfEtherType } from './ethernet-layers.ts';
import {
  LAYER_ETHERNET,
  LAYER_IP,
  LAYER_IPV4,
  LAYER_IPV6,
  LAYER_LINK,
  LAYER_LLC,
  LAYER_MPLS,
  LAYER_PPP,
  LAYER_PPPOE,
  LAYER_WIFI,
} from './layer.ts';
import {
  LINK_AVS,
  LINK_CISCO_HDLC,
  LINK_ETHERNET,
  LINK_IEEE802_11,
  LINK_IPV4,
  LINK_IPV6,
  LINK_LINUX_COOKED,
  LINK_LINUX_COOKED2,
  LINK_LOOP,
  LINK_NFLOG,
  LINK_NULL,
  LINK_PPI,
  LINK_PPP,
  LINK_PPP_ETHERNET,
  LINK_PPP_HDLC,
  LINK_PRISM,
  LINK_RADIOTAP,
  LINK_RAW,
  LINK_RAW_BSD,
  LINK_RAW_OPENBSD,
} from './link-type.ts';
import { avsHeader, prismHeader, radiotapHeader } from './wifi-layers.ts';

/** Protocol numbers of PPP: https://www.iana.org/assignments/ppp-numbers. */
const PPP_IPV4 = 0x0021;
const PPP_IPV6 = 0x0057;
const PPP_MPLS = 0x0281;

/** Linux's SLL_PROTOCOL for a frame that begins with an 802.2 header: ETH_P_802_2 of if_ether.h. */
const COOKED_LLC = 4;

/** The attribute that holds the packet: nfnetlink_log.h. */
const NFULA_PAYLOAD = 9;

/** Reads the link type's header at `state.at`. */
export function linkLayer(state: DecodeState, linkType: number): number {
  switch (linkType) {
    case LINK_ETHERNET:
      return LAYER_ETHERNET;
    case LINK_LINUX_COOKED:
      return cooked(state, 14, 16);
    case LINK_LINUX_COOKED2:
      return cooked(state, 0, 20);
    case LINK_RAW:
    case LINK_RAW_BSD:
    case LINK_RAW_OPENBSD:
      return LAYER_IP;
    case LINK_IPV4:
      return LAYER_IPV4;
    case LINK_IPV6:
      return LAYER_IPV6;
    case LINK_NULL:
    case LINK_LOOP:
      return loopback(state);
    case LINK_PPP:
    case LINK_PPP_HDLC:
      return pppFrame(state);
    case LINK_CISCO_HDLC:
      return ciscoHdlc(state);
    case LINK_PPP_ETHERNET:
      return LAYER_PPPOE;
    case LINK_IEEE802_11:
      return LAYER_WIFI;
    case LINK_RADIOTAP:
      return radiotapHeader(state);
    case LINK_PRISM:
      return prismHeader(state);
    case LINK_AVS:
      return avsHeader(state);
    case LINK_PPI:
      return perPacketInformation(state);
    case LINK_NFLOG:
      return netfilterLog(state);
    default:
      return UNKNOWN_LINK_TYPE;
  }
}

function cooked(state: DecodeState, protocolOffset: number, headerLength: number): number {
  const { bytes, at } = state;
  if (at + headerLength > state.end) return TRUNCATED;
  const protocol = (bytes[at + protocolOffset]! << 8) | bytes[at + protocolOffset + 1]!;
  state.at = at + headerLength;
  if (protocol === COOKED_LLC) return LAYER_LLC;
  return protocol < LOWEST_ETHER_TYPE ? NOT_IP : layerOfEtherType(protocol);
}

/** Four bytes of address family: AF_INET is 2 everywhere, AF_INET6 whatever each system took. */
function loopback(state: DecodeState): number {
  const { bytes, at } = state;
  if (at + 4 > state.end) return TRUNCATED;
  const low = bytes[at]! | bytes[at + 1]!;
  const high = bytes[at + 2]! | bytes[at + 3]!;
  if (low !== 0 && high !== 0) return NOT_IP;
  // One half is zero: which one tells the byte order.
  const family = low === 0 ? (bytes[at + 2]! << 8) | bytes[at + 3]! : (bytes[at + 1]! << 8) | bytes[at]!;
  state.at = at + 4;
  switch (family) {
    case 2:
      return LAYER_IPV4;
    case 10: // Linux
    case 23: // Windows
    case 24: // NetBSD, OpenBSD
    case 28: // FreeBSD
    case 30: // Darwin
      return LAYER_IPV6;
    default:
      return family < LOWEST_ETHER_TYPE ? NOT_IP : layerOfEtherType(family);
  }
}

/** PPP with or without HDLC's address and control (RFC 1662 section 3.1), or Cisco HDLC, which shares link type 50. */
function pppFrame(state: DecodeState): number {
  const { bytes, at } = state;
  if (at + 2 > state.end) return TRUNCATED;
  if (bytes[at] === 0xff && bytes[at + 1] === 0x03) {
    state.at = at + 2;
  } else if ((bytes[at] === 0x0f || bytes[at] === 0x8f) && bytes[at + 1] === 0) {
    return ciscoHdlc(state);
  }
  return LAYER_PPP;
}

/** Address (0x0f unicast, 0x8f multicast), control, EtherType: RFC 1547 section 4.3.1. */
function ciscoHdlc(state: DecodeState): number {
  return etherTypeAt(state, 2);
}

/** The protocol number: one byte when that is odd (compression, RFC 1661 section 6.5), else two. */
export function pppLayer(state: DecodeState): number {
  const { bytes, at, end } = state;
  if (at >= end) return TRUNCATED;
  let protocol = bytes[at]!;
  if ((protocol & 1) === 0) {
    if (at + 2 > end) return TRUNCATED;
    protocol = (protocol << 8) | bytes[at + 1]!;
    state.at = at + 2;
  } else {
    state.at = at + 1;
  }
  switch (protocol) {
    case PPP_IPV4:
      return LAYER_IPV4;
    case PPP_IPV6:
      return LAYER_IPV6;
    case PPP_MPLS:
      return LAYER_MPLS;
    default:
      return NOT_IP;
  }
}

/** Version and type 0x11, code 0 (session data), session, length, then PPP: RFC 2516 section 4. */
export function pppoeLayer(state: DecodeState): number {
  const { bytes, at } = state;
  if (at + 6 > state.end) return TRUNCATED;
  if (bytes[at] !== 0x11) return MALFORMED;
  if (bytes[at + 1] !== 0) return NOT_IP;
  state.at = at + 6;
  return LAYER_PPP;
}

/** Family, version 0, resource; then attributes: length and type in the host's order (little-endian), content, padding. */
function netfilterLog(state: DecodeState): number {
  const { bytes, end } = state;
  let at = state.at + 4;
  if (at > end) return TRUNCATED;
  if (bytes[at - 3] !== 0) return NOT_IP;
  while (at + 4 <= end) {
    const length = bytes[at]! | (bytes[at + 1]! << 8);
    if (length < 4) return MALFORMED;
    if ((bytes[at + 2]! | (bytes[at + 3]! << 8)) === NFULA_PAYLOAD) {
      state.at = at + 4;
      return LAYER_IP;
    }
    at += (length + 3) & ~3;
  }
  return NOT_IP;
}

/** PPI: version, flags, length of this header and link type of what follows, both little-endian. */
function perPacketInformation(state: DecodeState): number {
  const { bytes, at } = state;
  if (at + 8 > state.end) return TRUNCATED;
  const length = bytes[at + 2]! | (bytes[at + 3]! << 8);
  if (length < 8) return MALFORMED;
  if (at + length > state.end) return TRUNCATED;
  state.linkType = bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
  state.at = at + length;
  return LAYER_LINK;
}
