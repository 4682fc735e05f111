/** The fields that a parser has read so far. */

import { textOf } from './bytes.ts';
import type { Field } from './protocol.ts';

export class FieldList {
  readonly fields: Field[] = [];
  readonly bytes: Uint8Array;
  #request: { readonly request?: number } = {};

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** What is added from now on is of another request than what came before. */
  nextRequest(): void {
    this.#request = { request: (this.#request.request ?? 0) + 1 };
  }

  /** A value that stands on the wire in another form at `start` to `end`. */
  add(name: string, value: string, start: number, end: number): void {
    this.fields.push({ name, value, start, end, ...this.#request });
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
      ...this.#request,
    });
  }

  /** The bytes `start` to `end` as they are. */
  addBytes(name: string, start: number, end: number): void {
    this.add(name, textOf(this.bytes, start, end), start, end);
  }
}
