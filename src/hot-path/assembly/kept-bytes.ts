/**
 * Memory for the first bytes that clients say: chunks of seven sizes (128 bytes and so on, doubling, to 8,192), taken and given
 * back without any allocation. A chunk grows by moving to a larger one, so that all in all no more bytes are moved than are kept;
 * and what is kept of all flows fills three quarters of their chunks, which is memory that the system need not give.
 */

import { keptBytes } from '../../limits.ts';
import { countKeptExhausted } from './counters.ts';
import { KEPT_FREE, KEPT_USED } from './flow-record.ts';
import { KEPT, KEPT_STATE } from './tables.ts';

const SMALLEST_BITS = 7;
const SMALLEST = 1 << SMALLEST_BITS;

/** The smallest class that holds so many bytes (at most the largest size). Most first messages fit the first three. */
export function sizeClassOf(length: i32): i32 {
  return length <= SMALLEST ? 0 : 32 - clz<i32>(length - 1) - SMALLEST_BITS;
}

/** Offset of a chunk of the class, or -1 when memory is exhausted. */
export function takeChunk(sizeClass: i32): i32 {
  const free = freeOf(sizeClass);
  const head = load<i32>(free) - 1;
  if (head >= 0) {
    store<i32>(free, load<i32>(KEPT + <usize>head));
    return head;
  }
  const offset = load<i32>(KEPT_STATE, KEPT_USED << 2);
  const end = offset + (SMALLEST << sizeClass);
  if (end > <i32>keptBytes) {
    countKeptExhausted();
    return -1;
  }
  store<i32>(KEPT_STATE, end, KEPT_USED << 2);
  return offset;
}

export function giveChunk(offset: i32, sizeClass: i32): void {
  const free = freeOf(sizeClass);
  store<i32>(KEPT + <usize>offset, load<i32>(free));
  store<i32>(free, offset + 1);
}

function freeOf(sizeClass: i32): usize {
  return KEPT_STATE + ((<usize>(KEPT_FREE + sizeClass)) << 2);
}
