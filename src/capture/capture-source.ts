import { closeSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { ByteSource } from './byte-source.ts';
import { fileError } from './capture-error.ts';

/** A byte source that knows how far it is, for a progress bar. */
export interface CaptureSource extends ByteSource {
  /** Bytes taken from the file so far (compressed ones, when it is compressed). */
  readonly consumed: number;
  /** Size of the file in bytes; undefined for a pipe. */
  readonly size: number | undefined;
  /** The next bytes without taking them: `count`, fewer only at the end. */
  peek(count: number): Uint8Array | Promise<Uint8Array>;
}

/** A regular file, read synchronously: the page cache answers faster than a promise. */
export class FileSource implements CaptureSource {
  readonly name: string;
  readonly size: number;
  consumed = 0;
  private readonly descriptor: number;
  private open = true;

  constructor(name: string, descriptor: number, size: number) {
    this.name = name;
    this.descriptor = descriptor;
    this.size = size;
  }

  read(target: Uint8Array, offset: number, length: number): number {
    try {
      const count = readSync(this.descriptor, target, offset, length, this.consumed);
      this.consumed += count;
      return count;
    } catch (error) {
      throw fileError(this.name, error);
    }
  }

  peek(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    const there = this.read(bytes, 0, count);
    this.consumed -= there;
    return bytes.subarray(0, there);
  }

  close(): void {
    if (this.open) closeSync(this.descriptor);
    this.open = false;
  }
}

/**
 * A pipe, terminal or socket: gives bytes as they come. A stream and not `fs.read`, because a read that waits in the thread
 * pool keeps the process from exiting.
 */
export class StreamSource implements CaptureSource {
  readonly name: string;
  readonly size = undefined;
  consumed = 0;
  private readonly stream: Readable;
  private rest: Uint8Array = new Uint8Array(0);
  private ended = false;
  private failure: unknown;
  private wake: () => void = () => {};

  /** `signal` ends it where it is, as if its writer had closed it: what waits for bytes gets none. */
  constructor(name: string, stream: Readable, signal?: AbortSignal) {
    this.name = name;
    this.stream = stream;
    stream.on('readable', () => this.wake());
    stream.on('end', () => this.end());
    stream.on('close', () => this.end());
    stream.on('error', (error) => {
      this.failure = error;
      this.end();
    });
    if (signal?.aborted) stream.destroy();
    signal?.addEventListener('abort', () => stream.destroy(), { once: true });
  }

  read(target: Uint8Array, offset: number, length: number): number | Promise<number> {
    if (this.rest.length === 0) this.pull();
    if (this.rest.length === 0) return this.readLater(target, offset, length);
    const count = Math.min(length, this.rest.length);
    target.set(this.rest.subarray(0, count), offset);
    this.rest = this.rest.subarray(count);
    this.consumed += count;
    return count;
  }

  async peek(count: number): Promise<Uint8Array> {
    while (this.rest.length < count && (this.pull() || (await this.more()))) {}
    return this.rest.subarray(0, count);
  }

  close(): void {
    this.stream.destroy();
  }

  private async readLater(target: Uint8Array, offset: number, length: number): Promise<number> {
    while (await this.more()) {
      if (this.pull()) return this.read(target, offset, length);
    }
    return 0;
  }

  private pull(): boolean {
    const chunk: Uint8Array | null = this.stream.read();
    if (chunk === null) return false;
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    return true;
  }

  /** Waits for something to happen; false at the end. */
  private async more(): Promise<boolean> {
    if (this.stream.readableLength > 0) return true;
    if (!this.ended) await new Promise<void>((resolve) => (this.wake = resolve));
    if (this.failure !== undefined) throw fileError(this.name, this.failure);
    return !this.ended || this.stream.readableLength > 0;
  }

  private end(): void {
    this.ended = true;
    this.wake();
  }
}

/** What is behind a decompressor: an iterator over its output. */
export class DecompressedSource implements CaptureSource {
  damage: string | undefined;
  private readonly below: CaptureSource;
  private readonly output: AsyncIterator<Uint8Array>;
  private rest: Uint8Array = new Uint8Array(0);

  constructor(below: CaptureSource, output: AsyncIterable<Uint8Array>) {
    this.below = below;
    this.output = output[Symbol.asyncIterator]();
  }

  get name(): string {
    return this.below.name;
  }

  get consumed(): number {
    return this.below.consumed;
  }

  get size(): number | undefined {
    return this.below.size;
  }

  read(target: Uint8Array, offset: number, length: number): number | Promise<number> {
    if (this.rest.length === 0) return this.pull().then((more) => (more ? this.read(target, offset, length) : 0));
    const count = Math.min(length, this.rest.length);
    target.set(this.rest.subarray(0, count), offset);
    this.rest = this.rest.subarray(count);
    return count;
  }

  async peek(count: number): Promise<Uint8Array> {
    while (this.rest.length < count && (await this.pull())) {}
    return this.rest.subarray(0, count);
  }

  async close(): Promise<void> {
    await this.output.return?.();
    await this.below.close();
  }

  private async pull(): Promise<boolean> {
    try {
      const { value, done } = await this.output.next();
      if (done) return false;
      this.rest = this.rest.length === 0 ? value : Buffer.concat([this.rest, value]);
      return true;
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.damage = error.message;
      return false;
    }
  }
}

/** By its name: the bundled command holds the class twice, once beside the decompressors that it loads later. */
function isDamage(error: unknown): error is DamagedCompression {
  return error instanceof Error && error.name === 'DamagedCompression';
}

/** Thrown by a decompressor behind its last good output. */
export class DamagedCompression extends Error {
  override readonly name = 'DamagedCompression';
}
