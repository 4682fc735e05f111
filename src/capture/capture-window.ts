import { captureWindow } from '../limits.ts';
import type { ByteSource } from './byte-source.ts';
import { ProblemLog } from './capture-problem.ts';
import type { FrameFilter, FrameRegisters } from './frame-source.ts';

/** Default bound of growth; a block or record that needs more is left out and counted. */
export const MAXIMUM_WINDOW_BYTES = 16_777_216;

export interface CaptureReaderOptions {
  /** Size of the window to start with, in bytes. */
  windowBytes?: number;
  /** How far it may grow for a large record. */
  maximumWindowBytes?: number;
  /** What may settle frames before `next` gives them. It lends the window. */
  filter?: FrameFilter | undefined;
}

/** The part of a capture that is in memory: bytes `position` to `filled` of `window` are read and not yet used. */
export class CaptureWindow implements FrameRegisters {
  /** What the frame offsets point into. Valid until the next `refill`, which moves or replaces it. */
  window: Uint8Array;
  /** The record: bytes [frameStart, frameEnd) of `window`, valid until the next `refill`. */
  frameStart = 0;
  frameEnd = 0;
  /** Length on the wire; never less than what was captured. */
  originalLength = 0;
  /** Link type as the file has it (LINKTYPE_ number), without the bits for the frame check sequence. */
  linkType = -1;
  /** Capture time: seconds since 1970 as 32 bits (`>>> 0` after 2038), and microseconds. Without a time (simple packets): the one before. */
  seconds = 0;
  microseconds = 0;

  readonly source: ByteSource;
  protected view: DataView;
  protected position = 0;
  protected filled = 0;
  /** No more bytes will come. */
  protected ended = false;
  /** Bytes from `position` on that the next step cannot do without. */
  protected wanted = 1;
  protected readonly maximumWindow: number;
  protected readonly filter: FrameFilter | undefined;
  protected readonly log = new ProblemLog();
  /** Offset in the capture of the window's first byte. */
  private base = 0;

  constructor(source: ByteSource, options: CaptureReaderOptions = {}) {
    this.source = source;
    this.filter = options.filter;
    this.window = options.filter?.window ?? new Uint8Array(Math.max(options.windowBytes ?? captureWindow, 32));
    this.maximumWindow = Math.max(options.maximumWindowBytes ?? MAXIMUM_WINDOW_BYTES, this.window.length);
    this.view = new DataView(this.window.buffer, this.window.byteOffset);
  }

  /**
   * Moves what is not used yet to the window's front and reads more; gives how many bytes came, 0 at the end of the source
   * (then `next` may still have records). Only to be called when `next` asked for it.
   * Rejects or throws only with the source's own errors.
   */
  refill(): number | Promise<number> {
    if (this.ended) return 0;
    if (this.filled === this.window.length || this.position + this.wanted > this.window.length) this.moveToFront();
    const count = this.source.read(this.window, this.filled, this.window.length - this.filled);
    return typeof count === 'number' ? this.took(count) : count.then((n) => this.took(n));
  }

  /** Offset in the capture of a byte of the window. */
  protected offsetOf(position: number): number {
    return this.base + position;
  }

  private took(count: number): number {
    this.filled += count;
    if (count === 0) {
      this.ended = true;
      const damage = this.source.damage;
      if (damage !== undefined) this.log.add('damaged-compression', this.offsetOf(this.filled), damage);
    }
    return count;
  }

  /** Twice what is wanted, when it must grow: else a search that wants a little more each time would move all of it each time. */
  private moveToFront(): void {
    const from = this.window;
    if (this.wanted > from.length) {
      this.window = new Uint8Array(Math.max(this.wanted, Math.min(this.wanted * 2, this.maximumWindow)));
      this.view = new DataView(this.window.buffer);
      this.window.set(from.subarray(this.position, this.filled));
    } else {
      from.copyWithin(0, this.position, this.filled);
    }
    this.base += this.position;
    this.filled -= this.position;
    this.position = 0;
  }
}
