import type { ByteSource } from '../capture/byte-source.ts';
import { memory } from '../capture/record-reading.test.helper.ts';

export interface Captured {
  readonly frame: Uint8Array;
  /** 32 bits; after 2038 above 2^31. */
  readonly seconds: number;
  /** Bytes at the end that the snap length cut off. */
  readonly cut?: number;
}

/** A capture as the hot path takes it by records: pcap, little endian, microseconds, Ethernet. As long as the lab's, so not byte by byte. */
export function captureInMemory(captured: readonly Captured[]): ByteSource {
  const header = Buffer.alloc(24);
  header.set([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0]);
  header.writeUInt32LE(1, 20);
  const parts = captured.flatMap(({ frame, seconds, cut = 0 }) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(seconds >>> 0, 0);
    record.writeUInt32LE(frame.length - cut, 8);
    record.writeUInt32LE(frame.length, 12);
    return [record, frame.subarray(0, frame.length - cut)];
  });
  return memory(Buffer.concat([header, ...parts]));
}
