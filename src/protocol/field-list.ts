/** The fields that a parser has read so far. */

import { textOf } from './bytes.ts';
import type { Field } from './protocol.ts';

export class FieldList {
  readonly fields: Field[] = [];
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** A value that stands on the wire in another form at `start` to `end`. */
  add(name: string, value: string, start: number, end: number): void {
    this.fields.push({ name, value, start, end });
  }

  /** The same, of a value that takes time and that hardly anybody asks for. The bytes must still be there then. */
  addComputed(name: string, compute: () => string, start: number, end: number): void {
    let known: string | undefined;
    this.fields.push({
      name,
      get value() {
        known ??= compute();
        return known;
      },
      start,
      end,
    });
  }

  /** The bytes `start` to `end` as they are. */
  addBytes(name: string, start: number, end: number): void {
    this.fields.push({ name, value: textOf(this.bytes, start, end), start, end });
  }
}
