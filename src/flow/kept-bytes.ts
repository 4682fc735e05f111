import type { FlowMemory } from './flow-memory.ts';
import { KEPT_FREE, KEPT_LIMIT, KEPT_USED } from './flow-record.ts';

/**
 * Memory for the first bytes that clients say: chunks of four sizes in one buffer, taken and given back without any
 * allocation. A chunk grows by moving to the next size, so that a byte is copied at most three times.
 */
export class KeptBytes {
  /** Replaced by a larger copy when it is full: read it anew after `take`. */
  bytes: Uint8Array;
  /** Requests refused because all memory is in use. */
  exhausted = 0;
  private words: Int32Array;
  private readonly state: Int32Array;
  private readonly most: number;

  /**
   * Sizes in bytes: at start, and at most; each a power of two times the largest chunk. In shared `memory` all is there from
   * the start, for the system gives pages only as they are touched.
   */
  constructor(atStart: number, most: number, memory?: FlowMemory) {
    this.most = most;
    this.bytes = memory?.kept ?? new Uint8Array(atStart);
    this.words = new Int32Array(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length >> 2);
    this.state = memory?.keptState ?? new Int32Array(KEPT_FREE + sizes.length);
    this.state[KEPT_LIMIT] = this.bytes.length;
    this.state.fill(-1, KEPT_FREE);
  }

  /** Offset of a chunk of the class, or -1 when memory is exhausted. */
  take(sizeClass: number): number {
    const state = this.state;
    const head = state[KEPT_FREE + sizeClass] as number;
    if (head >= 0) {
      state[KEPT_FREE + sizeClass] = this.words[head >> 2] as number;
      return head;
    }
    const offset = state[KEPT_USED] as number;
    const end = offset + (sizes[sizeClass] as number);
    if (end > this.bytes.length && !this.grow()) {
      this.exhausted++;
      return -1;
    }
    state[KEPT_USED] = end;
    return offset;
  }

  give(offset: number, sizeClass: number): void {
    this.words[offset >> 2] = this.state[KEPT_FREE + sizeClass] as number;
    this.state[KEPT_FREE + sizeClass] = offset;
  }

  private grow(): boolean {
    const length = this.bytes.length * 2;
    if (length > this.most) return false;
    const memory = new ArrayBuffer(length);
    const bytes = new Uint8Array(memory);
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.words = new Int32Array(memory);
    this.state[KEPT_LIMIT] = length;
    return true;
  }
}

/** Chunk sizes by class. Most first messages fit the first or second; the last is the search depth. */
export const sizes: readonly number[] = [128, 512, 2048, 8192];

/** The smallest class that holds `length` bytes (at most the largest size). */
export function sizeClassOf(length: number): number {
  return length <= 128 ? 0 : length <= 512 ? 1 : length <= 2048 ? 2 : 3;
}
