import { closeSync, openSync, writeSync } from 'node:fs';

/** Writes a classic pcap file (Ethernet, microseconds, little-endian) through one buffer. */
export class PcapWriter {
  /** Bytes written so far, headers of the format included. */
  size = 24;
  packets = 0;
  readonly #file: number;
  readonly #buffer = Buffer.alloc(4 << 20);
  #filled: number;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
    this.#buffer.writeUInt32LE(0xa1b2c3d4, 0);
    this.#buffer.writeUInt16LE(2, 4);
    this.#buffer.writeUInt16LE(4, 6);
    this.#buffer.writeUInt32LE(65535, 16);
    this.#buffer.writeUInt32LE(1, 20);
    this.#filled = 24;
  }

  /** `time` in microseconds since 1970. */
  write(time: number, frame: Uint8Array): void {
    const length = 16 + frame.length;
    if (this.#filled + length > this.#buffer.length) this.#flush();
    const seconds = Math.floor(time / 1_000_000);
    this.#buffer.writeUInt32LE(seconds, this.#filled);
    this.#buffer.writeUInt32LE(time - seconds * 1_000_000, this.#filled + 4);
    this.#buffer.writeUInt32LE(frame.length, this.#filled + 8);
    this.#buffer.writeUInt32LE(frame.length, this.#filled + 12);
    this.#buffer.set(frame, this.#filled + 16);
    this.#filled += length;
    this.size += length;
    this.packets++;
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    for (let at = 0; at < this.#filled; ) at += writeSync(this.#file, this.#buffer, at, this.#filled - at);
    this.#filled = 0;
  }
}
