import type { CaptureProblem } from './capture-problem.ts';
import { CaptureReader, END, FRAME, NEED_BYTES } from './capture-reader.ts';
import type { CaptureSource } from './capture-source.ts';
import type { FrameSource } from './frame-source.ts';
import { openCapture } from './open-capture.ts';

/** Files open at the same time: each holds a window of memory and a descriptor (the usual limit is 1,024). */
const FILES_OPEN = 64;
/** Window of each file, in bytes: 64 of them at their largest are 128 MB. */
const WINDOW_BYTES = 131_072;
const MAXIMUM_WINDOW_BYTES = 2_097_152;
/** Problems kept over all files. */
const PROBLEMS_KEPT = 256;

export interface TimelineOptions {
  /** Files open at the same time, at most. */
  filesOpen?: number;
  windowBytes?: number;
  /** Ends pipes that are being read. */
  signal?: AbortSignal | undefined;
}

export interface TimelineProblem extends CaptureProblem {
  /** The file it is in. */
  readonly file: string;
}

/** A file that is open. */
interface Track {
  readonly source: CaptureSource;
  readonly reader: CaptureReader;
  readonly file: string;
  /** Time of the record in the reader's registers. Seconds as an unsigned number. */
  seconds: number;
  microseconds: number;
  /** Position among the arguments: decides between equal times. */
  readonly order: number;
}

/** A file that the timeline has not reached, with the time of its first record. */
interface Waiting {
  readonly file: string;
  readonly seconds: number;
  readonly microseconds: number;
  readonly order: number;
}

/**
 * Several captures as one, by time; pulled like CaptureReader, with the same registers. Inside a file the records stay in
 * its order, even where its clock steps back; of several files the record with the earliest time comes next, and with
 * equal times that of the file named first.
 *
 * A file is opened when the timeline reaches its first record and closed at its end. When more files than `filesOpen`
 * overlap, the next one waits until another ends: its records then come late, and a problem says so.
 */
export class Timeline implements FrameSource {
  window: Uint8Array = new Uint8Array(0);
  frameStart = 0;
  frameEnd = 0;
  originalLength = 0;
  linkType = -1;
  seconds = 0;
  microseconds = 0;
  /** The file that the record is from. */
  file = '';

  /** The first problems of all files, and how many there were in all. */
  readonly problems: TimelineProblem[] = [];
  problemCount = 0;

  private readonly files: readonly string[];
  private readonly filesOpen: number;
  private readonly signal: AbortSignal | undefined;
  private readonly readerOptions: { windowBytes: number; maximumWindowBytes: number };
  private planned = false;
  /** Latest first, so that the next one is popped. */
  private waiting: Waiting[] = [];
  /** Heap of open files, the one with the earliest record at 0. */
  private readonly heap: Track[] = [];
  /** The file whose record was given last: it steps on at the next call, for until then its window must stay. */
  private current: Track | undefined;
  /** The file whose waiting was noted last. */
  private late: Waiting | undefined;
  private consumedBefore = 0;
  private totalSize: number | undefined = 0;

  constructor(files: readonly string[], options: TimelineOptions = {}) {
    this.files = files;
    this.signal = options.signal;
    this.filesOpen = Math.max(1, options.filesOpen ?? FILES_OPEN);
    this.readerOptions = {
      windowBytes: options.windowBytes ?? WINDOW_BYTES,
      maximumWindowBytes: MAXIMUM_WINDOW_BYTES,
    };
  }

  /** Bytes of the files read so far, and in all (undefined when there is a pipe among them). */
  get consumed(): number {
    let sum = this.consumedBefore;
    for (const track of this.heap) sum += track.source.consumed;
    return sum;
  }

  get size(): number | undefined {
    return this.totalSize;
  }

  /** Steps to the next record: FRAME, NEED_BYTES (call `refill` and try again) or END. */
  next(): number {
    if (!this.planned) return NEED_BYTES;
    const current = this.current;
    if (current !== undefined) {
      const result = current.reader.next();
      if (result === NEED_BYTES) return NEED_BYTES;
      this.current = undefined;
      if (result === FRAME) this.stepped(current);
      else this.removeFirst();
    }
    if (this.mustOpen()) return NEED_BYTES;
    const first = this.heap[0];
    if (first === undefined) return END;
    this.current = first;
    const reader = first.reader;
    this.window = reader.window;
    this.frameStart = reader.frameStart;
    this.frameEnd = reader.frameEnd;
    this.originalLength = reader.originalLength;
    this.linkType = reader.linkType;
    this.seconds = reader.seconds;
    this.microseconds = reader.microseconds;
    this.file = first.file;
    return FRAME;
  }

  /** Reads more of the file that needs it, or opens the next one. Rejects or throws CaptureError when a file cannot be read. */
  refill(): number | Promise<number> {
    if (this.current !== undefined) return this.current.reader.refill();
    return this.planned ? this.openNext() : this.plan();
  }

  /** Closes what is still open. */
  async close(): Promise<void> {
    this.current = undefined;
    this.waiting = [];
    for (const track of this.heap.splice(0)) await track.source.close();
  }

  /** Looks at the first record of each file. A pipe cannot be looked at twice: it stays open. */
  private async plan(): Promise<number> {
    for (const [order, file] of this.files.entries()) {
      const track = await this.open(file, order);
      const source = track.source;
      const size = source.size;
      this.totalSize = this.totalSize === undefined || size === undefined ? undefined : this.totalSize + size;
      if (!(await this.readFirst(track))) continue;
      if (size === undefined) {
        this.add(track);
      } else {
        this.waiting.push({ file, seconds: track.seconds, microseconds: track.microseconds, order });
        await source.close();
      }
    }
    this.waiting.sort((a, b) => b.seconds - a.seconds || b.microseconds - a.microseconds || b.order - a.order);
    this.planned = true;
    return 1;
  }

  private async open(file: string, order: number): Promise<Track> {
    const source = await openCapture(file, this.signal);
    const reader = new CaptureReader(source, this.readerOptions);
    return { source, reader, file, seconds: 0, microseconds: 0, order };
  }

  /** False when the file has no record at all: then it is closed. */
  private async readFirst(track: Track): Promise<boolean> {
    let result = track.reader.next();
    while (result === NEED_BYTES) {
      await track.reader.refill();
      result = track.reader.next();
    }
    if (result === FRAME) {
      this.takeTime(track);
      return true;
    }
    await this.finish(track);
    return false;
  }

  private mustOpen(): boolean {
    const next = this.waiting.at(-1);
    if (next === undefined) return false;
    const first = this.heap[0];
    if (first === undefined) return true;
    if (next.seconds > first.seconds) return false;
    if (next.seconds === first.seconds && next.microseconds > first.microseconds) return false;
    if (this.heap.length < this.filesOpen) return true;
    if (this.late !== next) {
      this.late = next;
      const message = `more than ${this.filesOpen} files overlap in time: this one's first records come late`;
      this.note(next.file, { kind: 'skipped', offset: 0, message });
    }
    return false;
  }

  private async openNext(): Promise<number> {
    const next = this.waiting.pop();
    if (next === undefined) return 0;
    const track = await this.open(next.file, next.order);
    if (await this.readFirst(track)) this.add(track);
    return 1;
  }

  private takeTime(track: Track): void {
    track.seconds = track.reader.seconds >>> 0;
    track.microseconds = track.reader.microseconds;
  }

  /** The first file of the heap has a new record. */
  private stepped(track: Track): void {
    this.takeTime(track);
    this.sink();
  }

  private removeFirst(): void {
    const first = this.heap[0]!;
    const last = this.heap.pop()!;
    if (last !== first) {
      this.heap[0] = last;
      this.sink();
    }
    // What comes of closing a file that was only read changes nothing for us.
    this.finish(first).catch(() => {});
  }

  private finish(track: Track): Promise<void> {
    const { problems, problemCount } = track.reader;
    for (const problem of problems) this.note(track.file, problem);
    this.problemCount += problemCount - problems.length;
    this.consumedBefore += track.source.consumed;
    return Promise.resolve(track.source.close());
  }

  private note(file: string, problem: CaptureProblem): void {
    this.problemCount++;
    if (this.problems.length < PROBLEMS_KEPT) this.problems.push({ file, ...problem });
  }

  private add(track: Track): void {
    const heap = this.heap;
    let at = heap.push(track) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(track, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = track;
  }

  private sink(): void {
    const heap = this.heap;
    const track = heap[0]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, track)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = track;
  }
}

function before(a: Track, b: Track): boolean {
  if (a.seconds !== b.seconds) return a.seconds < b.seconds;
  if (a.microseconds !== b.microseconds) return a.microseconds < b.microseconds;
  return a.order < b.order;
}
