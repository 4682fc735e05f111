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
  private used = 0;
  private readonly most: number;
  /** First free chunk of each size class, or -1; the first word of a free chunk is the offset of the next. */
  private readonly free = new Int32Array(sizes.length).fill(-1);

  /** Sizes in bytes: at start, and at most; each a power of two times the largest chunk. */
  constructor(atStart: number, most: number) {
    const memory = new ArrayBuffer(atStart);
    this.bytes = new Uint8Array(memory);
    this.words = new Int32Array(memory);
    this.most = most;
  }

  /** Offset of a chunk of the class, or -1 when memory is exhausted. */
  take(sizeClass: number): number {
    const head = this.free[sizeClass] as number;
    if (head >= 0) {
      this.free[sizeClass] = this.words[head >> 2] as number;
      return head;
    }
    const offset = this.used;
    const end = offset + (sizes[sizeClass] as number);
    if (end > this.bytes.length && !this.grow()) {
      this.exhausted++;
      return -1;
    }
    this.used = end;
    return offset;
  }

  give(offset: number, sizeClass: number): void {
    this.words[offset >> 2] = this.free[sizeClass] as number;
    this.free[sizeClass] = offset;
  }

  private grow(): boolean {
    const length = this.bytes.length * 2;
    if (length > this.most) return false;
    const memory = new ArrayBuffer(length);
    const bytes = new Uint8Array(memory);
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.words = new Int32Array(memory);
    return true;
  }
}

/** Chunk sizes by class. Most first messages fit the first or second; the last is the search depth. */
export const sizes: readonly number[] = [128, 512, 2048, 8192];

/** The smallest class that holds `length` bytes (at most the largest size). */
export function sizeClassOf(length: number): number {
  return length <= 128 ? 0 : length <= 512 ? 1 : length <= 2048 ? 2 : 3;
}
