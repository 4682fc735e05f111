/** Where the bytes of a capture come from: a file, a pipe, a decompressor. */
export interface ByteSource {
  /** Name for messages. */
  readonly name: string;
  /**
   * What went wrong below the bytes (a damaged gzip stream), in words; set before `read` gives the 0 that it explains. The
   * bytes given until then are good.
   */
  readonly damage?: string | undefined;
  /**
   * Puts up to `length` bytes into `target` at `offset`; gives how many, 0 at the end. Synchronous where the system allows
   * it (files), for a promise per block is the only cost here.
   */
  read(target: Uint8Array, offset: number, length: number): number | Promise<number>;
  close(): void | Promise<void>;
}
