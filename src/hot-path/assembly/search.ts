/**
 * One search over the literals of all signatures: the only work that benign payload costs. The tables are made by
 * signature/literal-tables.ts.
 *
 * Unanchored literals: of each, one window of eight bytes was chosen at build time. The search reads four bytes (a gram)
 * at every fifth offset: any eight bytes in a row hold one whole sampled gram, so no window is missed. A gram's bit in a
 * filter that fits the first-level cache tells whether any window holds it; only then the windows are compared. The cost
 * does not depend on the number of literals as long as the filter is sparse.
 *
 * Anchored literals (the first bytes of a flow or datagram): one look-up by the first four bytes.
 *
 * Grams ignore bit 0x20 of every byte, the literals' comparison that of letters; the conditions judge exactly. A signature
 * that does not speak on this transport or to this port, or that counts only after the header of a port scan which was not
 * seen, is passed over.
 */

import { mostHits } from '../../limits.ts';
import { followsHeader, port } from './flow-key.ts';
import {
  BUCKET_BITS,
  FILTER_BITS,
  FOLD as FOLD_BITS,
  GRAM as GRAM_BYTES,
  GRAM_SPREAD as SPREAD,
  STRIDE as STRIDE_BYTES,
  WINDOW as WINDOW_BYTES,
} from './gram.ts';
import {
  entryEnd,
  entryNext,
  entryPorts,
  entrySignature,
  entryStart,
  entryTransports,
  FILTER,
  fold,
  GRAM_BUCKETS,
  gramEntry,
  gramNext,
  gramOffset,
  gramValue,
  HITS,
  ports,
  SHORTS,
  STARTS,
  text,
} from './tables.ts';
import { AFTER_HEADER } from './transport-bits.ts';

// As the machine's types.
const GRAM: usize = GRAM_BYTES;
const WINDOW: usize = WINDOW_BYTES;
const STRIDE: usize = STRIDE_BYTES;
const FOLD: u32 = FOLD_BITS;
const GRAM_SPREAD: u32 = <u32>SPREAD;

/** Signatures at HITS, each once. */
export let hitCount: i32 = 0;
/** Bits of transport-bits.ts: on which the message came. */
let transport: i32 = 0;

/**
 * Searches a message [start, end), of which the bytes from `from` on are new. `complete`: nothing follows, so that a longer
 * literal cannot be its beginning.
 */
export function search(start: usize, from: usize, end: usize, complete: bool, by: i32): void {
  hitCount = 0;
  transport = by;
  // A literal may begin before what is new.
  if (from - start < GRAM) searchStart(start, end, complete);
  searchAnywhere(start, from - start < WINDOW ? start : from - WINDOW + 1, end);
}

/** One that `end` cuts short is reported as far as it agrees. */
function searchAnywhere(start: usize, from: usize, end: usize): void {
  if (end < from + GRAM) return;
  const last = end - GRAM;
  for (let at = from; at <= last; at += STRIDE) {
    const gram = load<u32>(at) | FOLD;
    const hash = (gram * GRAM_SPREAD) >>> (32 - FILTER_BITS);
    if (((load<u32>(FILTER + ((hash >>> 5) << 2)) >>> (hash & 31)) & 1) !== 0) compare(start, end, at, gram, hash);
  }
}

function compare(start: usize, end: usize, at: usize, gram: u32, hash: u32): void {
  let index = load<i32>(GRAM_BUCKETS + ((hash >>> (FILTER_BITS - BUCKET_BITS)) << 2));
  for (; index >= 0; index = load<i32>(<usize>gramNext + ((<usize>index) << 2))) {
    if (load<u32>(<usize>gramValue + ((<usize>index) << 2)) !== gram) continue;
    const entry = (<usize>load<i32>(<usize>gramEntry + ((<usize>index) << 2))) << 2;
    const place = at - <usize>load<i32>(<usize>gramOffset + ((<usize>index) << 2));
    if (place >= start && agrees(place, end, entry)) hit(entry);
  }
}

function searchStart(start: usize, end: usize, complete: bool): void {
  if (end <= start) return;
  const there = <i32>(end - start);
  // Literals of less than a gram, by their first byte.
  for (
    let index = load<i32>(SHORTS + ((<usize>(load<u8>(start) | 0x20)) << 2));
    index >= 0;
    index = load<i32>(<usize>entryNext + ((<usize>index) << 2))
  ) {
    const entry = (<usize>index) << 2;
    if (lengthOf(entry) <= there && agrees(start, end, entry)) hit(entry);
  }
  if (there < <i32>GRAM) return;
  const gram = load<u32>(start) | FOLD;
  const bucket = (gram * GRAM_SPREAD) >>> (32 - BUCKET_BITS);
  for (
    let index = load<i32>(STARTS + ((<usize>bucket) << 2));
    index >= 0;
    index = load<i32>(<usize>entryNext + ((<usize>index) << 2))
  ) {
    const entry = (<usize>index) << 2;
    if (complete && there < lengthOf(entry)) continue;
    if (agrees(start, end, entry)) hit(entry);
  }
}

function hit(entry: usize): void {
  if (!mayBeHere(entry)) return;
  const signature = load<i32>(<usize>entrySignature + entry);
  for (let index = 0; index < hitCount; index++) {
    if (load<i32>(HITS + ((<usize>index) << 2)) === signature) return;
  }
  if (hitCount === <i32>mostHits) return;
  store<i32>(HITS + ((<usize>hitCount) << 2), signature);
  hitCount++;
}

/** Is the entry's signature one for this transport and port? */
function mayBeHere(entry: usize): bool {
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

function lengthOf(entry: usize): i32 {
  return load<i32>(<usize>entryEnd + entry) - load<i32>(<usize>entryStart + entry);
}

/** Do the bytes from `place` on agree with the literal as far as both go? The case of letters does not count. */
function agrees(place: usize, end: usize, entry: usize): bool {
  let literal = <usize>text + <usize>load<i32>(<usize>entryStart + entry);
  const literalEnd = <usize>text + <usize>load<i32>(<usize>entryEnd + entry);
  const folds = <usize>(fold - text);
  while (literal < literalEnd && place < end) {
    if ((load<u8>(place) | load<u8>(literal + folds)) !== load<u8>(literal)) return false;
    literal++;
    place++;
  }
  return true;
}
