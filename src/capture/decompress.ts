import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { Decompress as PureZstdDecompress } from 'fzstd';
import type { ByteSource } from './byte-source.ts';
import { DamagedCompression } from './capture-source.ts';

/** Compressed bytes given to gzip at once: it makes at most 1032 of one, so a bomb holds 17 MB of memory. */
const GZIP_INPUT = 16_384;
const OUTPUT_CHUNK = 65_536;

/**
 * The bytes of a gzip file (RFC 1952), all its members. On damage: what came before, then DamagedCompression; zlib keeps
 * back what it unpacked last, up to 64 KB. Of a file cut short nothing is lost.
 */
export async function* gunzip(below: ByteSource): AsyncGenerator<Uint8Array> {
  const pipe = new Pipe(zlib.createGunzip({ chunkSize: OUTPUT_CHUNK }));
  const input = new Uint8Array(GZIP_INPUT);
  try {
    while (!pipe.ended) {
      const count = await below.read(input, 0, input.length);
      await (count === 0 ? pipe.finish() : pipe.push(input.subarray(0, count)));
      yield* pipe.take();
      if (pipe.failure !== undefined) {
        const cut = pipe.failure.code === 'Z_BUF_ERROR';
        throw new DamagedCompression(
          cut ? 'the gzip file is cut short' : `the gzip file is damaged (${pipe.failure.message})`,
        );
      }
      if (count === 0) break;
    }
  } finally {
    pipe.close();
  }
}

/** Largest window a zstd frame may ask for, as the zstd command's own default: it is memory. */
const ZSTD_WINDOW = 134_217_728;
/** RFC 8878, section 3.1.1.2: no block is larger, neither packed nor unpacked. */
const ZSTD_BLOCK = 131_072;
const ZSTD_FRAME = 0xfd2fb528;
const ZSTD_RLE_BLOCK = 1;

/**
 * The bytes of a zstd file (RFC 8878), all its frames. Frames and blocks are told apart here and the decompressor gets one
 * block at a time: this bounds its output and its window, joins frames (Node's own stops behind the first), and gives
 * every whole block of a file cut short.
 */
export async function* unzstd(below: ByteSource, native = nativeZstd()): AsyncGenerator<Uint8Array> {
  const input = new InputBuffer(below);
  while (await input.has(4)) {
    const magic = input.word(0);
    if ((magic & 0xfffffff0) >>> 0 === 0x184d2a50) {
      // Section 3.1.2: a skippable frame.
      await input.need(8);
      await input.skip(8 + input.word(4));
    } else if (magic === ZSTD_FRAME) {
      yield* unzstdFrame(input, native);
    } else {
      throw new DamagedCompression('the zstd file is damaged (no frame where one should start)');
    }
  }
  if (input.length > 0) throw cutShort();
}

async function* unzstdFrame(input: InputBuffer, native: (() => Transform) | null): AsyncGenerator<Uint8Array> {
  // Section 3.1.1.1: descriptor, window, dictionary, content size.
  await input.need(5);
  const descriptor = input.byte(4);
  const single = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  const sizeAt = 5 + (single ? 0 : 1) + dictionaryBytes;
  const sizeBytes = sizeFlag > 0 ? 1 << sizeFlag : single ? 1 : 0;
  await input.need(sizeAt + sizeBytes);
  let window = 0;
  if (single) {
    for (let i = sizeBytes - 1; i >= 0; i--) window = window * 256 + input.byte(sizeAt + i);
  } else {
    const base = 2 ** (10 + (input.byte(5) >> 3));
    window = base + (base / 8) * (input.byte(5) & 7);
  }
  if (window > ZSTD_WINDOW) {
    throw new DamagedCompression(
      `the zstd file needs ${Math.ceil(window / 1e6)} MB of memory: decompress it first with zstd -d --long=31`,
    );
  }
  const decoder = native === null ? new PureDecoder() : new Pipe(native());
  try {
    await decoder.push(input.take(sizeAt + sizeBytes));
    for (let last = false; !last; ) {
      await input.need(3);
      const header = input.byte(0) | (input.byte(1) << 8) | (input.byte(2) << 16);
      const size = header >> 3;
      if (size > ZSTD_BLOCK) throw new DamagedCompression('the zstd file is damaged (block too large)');
      last = (header & 1) !== 0;
      const checksum = last && (descriptor & 4) !== 0 ? 4 : 0;
      const bytes = 3 + (((header >> 1) & 3) === ZSTD_RLE_BLOCK ? 1 : size);
      await input.need(bytes);
      // The checksum may be what is missing: then the block itself is still good.
      const whole = await input.has(bytes + checksum);
      await decoder.push(input.take(bytes + (whole ? checksum : 0)));
      if (last && whole) await decoder.finish();
      yield* decoder.take();
      if (decoder.failure !== undefined)
        throw new DamagedCompression(`the zstd file is damaged (${decoder.failure.message})`);
      if (!whole) throw cutShort();
    }
  } finally {
    decoder.close();
  }
}

/** Node's own decompressor: since 22.15, and several times as fast. */
function nativeZstd(): (() => Transform) | null {
  return (zlib as unknown as { createZstdDecompress?: () => Transform }).createZstdDecompress ?? null;
}

function cutShort(): DamagedCompression {
  return new DamagedCompression('the zstd file is cut short');
}

/** Drives a decompressing stream a step at a time: bytes in, wait until they are used, output out. */
class Pipe {
  failure: NodeJS.ErrnoException | undefined;
  ended = false;
  private output: Uint8Array[] = [];
  private readonly stream: Transform;
  private wake: () => void = () => {};

  constructor(stream: Transform) {
    this.stream = stream;
    stream.on('data', (chunk: Uint8Array) => this.output.push(chunk));
    stream.on('error', (error) => {
      this.failure = error;
      for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) this.output.push(chunk);
      this.wake();
    });
    stream.on('end', () => {
      this.ended = true;
      this.wake();
    });
  }

  push(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
      if (this.ended || this.failure !== undefined) resolve();
      else this.stream.write(bytes, () => resolve());
    });
  }

  finish(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
      if (this.ended || this.failure !== undefined) resolve();
      else this.stream.end();
    });
  }

  take(): Uint8Array[] {
    return this.output.splice(0);
  }

  close(): void {
    this.stream.destroy();
  }
}

/** The same for a zstd frame in pure JavaScript. */
class PureDecoder {
  failure: Error | undefined;
  private output: Uint8Array[] = [];
  private readonly decoder = new PureZstdDecompress((chunk) => this.output.push(chunk.slice()));

  push(bytes: Uint8Array): void {
    this.guard(() => this.decoder.push(bytes));
  }

  finish(): void {
    this.guard(() => this.decoder.push(new Uint8Array(0), true));
  }

  take(): Uint8Array[] {
    return this.output.splice(0);
  }

  close(): void {}

  private guard(step: () => void): void {
    if (this.failure !== undefined) return;
    try {
      step();
    } catch (error) {
      this.failure = error as Error;
    }
  }
}

/** Compressed bytes read ahead. */
class InputBuffer {
  length = 0;
  private readonly below: ByteSource;
  private buffer: Uint8Array = new Uint8Array(2 * ZSTD_BLOCK + 64);
  private start = 0;

  constructor(below: ByteSource) {
    this.below = below;
  }

  /** Are `count` bytes (at most a block and its headers) there, or can be read? */
  async has(count: number): Promise<boolean> {
    while (this.length < count) {
      if (this.start + count > this.buffer.length) {
        this.buffer.copyWithin(0, this.start, this.start + this.length);
        this.start = 0;
      }
      const end = this.start + this.length;
      const got = await this.below.read(this.buffer, end, this.buffer.length - end);
      if (got === 0) return false;
      this.length += got;
    }
    return true;
  }

  async need(count: number): Promise<void> {
    if (!(await this.has(count))) throw cutShort();
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0; ) {
      await this.need(1);
      left -= this.take(Math.min(left, this.length)).length;
    }
  }

  byte(at: number): number {
    return this.buffer[this.start + at]!;
  }

  word(at: number): number {
    return (this.byte(at) | (this.byte(at + 1) << 8) | (this.byte(at + 2) << 16) | (this.byte(at + 3) << 24)) >>> 0;
  }

  /** A copy, for decompressors keep what they were given. */
  take(count: number): Uint8Array {
    const bytes = this.buffer.slice(this.start, this.start + count);
    this.start += count;
    this.length -= count;
    return bytes;
  }
}
