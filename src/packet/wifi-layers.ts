/** IEEE 802.11 data frames in the clear, and the headers that capture drivers put before them. */

import { ENCRYPTED, MALFORMED, NOT_IP, TRUNCATED } from './decode-result.ts';
import type { DecodeState } from './decode-state.ts';
import { LAYER_LLC, LAYER_WIFI } from './layer.ts';

/** Bits of the frame control field's first byte: IEEE 802.11 section 9.2.4.1. */
const TYPE_MASK = 0x0c;
const TYPE_DATA = 0x08;
/** Subtypes of data frames: without data (null, CF-Ack, ...), and with quality of service. */
const NO_DATA = 0x40;
const QUALITY_OF_SERVICE = 0x80;
/** Bits of its second byte. */
const TO_AND_FROM_DISTRIBUTION = 0x03;
const MORE_FRAGMENTS = 0x04;
const PROTECTED = 0x40;
const ORDER = 0x80;

/** Bits of radiotap's flags field: https://www.radiotap.org/fields/Flags.html. */
const RADIOTAP_PADDED = 0x20;
const RADIOTAP_BAD_CHECKSUM = 0x40;

/** The MAC header, as long as its flags say, up to the LLC header. Of an aggregate (A-MSDU), the first part is read. */
export function wifiLayer(state: DecodeState): number {
  const { bytes, at, end } = state;
  if (at + 2 > end) return TRUNCATED;
  const control = bytes[at]!;
  const flags = bytes[at + 1]!;
  // Protocol version (the lowest two bits) 0 is the only one with this header.
  if ((control & (TYPE_MASK | 3)) !== TYPE_DATA || (control & NO_DATA) !== 0) return NOT_IP;
  if ((flags & PROTECTED) !== 0) return ENCRYPTED;
  let length = (flags & TO_AND_FROM_DISTRIBUTION) === TO_AND_FROM_DISTRIBUTION ? 30 : 24;
  if (at + 24 > end) return TRUNCATED;
  // A fragment of a frame: nobody fragments at this layer but for trying it out.
  if ((flags & MORE_FRAGMENTS) !== 0 || (bytes[at + 22]! & 0x0f) !== 0) return NOT_IP;
  let isAggregate = false;
  if ((control & QUALITY_OF_SERVICE) !== 0) {
    if (at + length + 2 > end) return TRUNCATED;
    isAggregate = (bytes[at + length]! & 0x80) !== 0;
    length += (flags & ORDER) !== 0 ? 6 : 2;
  }
  if (state.isPadded) length = (length + 3) & ~3;
  // Each part of an aggregate begins with destination, source and length: section 9.3.2.2.2.
  if (isAggregate) length += 14;
  if (at + length > end) return TRUNCATED;
  state.at = at + length;
  return LAYER_LLC;
}

/** Version, pad, length, then a bit mask of the fields that are present, all little-endian: https://www.radiotap.org. */
export function radiotapHeader(state: DecodeState): number {
  const { bytes, at } = state;
  if (at + 8 > state.end) return TRUNCATED;
  const length = bytes[at + 2]! | (bytes[at + 3]! << 8);
  if (length < 8) return MALFORMED;
  if (at + length > state.end) return TRUNCATED;
  state.at = at + length;

  // Bit 31 of a mask: another mask follows.
  let fields = 8;
  for (let mask = 4; (bytes[at + mask + 3]! & 0x80) !== 0; mask += 4) {
    if (fields + 4 > length) return MALFORMED;
    fields += 4;
  }
  const present = bytes[at + 4]!;
  // Bit 0 is the time stamp, eight bytes aligned to eight; bit 1 the flags, one byte.
  if ((present & 1) !== 0) fields = ((fields + 7) & ~7) + 8;
  if ((present & 2) !== 0 && fields < length) {
    const flags = bytes[at + fields]!;
    if ((flags & RADIOTAP_BAD_CHECKSUM) !== 0) return MALFORMED;
    state.isPadded = (flags & RADIOTAP_PADDED) !== 0;
  }
  return LAYER_WIFI;
}

/** Prism: message code 0x44 or 0x41, then its length, in the byte order of the capturing host. */
export function prismHeader(state: DecodeState): number {
  const { bytes, at } = state;
  if (at + 8 > state.end) return TRUNCATED;
  if (bytes[at] === 0x80 && bytes[at + 1] === 0x21) return avsHeader(state);
  const isLittleEndian = bytes[at] !== 0;
  const length = isLittleEndian ? bytes[at + 4]! | (bytes[at + 5]! << 8) : (bytes[at + 6]! << 8) | bytes[at + 7]!;
  return skip(state, length);
}

/** AVS: version 0x80211xxx, then the header's length, big-endian. */
export function avsHeader(state: DecodeState): number {
  const { bytes, at } = state;
  if (at + 8 > state.end) return TRUNCATED;
  return skip(state, (bytes[at + 6]! << 8) | bytes[at + 7]!);
}

function skip(state: DecodeState, length: number): number {
  if (length < 8) return MALFORMED;
  if (state.at + length > state.end) return TRUNCATED;
  state.at += length;
  return LAYER_WIFI;
}
