/** The contract between the main thread, which has the one tracker, and the workers, which read packets. */

import type { KeptPacket } from '../evidence-packets/kept-packet.ts';
import type { FlowOfEvidence } from '../evidence-packets/recent-frames.ts';
import type { Evidence } from '../scan/evidence.ts';
import type { CompiledSignature } from '../signature/compile-signatures.ts';
import type { Ring } from './ring-layout.ts';

/** Where packets come from. */
export type Source =
  | { readonly id: number; readonly interfaceName: string; readonly ring: Ring }
  | {
      readonly id: number;
      readonly interfaceName: string;
      readonly pcap: { readonly handle: bigint; readonly linkType: number };
    };

export interface WorkerData {
  readonly catalogue: readonly CompiledSignature[];
  /** One number: evidence that was posted and not yet taken. */
  readonly waiting: SharedArrayBuffer;
  /** Post the packets of evidence, too, counted from this number on; undefined: do not. */
  readonly packetsFrom: number | undefined;
}

export type ToWorker =
  /** `afterDeath`: the last reader died of the block that comes next, so that one is left out. */
  | { readonly kind: 'attach'; readonly source: Source; readonly afterDeath: boolean }
  | { readonly kind: 'detach'; readonly id: number }
  | { readonly kind: 'catalogue'; readonly catalogue: readonly CompiledSignature[] }
  | { readonly kind: 'stop' };

export type FromWorker =
  | { readonly kind: 'evidence'; readonly evidence: readonly PostedEvidence[] }
  | { readonly kind: 'packets'; readonly flows: readonly PostedFlow[] }
  | { readonly kind: 'beat'; readonly clock: number; readonly counters: WorkerCounters }
  | { readonly kind: 'detached'; readonly id: number }
  | { readonly kind: 'stopped' };

/** Signatures are known on both sides, so their ids are enough. */
export type PostedEvidence = Omit<Evidence, 'signature'> & {
  readonly signature: string;
  /** Of its flow, if packets are kept. */
  readonly packets?: readonly KeptPacket[];
};

/** A flow of evidence that was posted before, with the packets that have come until now. */
export interface PostedFlow {
  readonly flow: FlowOfEvidence;
  readonly packets: readonly KeptPacket[];
}

/** What a worker has done since its start. Plain integers that only grow. */
export interface WorkerCounters {
  readonly frames: number;
  readonly packets: number;
  readonly flows: number;
  readonly evicted: number;
  readonly suspicions: number;
  readonly evidence: number;
  /** Evidence that the main thread was too slow for. */
  readonly evidenceDropped: number;
  /** Segments and suspicions for which there was no memory. */
  readonly segmentsDropped: number;
  readonly suspicionsDropped: number;
  readonly memoryExhausted: number;
  /** In blocks that were left out because a worker died of them. */
  readonly packetsSkipped: number;
}

export const noCounters: WorkerCounters = Object.freeze({
  frames: 0,
  packets: 0,
  flows: 0,
  evicted: 0,
  suspicions: 0,
  evidence: 0,
  evidenceDropped: 0,
  segmentsDropped: 0,
  suspicionsDropped: 0,
  memoryExhausted: 0,
  packetsSkipped: 0,
});

export function addCounters(a: WorkerCounters, b: WorkerCounters): WorkerCounters {
  const sum: Record<string, number> = {};
  for (const name of Object.keys(noCounters) as (keyof WorkerCounters)[]) sum[name] = a[name] + b[name];
  return sum as unknown as WorkerCounters;
}
