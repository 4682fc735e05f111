/** A plain look at a capture of the lab itself, apart from the engine that the capture is to test. */

/** The frames of a classic little-endian pcap file, as latin1 strings; what is cut off at the end is left out. */
export function framesOf(file: Buffer): string[] {
  const frames: string[] = [];
  for (let at = 24; at + 16 <= file.length; ) {
    const length = file.readUInt32LE(at + 8);
    if (at + 16 + length > file.length) break;
    frames.push(file.toString('latin1', at + 16, at + 16 + length));
    at += 16 + length;
  }
  return frames;
}

/** The capture's first frames only, as a file. */
export function firstFrames(file: Buffer, count: number): Buffer {
  let at = 24;
  for (let frame = 0; frame < count && at + 16 <= file.length; frame++) at += 16 + file.readUInt32LE(at + 8);
  return file.subarray(0, Math.min(at, file.length));
}

/** Which of the texts and of the expressions stand in no frame of the capture. */
export function missingBytes(file: Buffer, texts: readonly string[], expressions: readonly string[]): string[] {
  const frames = framesOf(file);
  return [
    ...texts.filter((text) => !frames.some((frame) => frame.includes(text))),
    ...expressions.filter((expression) => {
      const regular = new RegExp(expression, 's');
      return !frames.some((frame) => regular.test(frame));
    }),
  ];
}
