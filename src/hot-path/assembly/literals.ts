/**
 * The tables of the search: made once for a catalogue, from its literals. Chains are by hash of a gram; of literals that are
 * the beginning of a message, by hash of the first gram, or by first byte where they are shorter.
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
  GRAM_LITERAL,
  GRAM_NEXT,
  GRAM_OFFSET,
  GRAM_SHIFT,
  GRAM_VALUE,
  LITERAL_END,
  LITERAL_NEXT,
  LITERAL_SHIFT,
  LITERAL_START,
  LITERAL_WINDOW,
} from './literal-words.ts';
import { FILTER, fold, GRAM_BUCKETS, grams, LITERALS, SHORTS, STARTS, text } from './tables.ts';

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

/** Makes the tables of `count` literals at LITERALS; their bytes, one after the other, are `length` at `text`. */
export function compileLiterals(count: i32, length: i32): void {
  memory.fill(FILTER, 0, 1 << (FILTER_BITS - 3));
  memory.fill(GRAM_BUCKETS, 0, 4 << BUCKET_BITS);
  memory.fill(STARTS, 0, 4 << BUCKET_BITS);
  memory.fill(SHORTS, 0, 4 << 8);
  for (let index = 0; index < length; index++) {
    const at = <usize>(text + index);
    const byte = load<u8>(at);
    const bit: u8 = isLetter(byte) ? 0x20 : 0;
    store<u8>(<usize>(fold + index), bit);
    store<u8>(at, byte | bit);
  }
  let used = 0;
  for (let number = 0; number < count; number++) {
    const window = load<i32>(literalAt(number), LITERAL_WINDOW << 2);
    if (window < 0) addStart(number);
    else for (let step = 0; step < STRIDE; step++) addGram(number, window + step, used++);
  }
}

function addStart(number: i32): void {
  const literal = literalAt(number);
  const start = load<i32>(literal, LITERAL_START << 2);
  const isShort = load<i32>(literal, LITERAL_END << 2) - start < GRAM;
  const bytes = <usize>(text + start);
  const chain = isShort
    ? SHORTS + ((<usize>(load<u8>(bytes) | 0x20)) << 2)
    : STARTS + (startHash(load<u32>(bytes) | FOLD) << 2);
  store<i32>(literal, load<i32>(chain), LITERAL_NEXT << 2);
  store<i32>(chain, number + 1);
}

function addGram(number: i32, offset: i32, place: i32): void {
  const start = load<i32>(literalAt(number), LITERAL_START << 2);
  const value = load<u32>(<usize>(text + start + offset)) | FOLD;
  const hash = gramHash(value);
  const word = FILTER + ((hash >>> 5) << 2);
  store<u32>(word, load<u32>(word) | (1 << (hash & 31)));
  const chain = GRAM_BUCKETS + ((hash >>> (FILTER_BITS - BUCKET_BITS)) << 2);
  const gram = gramAt(place);
  store<u32>(gram, value, GRAM_VALUE << 2);
  store<i32>(gram, number, GRAM_LITERAL << 2);
  store<i32>(gram, offset, GRAM_OFFSET << 2);
  store<i32>(gram, load<i32>(chain), GRAM_NEXT << 2);
  store<i32>(chain, place + 1);
}

/** Also of ISO 8859-1, as which the conditions read bytes. */
function isLetter(byte: u8): bool {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || lower >= 0xe0;
}
