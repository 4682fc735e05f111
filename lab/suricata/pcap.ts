/** Frames as one pcap file. */

export interface TimedFrame {
  readonly bytes: Uint8Array;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** A pcap file with Ethernet frames, microseconds, little-endian. */
export function pcapOf(frames: readonly TimedFrame[]): Uint8Array {
  const size = frames.reduce((sum, { bytes }) => sum + 16 + bytes.length, 24);
  const file = Buffer.alloc(size);
  file.writeUInt32LE(0xa1b2c3d4, 0);
  file.writeUInt16LE(2, 4);
  file.writeUInt16LE(4, 6);
  file.writeUInt32LE(262_144, 16);
  file.writeUInt32LE(1, 20);
  let at = 24;
  for (const { bytes, time } of frames) {
    file.writeUInt32LE(Math.floor(time / 1000), at);
    file.writeUInt32LE(Math.floor(time % 1000) * 1000, at + 4);
    file.writeUInt32LE(bytes.length, at + 8);
    file.writeUInt32LE(bytes.length, at + 12);
    file.set(bytes, at + 16);
    at += 16 + bytes.length;
  }
  return file;
}

/** Milliseconds since 1970 of a first frame. */
export const firstTime = 2_000_000_000_000;

/**
 * Milliseconds between two frames. No time to speak of may pass: Suricata reads hours in seconds, and what its threads time
 * out then is a matter of luck. Hence firstTime, too, in the future: when it has seen no packet for a while, it takes the
 * clock's time, and forgets what would have expired by then.
 */
export const step = 1;
