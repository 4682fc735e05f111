/**
 * Memory for the first bytes that clients say: chunks of four sizes in one buffer, taken and given back without any
 * allocation. A chunk grows by moving to the next size, so that a byte is copied at most three times.
 */
export class KeptBytes {
  readonly bytes: Uint8Array;
  /** Requests refused because all memory is in use. */
  exhausted = 0;
  private used = 0;
  /** Free chunks of each size class: the first word of a chunk in the list is the next chunk's offset, or -1. */
  private readonly free = new Int32Array(sizes.length).fill(-1);
  private readonly words: Int32Array;

  /** `size` in bytes, a multiple of the largest chunk. */
  constructor(size: number) {
    const memory = new ArrayBuffer(size);
    this.bytes = new Uint8Array(memory);
    this.words = new Int32Array(memory);
  }

  /** Offset of a chunk of the class, or -1 when memory is exhausted. */
  take(sizeClass: number): number {
    const head = this.free[sizeClass] as number;
    if (head >= 0) {
      this.free[sizeClass] = this.words[head >> 2] as number;
      return head;
    }
    const size = sizes[sizeClass] as number;
    if (this.used + size > this.bytes.length) {
      this.exhausted++;
      return -1;
    }
    const offset = this.used;
    this.used += size;
    return offset;
  }

  give(offset: number, sizeClass: number): void {
    this.words[offset >> 2] = this.free[sizeClass] as number;
    this.free[sizeClass] = offset;
  }
}

/** Chunk sizes by class. Most first messages fit the first or second; the last is the search depth. */
export const sizes: readonly number[] = [128, 512, 2048, 8192];

/** The smallest class that holds `length` bytes (at most the largest size). */
export function sizeClassOf(length: number): number {
  return length <= 128 ? 0 : length <= 512 ? 1 : length <= 2048 ? 2 : 3;
}
