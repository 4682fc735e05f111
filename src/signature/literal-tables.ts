/**
 * The tables of the search (hot-path/assembly/search.ts says how it goes) over the literals of all signatures, made once at
 * start.
 */

import { BUCKET_BITS, FILTER_BITS, FOLD, GRAM, GRAM_SPREAD, STRIDE } from '../hot-path/assembly/gram.ts';
import type { PlacedLiteral } from './compile-signatures.ts';

export interface SearchEntry {
  readonly literal: PlacedLiteral;
  /** What shall be reported: the signature's place in the catalogue. */
  readonly signature: number;
}

export class LiteralTables {
  readonly filter = new Int32Array(1 << (FILTER_BITS - 5));
  /** Chains of grams by hash: index of the first in each bucket, -1 for none. */
  readonly buckets = new Int32Array(1 << BUCKET_BITS).fill(-1);
  readonly gramNext: Int32Array;
  readonly gramValue: Int32Array;
  readonly gramEntry: Int32Array;
  /** Offset of the gram in its literal. */
  readonly gramOffset: Int32Array;
  /** Anchored literals of four bytes and more, chained by the hash of the first four; and shorter ones by first byte. */
  readonly starts = new Int32Array(1 << BUCKET_BITS).fill(-1);
  readonly shorts = new Int32Array(256).fill(-1);
  readonly entryNext: Int32Array;
  readonly entrySignature: Int32Array;
  readonly entryStart: Int32Array;
  readonly entryEnd: Int32Array;
  /** All literals, one after the other, and bit 0x20 of each byte that is a letter: their case does not count. */
  readonly text: Uint8Array;
  readonly fold: Uint8Array;

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
