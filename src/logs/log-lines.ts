/** The lines of a log file, a batch per block that was read, each one character a byte. */

import type { ByteSource } from '../capture/byte-source.ts';
import { logLineBytes } from '../limits.ts';

const block = 1 << 18;

export class LogLines {
  /** Lines that were longer than the limit, and are left out. */
  tooLong = 0;
  readonly #source: ByteSource;
  #buffer: Buffer = Buffer.allocUnsafe(block);
  /** Bytes of an unfinished line at the buffer's start. */
  #kept = 0;
  /** Within a line that is too long, until its end. */
  #skipping = false;
  #ended = false;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** The next lines, without their line ends; undefined at the end. May be empty. */
  async next(): Promise<string[] | undefined> {
    if (this.#ended) return undefined;
    const reading = this.#source.read(this.#buffer, this.#kept, this.#buffer.length - this.#kept);
    const count = typeof reading === 'number' ? reading : await reading;
    return count === 0 ? this.#rest() : this.#split(this.#kept + count);
  }

  #split(end: number): string[] {
    const buffer = this.#buffer;
    const lines: string[] = [];
    let start = 0;
    // What was kept holds no line end.
    let newline = buffer.indexOf(0x0a, this.#kept);
    while (newline >= 0 && newline < end) {
      this.#take(start, newline, lines);
      start = newline + 1;
      newline = buffer.indexOf(0x0a, start);
    }
    this.#keep(start, end);
    return lines;
  }

  #take(start: number, end: number, lines: string[]): void {
    if (this.#skipping) {
      this.#skipping = false;
      return;
    }
    if (end - start > logLineBytes) {
      this.tooLong++;
      return;
    }
    const withoutReturn = end > start && this.#buffer[end - 1] === 0x0d ? end - 1 : end;
    lines.push(this.#buffer.toString('latin1', start, withoutReturn));
  }

  #keep(start: number, end: number): void {
    if (this.#skipping) {
      this.#kept = 0;
      return;
    }
    this.#buffer.copyWithin(0, start, end);
    this.#kept = end - start;
    if (this.#kept > logLineBytes) {
      this.tooLong++;
      this.#skipping = true;
      this.#kept = 0;
    } else if (this.#kept > this.#buffer.length / 2) {
      const larger = Buffer.allocUnsafe(this.#buffer.length * 2);
      this.#buffer.copy(larger, 0, 0, this.#kept);
      this.#buffer = larger;
    }
  }

  /** The last line of a file need not have an end. */
  #rest(): string[] {
    this.#ended = true;
    const lines: string[] = [];
    if (this.#kept > 0) this.#take(0, this.#kept, lines);
    this.#kept = 0;
    return lines;
  }
}
