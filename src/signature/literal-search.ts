/**
 * One search over the literals of all signatures: the only work that benign payload costs.
 *
 * Unanchored literals: of each, one window of eight bytes was chosen at build time. The search reads four bytes (a gram)
 * at every fifth offset: any eight bytes in a row hold one whole sampled gram, so no window is missed. A gram's bit in a
 * filter that fits the first-level cache tells whether any window holds it; only then the windows are compared. The cost
 * does not depend on the number of literals as long as the filter is sparse.
 *
 * Anchored literals (the first bytes of a flow or datagram): one look-up by the first four bytes.
 *
 * Grams ignore bit 0x20 of every byte, the literals' comparison that of letters; the conditions judge exactly.
 */

import type { PlacedLiteral } from './compile-signatures.ts';
import { BUCKET_BITS, FILTER_BITS, FOLD, GRAM, GRAM_SPREAD, STRIDE } from './gram.ts';

export interface SearchEntry {
  readonly literal: PlacedLiteral;
  /** What `hits` shall report. */
  readonly signature: number;
}

/** More suspects than this in one message are a flood; the first are judged. */
const MOST_HITS = 64;

export class LiteralSearch {
  /** Signatures suspected by the last searches, each once; `hitCount` of them. The caller resets `hitCount`. */
  readonly hits = new Int32Array(MOST_HITS);
  hitCount = 0;

  private readonly filter = new Int32Array(1 << (FILTER_BITS - 5));
  /** Chains of grams by hash: index of the first in each bucket, -1 for none. */
  private readonly buckets = new Int32Array(1 << BUCKET_BITS).fill(-1);
  private readonly gramNext: Int32Array;
  private readonly gramValue: Int32Array;
  private readonly gramEntry: Int32Array;
  /** Offset of the gram in its literal. */
  private readonly gramOffset: Int32Array;
  /** Anchored literals of four bytes and more, chained by the hash of the first four; and shorter ones by first byte. */
  private readonly starts = new Int32Array(1 << BUCKET_BITS).fill(-1);
  private readonly shorts = new Int32Array(256).fill(-1);
  private readonly entryNext: Int32Array;
  private readonly entrySignature: Int32Array;
  private readonly entryStart: Int32Array;
  private readonly entryEnd: Int32Array;
  /** All literals, one after the other, and bit 0x20 of each byte that is a letter: their case does not count. */
  private readonly text: Uint8Array;
  private readonly fold: Uint8Array;

  constructor(entries: readonly SearchEntry[]) {
    const total = entries.reduce((sum, entry) => sum + entry.literal.bytes.length, 0);
    this.text = new Uint8Array(total);
    this.fold = new Uint8Array(total);
    this.entryNext = new Int32Array(entries.length);
    this.entrySignature = new Int32Array(entries.length);
    this.entryStart = new Int32Array(entries.length);
    this.entryEnd = new Int32Array(entries.length);
    const unanchored = entries.filter((entry) => !entry.literal.anchored).length;
    this.gramNext = new Int32Array(unanchored * STRIDE);
    this.gramValue = new Int32Array(unanchored * STRIDE);
    this.gramEntry = new Int32Array(unanchored * STRIDE);
    this.gramOffset = new Int32Array(unanchored * STRIDE);

    let at = 0;
    let grams = 0;
    entries.forEach(({ literal, signature }, entry) => {
      this.entrySignature[entry] = signature;
      this.entryStart[entry] = at;
      for (let index = 0; index < literal.bytes.length; index++) {
        const byte = literal.bytes.charCodeAt(index);
        this.fold[at] = isLetter(byte) ? 0x20 : 0;
        this.text[at] = byte | (this.fold[at] as number);
        at++;
      }
      this.entryEnd[entry] = at;
      if (literal.anchored) this.addStart(entry);
      else grams = this.addGrams(entry, literal.window, grams);
    });
  }

  /**
   * Searches bytes[from, end) for literals anywhere. `start` is the first byte that belongs to the message; a literal may
   * begin before `from`. One that `end` cuts short is reported as far as it agrees.
   */
  scan(bytes: Uint8Array, start: number, from: number, end: number): void {
    const filter = this.filter;
    const last = end - GRAM;
    for (let at = from; at <= last; at += STRIDE) {
      const gram =
        (bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24) |
        FOLD;
      const hash = Math.imul(gram, GRAM_SPREAD) >>> (32 - FILTER_BITS);
      if ((((filter[hash >>> 5] as number) >>> (hash & 31)) & 1) !== 0) this.compare(bytes, start, end, at, gram, hash);
    }
  }

  /**
   * Looks the first bytes of a flow or datagram up. Call it when a flow's fourth byte arrives (and before, while there are
   * fewer); `complete`: nothing follows, so a longer literal can't match.
   */
  scanStart(bytes: Uint8Array, start: number, end: number, complete: boolean): void {
    if (end <= start) return;
    const { text, fold } = this;
    for (
      let entry = this.shorts[(bytes[start] as number) | 0x20] as number;
      entry >= 0;
      entry = this.entryNext[entry] as number
    ) {
      const literalStart = this.entryStart[entry] as number;
      const length = (this.entryEnd[entry] as number) - literalStart;
      if (length > end - start) continue;
      let index = 0;
      while (
        index < length &&
        ((bytes[start + index] as number) | (fold[literalStart + index] as number)) === text[literalStart + index]
      ) {
        index++;
      }
      if (index === length) this.hit(entry);
    }
    if (end - start < GRAM) return;
    const gram =
      (bytes[start] as number) |
      ((bytes[start + 1] as number) << 8) |
      ((bytes[start + 2] as number) << 16) |
      ((bytes[start + 3] as number) << 24) |
      FOLD;
    const bucket = Math.imul(gram, GRAM_SPREAD) >>> (32 - BUCKET_BITS);
    for (let entry = this.starts[bucket] as number; entry >= 0; entry = this.entryNext[entry] as number) {
      const literalStart = this.entryStart[entry] as number;
      const length = (this.entryEnd[entry] as number) - literalStart;
      const there = end - start;
      if (complete && there < length) continue;
      const compared = Math.min(there, length);
      let index = 0;
      while (
        index < compared &&
        ((bytes[start + index] as number) | (fold[literalStart + index] as number)) === text[literalStart + index]
      ) {
        index++;
      }
      if (index === compared) this.hit(entry);
    }
  }

  /** All that the search reads, by name: for the fast path, which searches alike. Not to be changed. */
  tables() {
    return {
      filter: this.filter,
      buckets: this.buckets,
      starts: this.starts,
      shorts: this.shorts,
      gramNext: this.gramNext,
      gramValue: this.gramValue,
      gramEntry: this.gramEntry,
      gramOffset: this.gramOffset,
      entryNext: this.entryNext,
      entrySignature: this.entrySignature,
      entryStart: this.entryStart,
      entryEnd: this.entryEnd,
      text: this.text,
      fold: this.fold,
    };
  }

  private compare(bytes: Uint8Array, start: number, end: number, at: number, gram: number, hash: number): void {
    const { text, fold } = this;
    let index = this.buckets[hash >>> (FILTER_BITS - BUCKET_BITS)] as number;
    for (; index >= 0; index = this.gramNext[index] as number) {
      if (this.gramValue[index] !== gram) continue;
      const entry = this.gramEntry[index] as number;
      let place = at - (this.gramOffset[index] as number);
      if (place < start) continue;
      let letter = this.entryStart[entry] as number;
      const lastLetter = this.entryEnd[entry] as number;
      while (
        letter < lastLetter &&
        place < end &&
        ((bytes[place] as number) | (fold[letter] as number)) === text[letter]
      ) {
        letter++;
        place++;
      }
      if (letter === lastLetter || place === end) this.hit(entry);
    }
  }

  private hit(entry: number): void {
    const signature = this.entrySignature[entry] as number;
    for (let index = 0; index < this.hitCount; index++) if (this.hits[index] === signature) return;
    if (this.hitCount < MOST_HITS) this.hits[this.hitCount++] = signature;
  }

  private gramAt(at: number): number {
    const text = this.text;
    return (
      (text[at] as number) |
      ((text[at + 1] as number) << 8) |
      ((text[at + 2] as number) << 16) |
      ((text[at + 3] as number) << 24) |
      FOLD
    );
  }

  private addStart(entry: number): void {
    const start = this.entryStart[entry] as number;
    const length = (this.entryEnd[entry] as number) - start;
    if (length < GRAM) {
      const first = (this.text[start] as number) | 0x20;
      this.entryNext[entry] = this.shorts[first] as number;
      this.shorts[first] = entry;
      return;
    }
    const bucket = Math.imul(this.gramAt(start), GRAM_SPREAD) >>> (32 - BUCKET_BITS);
    this.entryNext[entry] = this.starts[bucket] as number;
    this.starts[bucket] = entry;
  }

  private addGrams(entry: number, window: number, grams: number): number {
    for (let step = 0; step < STRIDE; step++) {
      const gram = this.gramAt((this.entryStart[entry] as number) + window + step);
      const hash = Math.imul(gram, GRAM_SPREAD) >>> (32 - FILTER_BITS);
      this.filter[hash >>> 5] = (this.filter[hash >>> 5] as number) | (1 << (hash & 31));
      const bucket = hash >>> (FILTER_BITS - BUCKET_BITS);
      this.gramValue[grams] = gram;
      this.gramEntry[grams] = entry;
      this.gramOffset[grams] = window + step;
      this.gramNext[grams] = this.buckets[bucket] as number;
      this.buckets[bucket] = grams++;
    }
    return grams;
  }
}

/** Also of ISO 8859-1, as which the conditions read bytes. */
function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || lower >= 0xe0;
}
