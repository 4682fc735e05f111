/**
 * One search over the literals of all signatures: the only work that benign payload costs. The tables: literals.ts.
 *
 * Unanchored literals: of each, one window of eight bytes was chosen at build time. The search reads four bytes (a gram)
 * at every fifth offset: any eight bytes in a row hold one whole sampled gram, so no window is missed. A gram's bit in a
 * filter that fits the first-level cache tells whether any window holds it; only then the windows are compared. The cost
 * does not depend on the number of literals as long as the filter is sparse.
 *
 * Anchored literals (the first bytes of a flow or datagram): one look-up by the first four bytes.
 *
 * Grams ignore bit 0x20 of every byte, the literals' comparison that of letters; the conditions judge exactly. Where those on the
 * payload tell how a message begins (signature/openings.ts), what begins otherwise is passed over. A signature
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
  STRIDE as STRIDE_BYTES,
  WINDOW as WINDOW_BYTES,
} from './gram.ts';
import {
  BEGINNING_FIRST,
  BEGINNING_LAST,
  BEGINNING_LENGTH,
  BEGINNING_LITERAL,
  BEGINNING_MORE,
  BEGINNING_PORTS,
  BEGINNING_SHIFT,
  BEGINNING_TRANSPORTS,
  GRAM_LITERAL,
  GRAM_NEXT,
  GRAM_OFFSET,
  GRAM_VALUE,
  LITERAL_END,
  LITERAL_OPENINGS,
  LITERAL_PORTS,
  LITERAL_SIGNATURE,
  LITERAL_START,
  LITERAL_TRANSPORTS,
  LITERAL_WINDOW,
  OPENING_WHOLE,
} from './literal-words.ts';
import { beginningAt, gramAt, gramHash, lengthOf, literalAt, maskOf, startHash } from './literals.ts';
import { DATAGRAM_FILTER, FILTER, fold, GRAM_BUCKETS, HITS, openings, ports, SHORTS, STARTS, text } from './tables.ts';
import { AFTER_HEADER, BY_TCP } from './transport-bits.ts';

// As the machine's types.
const GRAM: usize = GRAM_BYTES;
const WINDOW: usize = WINDOW_BYTES;
const STRIDE: usize = STRIDE_BYTES;
const FOLD: u32 = FOLD_BITS;

/** Signatures at HITS, each once. */
export let hitCount: i32 = 0;
/** Nothing was searched: what an earlier search has found is not of this packet. */
export function forgetHits(): void {
  hitCount = 0;
}

/** Where in the message a literal begins that agrees as far as that goes, if more may come: the first such, plus one; or 0. */
export let cutLiteral: i32 = 0;

/** Bits of transport-bits.ts: on which the message came. */
let transport: i32 = 0;
/** The message as far as it is there; nothing follows. */
let messageStart: usize = 0;
let messageEnd: usize = 0;
let isComplete: bool = false;

/**
 * Searches a message [start, end), of which the bytes from `from` on are new. `complete`: nothing follows, so that a longer
 * literal cannot be its beginning.
 */
export function search(start: usize, from: usize, end: usize, complete: bool, by: i32): void {
  hitCount = 0;
  cutLiteral = 0;
  transport = by;
  messageStart = start;
  messageEnd = end;
  isComplete = complete;
  // A literal may begin before what is new.
  if (from - start < GRAM) searchStart(start, end);
  searchAnywhere(start, from - start < WINDOW ? start : from - WINDOW + 1, end);
}

function searchAnywhere(start: usize, from: usize, end: usize): void {
  // Two loops, each with the address of its filter in it.
  if (transport === BY_TCP) searchBy(FILTER, start, from, end);
  else searchBy(DATAGRAM_FILTER, start, from, end);
}

function searchBy(filter: usize, start: usize, from: usize, end: usize): void {
  if (end < from + GRAM) return;
  const last = end - GRAM;
  for (let at = from; at <= last; at += STRIDE) {
    const gram = load<u32>(at) | FOLD;
    const hash = gramHash(gram);
    if (((load<u32>(filter + ((hash >>> 5) << 2)) >>> (hash & 31)) & 1) !== 0) compare(start, end, at, gram, hash);
  }
}

function compare(start: usize, end: usize, at: usize, value: u32, hash: u32): void {
  let next = load<i32>(GRAM_BUCKETS + ((hash >>> (FILTER_BITS - BUCKET_BITS)) << 2));
  while (next !== 0) {
    const gram = gramAt(next - 1);
    next = load<i32>(gram, GRAM_NEXT << 2);
    if (load<u32>(gram, GRAM_VALUE << 2) !== value) continue;
    const place = at - load<usize>(gram, GRAM_OFFSET << 2);
    const literal = literalAt(load<i32>(gram, GRAM_LITERAL << 2));
    if (place >= start && agrees(place, end, literal)) hitOrCut(literal, place, end);
  }
}

function searchStart(start: usize, end: usize): void {
  if (end <= start) return;
  const there = <i32>(end - start);
  // Those of less than a gram.
  searchBeginnings(load<i32>(SHORTS + ((<usize>(load<u8>(start) | 0x20)) << 2)), start, end, there);
  if (there < <i32>GRAM) return;
  searchBeginnings(load<i32>(STARTS + (startHash(load<u32>(start) | FOLD) << 2)), start, end, there);
}

/** All that stand together from `place` on. One of less than a gram is wanted whole. */
function searchBeginnings(place: i32, start: usize, end: usize, there: i32): void {
  if (place === 0) return;
  const first = load<u32>(start) | FOLD;
  let beginning = beginningAt(place);
  for (;;) {
    if (mayBeAt(beginning, first, start, there)) {
      const literal = literalAt(load<i32>(beginning, BEGINNING_LITERAL << 2));
      if (agrees(start, end, literal)) hitOrCut(literal, start, end);
    }
    if (load<i32>(beginning, BEGINNING_MORE << 2) === 0) return;
    beginning += (<usize>1) << (BEGINNING_SHIFT + 2);
  }
}

/** What costs least, and leaves little: often many bytes agree (`GET / HTTP/1.`), and the last tell. Bit 0x20 does not count. */
function mayBeAt(beginning: usize, first: u32, start: usize, there: i32): bool {
  if ((load<i32>(beginning, BEGINNING_TRANSPORTS << 2) & transport) === 0) return false;
  if (((load<u64>(beginning, BEGINNING_PORTS << 2) >>> (<u64>port & 63)) & 1) === 0) return false;
  const length = load<i32>(beginning, BEGINNING_LENGTH << 2);
  if ((first & maskOf(length)) !== load<u32>(beginning, BEGINNING_FIRST << 2)) return false;
  if (there < length) return !isComplete && length > <i32>GRAM;
  if (length <= <i32>GRAM) return true;
  const last = load<u32>(start + <usize>length - GRAM) | FOLD;
  return last === load<u32>(beginning, BEGINNING_LAST << 2);
}

/** The literal stands at `place`, as far as the message goes. Of one whose window is cut, the next search need not be told. */
function hitOrCut(literal: usize, place: usize, end: usize): void {
  if (place + <usize>lengthOf(literal) <= end) {
    hit(literal);
    return;
  }
  const window = load<i32>(literal, LITERAL_WINDOW << 2);
  if (isComplete || (place + <usize>(window + <i32>WINDOW) > end && window >= 0)) return;
  // The header of a port scan may still come before the literal's end.
  if (!speaksHere(literal, load<i32>(literal, LITERAL_TRANSPORTS << 2))) return;
  const cut = <i32>(place - messageStart) + 1;
  if (cutLiteral === 0 || cut < cutLiteral) cutLiteral = cut;
}

function hit(literal: usize): void {
  if (!mayBeHere(literal) || !mayBegin(load<i32>(literal, LITERAL_OPENINGS << 2))) return;
  const signature = load<i32>(literal, LITERAL_SIGNATURE << 2);
  for (let index = 0; index < hitCount; index++) {
    if (load<i32>(HITS + ((<usize>index) << 2)) === signature) return;
  }
  if (hitCount === <i32>mostHits) return;
  store<i32>(HITS + ((<usize>hitCount) << 2), signature);
  hitCount++;
}

/** Is the literal's signature one for this transport and port, and was the header seen after which alone it may count? */
function mayBeHere(literal: usize): bool {
  const rule = load<i32>(literal, LITERAL_TRANSPORTS << 2);
  return speaksHere(literal, rule) && ((rule & AFTER_HEADER) === 0 || followsHeader());
}

function speaksHere(literal: usize, rule: i32): bool {
  if ((rule & transport) === 0) return false;
  let place = load<i32>(literal, LITERAL_PORTS << 2);
  if (place < 0) return true;
  let listed = load<i32>(<usize>ports + ((<usize>place) << 2));
  while (listed >= 0 && listed !== port) {
    place++;
    listed = load<i32>(<usize>ports + ((<usize>place) << 2));
  }
  return listed === port;
}

/** Does the message begin as one of the openings at this place does, as far as both are there? */
function mayBegin(place: i32): bool {
  if (place < 0) return true;
  const there = <i32>(messageEnd - messageStart);
  let at = <usize>openings + ((<usize>place) << 2);
  let left = load<i32>(at);
  at += 4;
  for (; left > 0; left--) {
    const length = load<i32>(at) & (OPENING_WHOLE - 1);
    const fits = there < length ? !isComplete : there === length || (load<i32>(at) & OPENING_WHOLE) === 0;
    at += 4;
    if (fits && beginsSo(at, min(length, there))) return true;
    at += (<usize>length) << 2;
  }
  return false;
}

function beginsSo(opening: usize, length: i32): bool {
  for (let index: usize = 0; index < <usize>length; index++) {
    const wanted = load<i32>(opening + (index << 2));
    if ((<i32>load<u8>(messageStart + index) & (wanted >> 8)) !== (wanted & 0xff)) return false;
  }
  return true;
}

/** Do the bytes from `place` on agree with the literal as far as both go? The case of letters does not count. */
function agrees(place: usize, end: usize, literal: usize): bool {
  let wanted = <usize>(text + load<i32>(literal, LITERAL_START << 2));
  const wantedEnd = <usize>(text + load<i32>(literal, LITERAL_END << 2));
  const folds = <usize>(fold - text);
  while (wanted < wantedEnd && place < end) {
    if ((load<u8>(place) | load<u8>(wanted + folds)) !== load<u8>(wanted)) return false;
    wanted++;
    place++;
  }
  return true;
}
