import type { ByteSource } from './byte-source.ts';
import { CaptureReader, END, FRAME, NEED_BYTES } from './capture-reader.ts';
import type { CaptureReaderOptions } from './capture-window.ts';
import type { FrameRegisters, FrameSource } from './frame-source.ts';

/** A record copied out of the registers. */
export interface Read {
  time: string;
  linkType: number;
  original: number;
  bytes: string;
}

export interface Result {
  records: Read[];
  /** Kinds of the problems kept. */
  problems: string[];
  messages: string[];
  problemCount: number;
}

/** Bytes in memory, given at most `step` at a time, and with a promise where `later` is set. */
export function memory(bytes: Uint8Array, step = Number.POSITIVE_INFINITY, later = false): ByteSource {
  let at = 0;
  return {
    name: 'memory',
    read(target, offset, length) {
      const count = Math.min(length, step, bytes.length - at);
      target.set(bytes.subarray(at, at + count), offset);
      at += count;
      return later ? Promise.resolve(count) : count;
    },
    close() {},
  };
}

export function copyRecord(reader: FrameRegisters): Read {
  const micro = String(reader.microseconds).padStart(6, '0');
  return {
    time: `${reader.seconds >>> 0}.${micro}`,
    linkType: reader.linkType,
    original: reader.originalLength,
    bytes: Buffer.from(reader.window.subarray(reader.frameStart, reader.frameEnd)).toString('hex'),
  };
}

/** The loop that every user of a reader writes. */
export async function pull(reader: FrameSource): Promise<Read[]> {
  const records: Read[] = [];
  for (;;) {
    const result: number = reader.next();
    if (result === FRAME) records.push(copyRecord(reader));
    else if (result === NEED_BYTES) await reader.refill();
    else return records;
  }
}

/** All that a capture in memory gives. */
export function read(bytes: Uint8Array, options: CaptureReaderOptions = {}, step?: number): Result {
  const reader = new CaptureReader(memory(bytes, step), options);
  const records: Read[] = [];
  for (let result: number = FRAME; result !== END; ) {
    result = reader.next();
    if (result === FRAME) records.push(copyRecord(reader));
    else if (result === NEED_BYTES) reader.refill();
  }
  const problems = reader.problems.map((problem) => problem.kind);
  const messages = reader.problems.map((problem) => problem.message);
  return { records, problems, messages, problemCount: reader.problemCount };
}
