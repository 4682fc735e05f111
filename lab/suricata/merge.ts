/** Many captures as one, told apart by VLAN, and what our own engine finds in each. */

import { CaptureReader, FRAME } from '../../src/capture/capture-reader.ts';
import { openCapture } from '../../src/capture/open-capture.ts';
import { Engine } from '../../src/engine.ts';
import { protocols } from '../../src/protocol/protocols.ts';
import { indexSequences, Sufficiency } from '../../src/scan/sufficiency.ts';
import type { CompiledSignature } from '../../src/signature/compile-signatures.ts';
import { firstTime, step, type TimedFrame } from './pcap.ts';

const ethernet = 1;
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
  /** Captures of other link layers than Ethernet, which have no VLANs, and what is no capture. */
  readonly omitted: readonly string[];
}

/** At most 4094 captures, each after the other. */
export async function mergeCaptures(
  paths: readonly string[],
  catalogue: readonly CompiledSignature[],
): Promise<Merged> {
  const captures: MergedCapture[] = [];
  const omitted: string[] = [];
  const frames: TimedFrame[] = [];
  const memory = new Engine(catalogue, protocols, () => {});
  let time = firstTime;
  for (const path of paths.slice(0, vlans)) {
    const vlan = captures.length + 1;
    // What cannot be read is left out like what has no Ethernet.
    const one = await readOne(path, catalogue, memory).catch(() => undefined);
    if (one === undefined || one.otherLink) {
      omitted.push(path);
      continue;
    }
    const hosts = new Map<string, number>();
    for (const bytes of one.read) {
      time += step;
      frames.push({ bytes: tagged(rehoused(bytes, vlan, hosts), vlan), time });
    }
    captures.push({ path, vlan, ours: one.ours });
  }
  return { captures, frames, omitted };
}

async function readOne(path: string, catalogue: readonly CompiledSignature[], memory: Engine) {
  const sufficiency = new Sufficiency(indexSequences(catalogue), Number.POSITIVE_INFINITY);
  const ours = new Set<string>();
  const engine = new Engine(catalogue, protocols, (evidence) => {
    ours.add(evidence.signature.id);
    for (const { signature } of sufficiency.add(evidence)) ours.add(signature.id);
  });
  const source = await openCapture(path);
  const reader = new CaptureReader(source);
  const read: Uint8Array[] = [];
  let otherLink = false;
  try {
    for (;;) {
      while (reader.next() === FRAME) {
        const { window, frameStart, frameEnd, linkType, seconds, microseconds } = reader;
        engine.frame(window, frameStart, frameEnd, linkType, seconds, microseconds);
        // Headers that our engine only remembers, until something comes behind them.
        for (const id of memory.remembers(window.slice(frameStart, frameEnd), linkType)) ours.add(id);
        if (linkType !== ethernet) otherLink = true;
        read.push(window.slice(frameStart, frameEnd));
      }
      if (!(await reader.refill())) break;
    }
  } finally {
    await source.close();
  }
  engine.finish();
  engine.close();
  return { read, ours, otherLink };
}

/**
 * The same frame between hosts that no other capture has, for Suricata's marks on pairs of hosts know no VLAN. Of an IPv6
 * address two bytes become the capture's number; IPv4 addresses are counted. Checksums are then wrong, and not looked at.
 */
function rehoused(frame: Uint8Array, capture: number, hosts: Map<string, number>): Uint8Array {
  const type = ((frame[12] ?? 0) << 8) | (frame[13] ?? 0);
  const [at, size] = type === 0x0800 ? [26, 4] : type === 0x86dd ? [22, 16] : [0, 0];
  if (size === 0 || frame.length < at + 2 * size) return frame;
  for (const start of [at, at + size]) {
    const address = frame.subarray(start, start + size);
    // Multicast stays what it is.
    if (size === 16) {
      if (address[0] !== 0xff) address.set([capture >> 8, capture & 255], 2);
    } else if (address[0]! < 224) {
      const name = address.join('.');
      const number = hosts.get(name) ?? hosts.size + 1;
      hosts.set(name, number);
      address.set([10, capture >> 8, capture & 255, number & 255]);
    }
  }
  return frame;
}

function tagged(frame: Uint8Array, vlan: number): Uint8Array {
  if (frame.length < 12) return frame;
  const bytes = new Uint8Array(frame.length + 4);
  bytes.set(frame.subarray(0, 12));
  bytes.set([0x81, 0x00, vlan >> 8, vlan & 255], 12);
  bytes.set(frame.subarray(12), 16);
  return bytes;
}
