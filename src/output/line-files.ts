/** Whole lines to a file or to standard output, without ever waiting in the event loop for a disk or a reader. */

import { constants, fstatSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { writeProblem } from '../report/write-problem.ts';
import type { Destination } from './destination.ts';
import { batchLines, longestLocalWait } from './output-limits.ts';

const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;

/** A file to append to. Rotated by others: opened anew when its name leads to another file, or to none. */
export class FileDestination implements Destination {
  readonly batch = batchLines;
  readonly longestWait = longestLocalWait;
  readonly #path: string;
  #file: FileHandle | undefined;
  #stale = false;
  readonly #writer = new LineWriter();

  constructor(path: string) {
    this.#path = path;
  }

  reopen(): void {
    this.#stale = true;
  }

  /** @throws Error in plain words when the file cannot be opened. */
  async check(): Promise<void> {
    await this.#attempt(() => this.#open());
  }

  async deliver(lines: readonly string[]): Promise<number> {
    return this.#attempt(async () => this.#writer.write(await this.#open(), lines));
  }

  async #attempt<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw new Error(`${this.#path}: ${writeProblem(error)}`, { cause: error });
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => {});
  }

  async #open(): Promise<FileHandle> {
    if (this.#file && (this.#stale || !(await this.#isCurrent(this.#file)))) {
      await this.close();
      this.#writer.forget();
    }
    this.#stale = false;
    // Not blocking: a named pipe without a reader is an error that is tried again, not a thread that hangs.
    this.#file ??= await open(this.#path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o640);
    return this.#file;
  }

  async #isCurrent(file: FileHandle): Promise<boolean> {
    const [now, opened] = await Promise.all([stat(this.#path).catch(() => undefined), file.stat()]);
    return now !== undefined && now.ino === opened.ino && now.dev === opened.dev;
  }
}

const standardOutput = 1;

/** Standard output. A pipe whose reader is slow fills up; then it is tried again, and alerts wait in the queue. */
export class StdoutDestination implements Destination {
  readonly batch = batchLines;
  readonly longestWait = longestLocalWait;
  #file: FileHandle | undefined;
  readonly #writer = new LineWriter();

  async deliver(lines: readonly string[]): Promise<number> {
    if (!fstatSync(standardOutput).isFIFO()) return this.#writer.write(standardOutput, lines);
    // Opened once more, for writes to this one must not wait, while the rest of the program expects that its own do.
    this.#file ??= await open('/dev/stdout', O_WRONLY | O_NONBLOCK);
    return this.#writer.write(this.#file, lines);
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => {});
  }
}

/** Remembers how much of a line went out before a write failed, so that it is continued and never begins twice. */
class LineWriter {
  #begun = 0;

  /** What was begun is in a file that is gone. */
  forget(): void {
    this.#begun = 0;
  }

  /** How many whole lines went out. @throws if none did. */
  async write(file: FileHandle | typeof standardOutput, lines: readonly string[]): Promise<number> {
    const sizes = lines.map((line) => Buffer.byteLength(line) + 1);
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    let at = this.#begun;
    let failure: unknown;
    while (at < bytes.length) {
      try {
        const written = await writeSome(file, bytes.subarray(at));
        if (written === 0) throw new Error('the disk is full');
        at += written;
      } catch (error) {
        failure = error;
        break;
      }
    }
    let whole = 0;
    while (whole < sizes.length && at >= (sizes[whole] as number)) at -= sizes[whole++] as number;
    this.#begun = at;
    if (whole === 0) throw failure;
    return whole;
  }
}

async function writeSome(file: FileHandle | typeof standardOutput, bytes: Uint8Array): Promise<number> {
  if (file !== standardOutput) return (await file.write(bytes)).bytesWritten;
  const { write } = await import('node:fs');
  return new Promise((resolve, reject) =>
    write(file, bytes, (error, written) => (error ? reject(error) : resolve(written))),
  );
}
