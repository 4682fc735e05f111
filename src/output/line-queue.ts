/**
 * Lines that wait, first in, first out, bounded in bytes. When it is full the new line is refused: what came first tells how
 * it began, and a flood of later alerts cannot push it out.
 */
export class LineQueue {
  readonly #lines: string[] = [];
  readonly #most: number;
  /** Lines before this are gone; the array is cut when they are many. */
  #first = 0;
  #bytes = 0;

  /** `most`: bytes. */
  constructor(most: number) {
    this.#most = most;
  }

  get length(): number {
    return this.#lines.length - this.#first;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** False: there is no room. */
  push(line: string): boolean {
    if (this.#bytes + sizeOf(line) > this.#most) return false;
    this.restore(line);
    return true;
  }

  /** Whether there is room or not: for what waited in an earlier run. */
  restore(line: string): void {
    this.#lines.push(line);
    this.#bytes += sizeOf(line);
  }

  /** The first lines; at least one, if there is one, however long. */
  peek(lines: number, bytes: number): readonly string[] {
    let end = this.#first;
    let size = 0;
    while (end < this.#lines.length && end - this.#first < lines) {
      size += sizeOf(this.#lines[end] as string);
      if (size > bytes && end > this.#first) break;
      end++;
    }
    return this.#lines.slice(this.#first, end);
  }

  remove(count: number): void {
    const end = Math.min(this.#first + count, this.#lines.length);
    for (let at = this.#first; at < end; at++) this.#bytes -= sizeOf(this.#lines[at] as string);
    this.#first = end;
    if (this.#first === this.#lines.length || this.#first >= 1024) {
      this.#lines.splice(0, this.#first);
      this.#first = 0;
    }
  }
}

/** What a line is taken to cost: its bytes, and the string around them. */
function sizeOf(line: string): number {
  return Buffer.byteLength(line) + 64;
}
