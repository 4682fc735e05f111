/** Many captures as one, told apart by VLAN, and what our own engine finds in each. */

import { CaptureReader, FRAME } from '../../src/capture/capture-reader.ts';
import { openCapture } from '../../src/capture/open-capture.ts';
import { Engine } from '../../src/engine.ts';
import { protocols } from '../../src/protocol/protocols.ts';
import { indexSequences, Sufficiency } from '../../src/scan/sufficiency.ts';
import type { CompiledSignature } from '../../src/signature/compile-signatures.ts';
import type { TimedFrame } from './pcap.ts';

const ethernet = 1;
/** Milliseconds between two captures: longer than anything that Suricata remembers of the one before. */
const apart = 3_600_000;
/** IEEE 802.1Q: 1 to 4094. */
const vlans = 4094;

export interface MergedCapture {
  readonly path: string;
  readonly vlan: number;
  /** Ids of the signatures that our engine sees, sequences included. */
  readonly ours: ReadonlySet<string>;
}

export interface Merged {
  readonly captures: readonly MergedCapture[];
  readonly frames: readonly TimedFrame[];
  /** Captures of other link layers than Ethernet, which have no VLANs. */
  readonly omitted: readonly string[];
}

/** At most 4094 captures; each begins an hour after the one before. */
export async function mergeCaptures(
  paths: readonly string[],
  catalogue: readonly CompiledSignature[],
): Promise<Merged> {
  const captures: MergedCapture[] = [];
  const omitted: string[] = [];
  const frames: TimedFrame[] = [];
  let start = 1_700_000_000_000;
  for (const path of paths.slice(0, vlans)) {
    const vlan = captures.length + 1;
    const { read, ours, otherLink } = await readOne(path, catalogue);
    if (otherLink) {
      omitted.push(path);
      continue;
    }
    const first = read[0]?.time ?? 0;
    let last = start;
    for (const { bytes, time } of read) {
      last = Math.max(last, start + time - first);
      frames.push({ bytes: tagged(bytes, vlan), time: last });
    }
    start = last + apart;
    captures.push({ path, vlan, ours });
  }
  return { captures, frames, omitted };
}

async function readOne(path: string, catalogue: readonly CompiledSignature[]) {
  const sufficiency = new Sufficiency(indexSequences(catalogue), Number.POSITIVE_INFINITY);
  const ours = new Set<string>();
  const engine = new Engine(catalogue, protocols, (evidence) => {
    ours.add(evidence.signature.id);
    for (const { signature } of sufficiency.add(evidence)) ours.add(signature.id);
  });
  const source = await openCapture(path);
  const reader = new CaptureReader(source);
  const read: TimedFrame[] = [];
  let otherLink = false;
  try {
    for (;;) {
      while (reader.next() === FRAME) {
        const { window, frameStart, frameEnd, linkType, seconds, microseconds } = reader;
        engine.frame(window, frameStart, frameEnd, linkType, seconds, microseconds);
        if (linkType !== ethernet) otherLink = true;
        read.push({ bytes: window.slice(frameStart, frameEnd), time: (seconds >>> 0) * 1000 + microseconds / 1000 });
      }
      if (!(await reader.refill())) break;
    }
  } finally {
    await source.close();
  }
  engine.finish();
  return { read, ours, otherLink };
}

function tagged(frame: Uint8Array, vlan: number): Uint8Array {
  if (frame.length < 12) return frame;
  const bytes = new Uint8Array(frame.length + 4);
  bytes.set(frame.subarray(0, 12));
  bytes.set([0x81, 0x00, vlan >> 8, vlan & 255], 12);
  bytes.set(frame.subarray(12), 16);
  return bytes;
}
