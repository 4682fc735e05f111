/** A file that is still being written, and rotated: what `tail -F` reads, from its first byte on. */

import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { ByteSource } from '../capture/byte-source.ts';
import { fileError } from '../capture/capture-error.ts';

/** Milliseconds between two looks whether there is more. */
const pollEvery = 250;

export class FollowedFile implements ByteSource {
  readonly name: string;
  /** How often another file took its place, or it was cut. */
  rotations = 0;
  readonly #signal: AbortSignal | undefined;
  #descriptor: number | undefined;
  #offset = 0;
  #lastByte = 0x0a;

  /** @throws CaptureError if there is no such file now: a typing error should not wait for ever. */
  constructor(path: string, signal?: AbortSignal) {
    this.name = path;
    this.#signal = signal;
    try {
      this.#descriptor = openSync(path, 'r');
      if (fstatSync(this.#descriptor).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    } catch (error) {
      this.close();
      throw fileError(path, error);
    }
  }

  /** Waits until there is something; 0 only when the signal came. */
  async read(target: Uint8Array, offset: number, length: number): Promise<number> {
    while (!this.#signal?.aborted) {
      const count = this.#readNow(target, offset, length);
      if (count > 0) return count;
      if (this.#rotated()) {
        // The old file's last line had no end: without one, the new one's first would be joined to it.
        if (this.#lastByte !== 0x0a) {
          target[offset] = 0x0a;
          this.#lastByte = 0x0a;
          return 1;
        }
        continue;
      }
      await this.#pause();
    }
    return 0;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #readNow(target: Uint8Array, offset: number, length: number): number {
    if (this.#descriptor === undefined) return 0;
    try {
      const count = readSync(this.#descriptor, target, offset, length, this.#offset);
      this.#offset += count;
      if (count > 0) this.#lastByte = target[offset + count - 1] as number;
      return count;
    } catch (error) {
      throw fileError(this.name, error);
    }
  }

  /** Is there another file under the name, or fewer bytes than were read? It is then opened from its start. */
  #rotated(): boolean {
    try {
      const now = statSync(this.name);
      const open = this.#descriptor === undefined ? undefined : fstatSync(this.#descriptor);
      const same = open !== undefined && now.ino === open.ino && now.dev === open.dev;
      if (same && now.size >= this.#offset) return false;
      const descriptor = openSync(this.name, 'r');
      this.close();
      this.#descriptor = descriptor;
      this.#offset = 0;
      this.rotations++;
      return true;
    } catch {
      // Between the old one's removal and the new one's creation there is none: the next look may find it.
      return false;
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const signal = this.#signal;
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, pollEvery);
      signal?.addEventListener('abort', done, { once: true });
    });
  }
}
