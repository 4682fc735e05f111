/** Is there any literal in these bytes of a signature that may speak here? As signature/literal-search.ts. */

import {
  BUCKET_BITS,
  FILTER_BITS,
  FOLD as FOLD_BITS,
  GRAM as GRAM_BYTES,
  GRAM_SPREAD as SPREAD,
  STRIDE as STRIDE_BYTES,
} from '../../signature/gram.ts';
import { followsHeader, port } from './flow-key.ts';
import {
  entryEnd,
  entryNext,
  entryPorts,
  entryStart,
  entryTransports,
  FILTER,
  fold,
  GRAM_BUCKETS,
  gramEntry,
  gramNext,
  gramOffset,
  gramValue,
  ports,
  SHORTS,
  STARTS,
  text,
} from './tables.ts';

// Bits of the transports, as the engine's tables have them.
export const BY_TCP: i32 = 1;
export const BY_UDP: i32 = 2;
export const BY_ICMP: i32 = 4;
/** Bit of a signature that counts only after the header of a port scan. */
const AFTER_HEADER: i32 = 128;

// As the machine's types.
export const GRAM: usize = GRAM_BYTES;
const STRIDE: usize = STRIDE_BYTES;
const FOLD: u32 = FOLD_BITS;
const GRAM_SPREAD: u32 = <u32>SPREAD;

/** As LiteralSearch.scan, up to the first literal. */
export function holdsAnyLiteral(start: usize, from: usize, end: usize, transport: i32): bool {
  const last = end - GRAM;
  if (end < from + GRAM) return false;
  for (let at = from; at <= last; at += STRIDE) {
    const gram = load<u32>(at) | FOLD;
    const hash = (gram * GRAM_SPREAD) >>> (32 - FILTER_BITS);
    if (((load<u32>(FILTER + ((hash >>> 5) << 2)) >>> (hash & 31)) & 1) !== 0) {
      if (compare(start, end, at, gram, hash, transport)) return true;
    }
  }
  return false;
}

/** As LiteralSearch.compare. */
function compare(start: usize, end: usize, at: usize, gram: u32, hash: u32, transport: i32): bool {
  let index = load<i32>(GRAM_BUCKETS + ((hash >>> (FILTER_BITS - BUCKET_BITS)) << 2));
  for (; index >= 0; index = load<i32>(<usize>gramNext + ((<usize>index) << 2))) {
    if (load<u32>(<usize>gramValue + ((<usize>index) << 2)) !== gram) continue;
    const entry = (<usize>load<i32>(<usize>gramEntry + ((<usize>index) << 2))) << 2;
    const place = at - <usize>load<i32>(<usize>gramOffset + ((<usize>index) << 2));
    if (place < start) continue;
    const literal = <usize>text + <usize>load<i32>(<usize>entryStart + entry);
    const literalEnd = <usize>text + <usize>load<i32>(<usize>entryEnd + entry);
    if (agrees(place, end, literal, literalEnd) && mayBeHere(entry, transport)) return true;
  }
  return false;
}

/** As LiteralSearch.scanStart, up to the first literal. */
export function startsAnyLiteral(start: usize, end: usize, complete: bool, transport: i32): bool {
  if (end <= start) return false;
  const there = end - start;
  for (
    let entry = load<i32>(SHORTS + ((<usize>(load<u8>(start) | 0x20)) << 2));
    entry >= 0;
    entry = load<i32>(<usize>entryNext + ((<usize>entry) << 2))
  ) {
    const literal = load<i32>(<usize>entryStart + ((<usize>entry) << 2));
    const literalEnd = load<i32>(<usize>entryEnd + ((<usize>entry) << 2));
    if (<usize>(literalEnd - literal) > there) continue;
    if (
      agrees(start, end, <usize>(text + literal), <usize>(text + literalEnd)) &&
      mayBeHere((<usize>entry) << 2, transport)
    ) {
      return true;
    }
  }
  if (there < GRAM) return false;
  const gram = load<u32>(start) | FOLD;
  const bucket = (gram * GRAM_SPREAD) >>> (32 - BUCKET_BITS);
  for (
    let entry = load<i32>(STARTS + ((<usize>bucket) << 2));
    entry >= 0;
    entry = load<i32>(<usize>entryNext + ((<usize>entry) << 2))
  ) {
    const literal = load<i32>(<usize>entryStart + ((<usize>entry) << 2));
    const literalEnd = load<i32>(<usize>entryEnd + ((<usize>entry) << 2));
    if (complete && there < <usize>(literalEnd - literal)) continue;
    if (
      agrees(start, end, <usize>(text + literal), <usize>(text + literalEnd)) &&
      mayBeHere((<usize>entry) << 2, transport)
    ) {
      return true;
    }
  }
  return false;
}

/** As Engine.newSuspects: is the entry's signature one for this transport and port? */
function mayBeHere(entry: usize, transport: i32): bool {
  const rule = load<i32>(<usize>entryTransports + entry);
  if ((rule & transport) === 0 || ((rule & AFTER_HEADER) !== 0 && !followsHeader())) return false;
  let place = load<i32>(<usize>entryPorts + entry);
  if (place < 0) return true;
  let listed = load<i32>(<usize>ports + ((<usize>place) << 2));
  while (listed >= 0 && listed !== port) {
    place++;
    listed = load<i32>(<usize>ports + ((<usize>place) << 2));
  }
  return listed === port;
}

/** Do the bytes agree with the literal as far as both go? The case of letters does not count. */
function agrees(place: usize, end: usize, literal: usize, literalEnd: usize): bool {
  const folds = <usize>(fold - text);
  while (literal < literalEnd && place < end) {
    if ((load<u8>(place) | load<u8>(literal + folds)) !== load<u8>(literal)) return false;
    literal++;
    place++;
  }
  return true;
}
