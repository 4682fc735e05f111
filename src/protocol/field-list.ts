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

  /** The bytes `start` to `end` as they are. */
  addBytes(name: string, start: number, end: number): void {
    this.fields.push({ name, value: textOf(this.bytes, start, end), start, end });
  }
}
