/** The record that a FrameSource stepped to. */
export interface FrameRegisters {
  /** What the offsets point into; valid, like them, until the next `next` or `refill`. */
  readonly window: Uint8Array;
  /** The frame: bytes [frameStart, frameEnd) of `window`. */
  readonly frameStart: number;
  readonly frameEnd: number;
  /** Length on the wire; never less than what was captured. */
  readonly originalLength: number;
  /** LINKTYPE_ number; -1 unknown. */
  readonly linkType: number;
  /** Seconds since 1970 as 32 bits (`>>> 0` after 2038), and microseconds. */
  readonly seconds: number;
  readonly microseconds: number;
}

/** Frames to be pulled: one capture (CaptureReader) or several (Timeline). */
export interface FrameSource extends FrameRegisters {
  /** FRAME: the registers hold the next record. NEED_BYTES: call `refill`, await it if it is a promise, try again. END. */
  next(): number;
  refill(): number | Promise<number>;
}

/** Takes frames before they are stepped to: the engine, by records. */
export interface FrameFilter {
  /** It sees only what stands in this window. */
  readonly window: Uint8Array;
  /**
   * Takes as many as it can of the records of a pcap (little endian, microseconds, Ethernet) in window[position, filled), and
   * gives the position of the first that it leaves.
   */
  run(position: number, filled: number): number;
}
