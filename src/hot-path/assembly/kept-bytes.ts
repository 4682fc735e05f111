/**
 * Memory for the first bytes that clients say: chunks of four sizes (128, 512, 2,048 and 8,192 bytes), taken and given back
 * without any allocation. A chunk grows by moving to the next size, so that a byte is copied at most three times.
 */

import { keptBytes } from '../../limits.ts';
import { countKeptExhausted } from './counters.ts';
import { KEPT_FREE, KEPT_USED } from './flow-record.ts';
import { KEPT, KEPT_STATE } from './tables.ts';

/** The smallest class that holds so many bytes (at most the largest size). Most first messages fit the first or second. */
export function sizeClassOf(length: i32): i32 {
  return length <= 128 ? 0 : length <= 512 ? 1 : length <= 2048 ? 2 : 3;
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
  const end = offset + (128 << (sizeClass << 1));
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
