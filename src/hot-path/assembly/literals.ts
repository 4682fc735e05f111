/**
 * The tables of the search: made once for a catalogue, from its literals. Chains are by hash of a gram. Literals that are
 * the beginning of a message stand beside those with the same hash of the first gram, or first byte where they are shorter.
 */

import {
  BUCKET_BITS,
  FILTER_BITS,
  FOLD as FOLD_BITS,
  GRAM as GRAM_BYTES,
  GRAM_SPREAD as SPREAD,
  STRIDE,
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
  GRAM_SHIFT,
  GRAM_VALUE,
  LITERAL_END,
  LITERAL_PORTS,
  LITERAL_SHIFT,
  LITERAL_START,
  LITERAL_TRANSPORTS,
  LITERAL_WINDOW,
} from './literal-words.ts';
import {
  beginnings,
  DATAGRAM_FILTER,
  FILTER,
  GRAM_BUCKETS,
  grams,
  LITERALS,
  ports,
  SHORTS,
  STARTS,
  text,
} from './tables.ts';
import { AFTER_HEADER, BY_TCP } from './transport-bits.ts';

const GRAM: i32 = GRAM_BYTES;
const FOLD: u32 = FOLD_BITS;
const GRAM_SPREAD: u32 = <u32>SPREAD;

export function literalAt(number: i32): usize {
  return LITERALS + ((<usize>number) << (LITERAL_SHIFT + 2));
}

export function gramAt(number: i32): usize {
  return <usize>grams + ((<usize>number) << (GRAM_SHIFT + 2));
}

/** The place of a gram's chain in the filter's hash. */
export function gramHash(gram: u32): u32 {
  return (gram * GRAM_SPREAD) >>> (32 - FILTER_BITS);
}

export function startHash(gram: u32): usize {
  return (gram * GRAM_SPREAD) >>> (32 - BUCKET_BITS);
}

/** Makes the tables of `count` literals at LITERALS. */
export function compileLiterals(count: i32): void {
  memory.fill(FILTER, 0, 1 << (FILTER_BITS - 3));
  memory.fill(DATAGRAM_FILTER, 0, 1 << (FILTER_BITS - 3));
  memory.fill(GRAM_BUCKETS, 0, 4 << BUCKET_BITS);
  memory.fill(STARTS, 0, 4 << BUCKET_BITS);
  memory.fill(SHORTS, 0, 4 << 8);
  let used = 0;
  for (let number = 0; number < count; number++) {
    const window = load<i32>(literalAt(number), LITERAL_WINDOW << 2);
    if (window < 0) countBeginning(number);
    else for (let step = 0; step < STRIDE; step++) addGram(number, window + step, used++);
  }
  const all = placeBeginnings(SHORTS, 1 << 8, placeBeginnings(STARTS, 1 << BUCKET_BITS, 1));
  for (let place = 0; place < all; place++) store<i32>(beginningAt(place), 0, BEGINNING_LENGTH << 2);
  for (let number = 0; number < count; number++) {
    if (load<i32>(literalAt(number), LITERAL_WINDOW << 2) < 0) addBeginning(number);
  }
}

/** Where those with the literal's hash are counted, and then found. */
function bucketOfBeginning(literal: usize): usize {
  const bytes = <usize>(text + load<i32>(literal, LITERAL_START << 2));
  return lengthOf(literal) < GRAM
    ? SHORTS + ((<usize>(load<u8>(bytes) | 0x20)) << 2)
    : STARTS + (startHash(load<u32>(bytes) | FOLD) << 2);
}

function countBeginning(number: i32): void {
  const bucket = bucketOfBeginning(literalAt(number));
  store<i32>(bucket, load<i32>(bucket) + 1);
}

/** Each bucket's count becomes the place of its first; gives the place behind the last. Place 0 is of none. */
function placeBeginnings(buckets: usize, count: i32, first: i32): i32 {
  let place = first;
  for (let index = 0; index < count; index++) {
    const bucket = buckets + ((<usize>index) << 2);
    const here = load<i32>(bucket);
    store<i32>(bucket, here === 0 ? 0 : place);
    place += here;
  }
  return place;
}

/** Behind those of its bucket that are there already: no literal has no length. */
function addBeginning(number: i32): void {
  const literal = literalAt(number);
  let place = load<i32>(bucketOfBeginning(literal));
  while (load<i32>(beginningAt(place), BEGINNING_LENGTH << 2) !== 0) {
    store<i32>(beginningAt(place), 1, BEGINNING_MORE << 2);
    place++;
  }
  const length = lengthOf(literal);
  const bytes = <usize>(text + load<i32>(literal, LITERAL_START << 2));
  const beginning = beginningAt(place);
  const mask = maskOf(length);
  store<u32>(beginning, (load<u32>(bytes) | FOLD) & mask, BEGINNING_FIRST << 2);
  store<u32>(beginning, length < GRAM ? 0 : load<u32>(bytes + <usize>(length - GRAM)) | FOLD, BEGINNING_LAST << 2);
  store<i32>(beginning, length, BEGINNING_LENGTH << 2);
  store<i32>(beginning, load<i32>(literal, LITERAL_TRANSPORTS << 2), BEGINNING_TRANSPORTS << 2);
  store<u64>(beginning, portsOf(literal), BEGINNING_PORTS << 2);
  store<i32>(beginning, number, BEGINNING_LITERAL << 2);
  store<i32>(beginning, 0, BEGINNING_MORE << 2);
}

function portsOf(literal: usize): u64 {
  const place = load<i32>(literal, LITERAL_PORTS << 2);
  if (place < 0) return u64.MAX_VALUE;
  let bits: u64 = 0;
  for (let at = <usize>ports + ((<usize>place) << 2); load<i32>(at) >= 0; at += 4)
    bits |= (<u64>1) << (<u64>load<i32>(at) & 63);
  return bits;
}

/** Which bits of four bytes a literal of this length speaks of. */
export function maskOf(length: i32): u32 {
  return length < GRAM ? ((<u32>1) << ((<u32>length) << 3)) - 1 : u32.MAX_VALUE;
}

export function lengthOf(literal: usize): i32 {
  return load<i32>(literal, LITERAL_END << 2) - load<i32>(literal, LITERAL_START << 2);
}

export function beginningAt(place: i32): usize {
  return <usize>beginnings + ((<usize>place) << (BEGINNING_SHIFT + 2));
}

function setBit(filter: usize, hash: u32): void {
  const word = filter + ((hash >>> 5) << 2);
  store<u32>(word, load<u32>(word) | (1 << (hash & 31)));
}

function addGram(number: i32, offset: i32, place: i32): void {
  const start = load<i32>(literalAt(number), LITERAL_START << 2);
  const value = load<u32>(<usize>(text + start + offset)) | FOLD;
  const hash = gramHash(value);
  const transports = load<i32>(literalAt(number), LITERAL_TRANSPORTS << 2);
  if ((transports & BY_TCP) !== 0) setBit(FILTER, hash);
  if ((transports & ~(BY_TCP | AFTER_HEADER)) !== 0) setBit(DATAGRAM_FILTER, hash);
  const chain = GRAM_BUCKETS + ((hash >>> (FILTER_BITS - BUCKET_BITS)) << 2);
  const gram = gramAt(place);
  store<u32>(gram, value, GRAM_VALUE << 2);
  store<i32>(gram, number, GRAM_LITERAL << 2);
  store<i32>(gram, offset, GRAM_OFFSET << 2);
  store<i32>(gram, load<i32>(chain), GRAM_NEXT << 2);
  store<i32>(chain, place + 1);
}
