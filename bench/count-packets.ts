import { CaptureReader, FRAME, NEED_BYTES } from '../src/capture/capture-reader.ts';
import { openCapture } from '../src/capture/open-capture.ts';

/** Packets of a capture, and their bytes as captured. */
export async function countPackets(path: string): Promise<{ packets: number; bytes: number }> {
  const source = await openCapture(path);
  const reader = new CaptureReader(source);
  let packets = 0;
  let bytes = 0;
  for (;;) {
    const result = reader.next();
    if (result === FRAME) {
      packets++;
      bytes += reader.frameEnd - reader.frameStart;
    } else if (result === NEED_BYTES) {
      const more = reader.refill();
      if (typeof more !== 'number') await more;
    } else {
      await source.close();
      return { packets, bytes };
    }
  }
}
