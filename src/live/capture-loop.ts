/** Reads its sources in turn, lets the engine see every frame, posts evidence, and tells a few times a second how it is. */

import { Engine } from '../engine.ts';
import { FollowedFlows } from '../evidence-packets/followed-flows.ts';
import { type FlowOfEvidence, RecentFrames } from '../evidence-packets/recent-frames.ts';
import { evidenceInFlight } from '../limits.ts';
import { protocols } from '../protocol/protocols.ts';
import type { Evidence } from '../scan/evidence.ts';
import { PcapReader } from './pcap-reader.ts';
import { type FrameSink, RingReader } from './ring-reader.ts';
import { SourceWaiter } from './source-waiter.ts';
import { viewMemory } from './system-calls.ts';
import type { FromWorker, PostedEvidence, Source, ToWorker, WorkerCounters, WorkerData } from './worker-messages.ts';

/** Milliseconds. */
const beatEvery = 250;
const messagesEvery = 20;
const waitAtMost = 50;

/** Microseconds: a packet waits so long at most for its block to be handed over, and more when the machine is busy. */
const inTheKernel = 500_000;

interface Channel {
  readonly post: (message: FromWorker) => void;
  readonly receive: () => ToWorker | undefined;
}

export class CaptureLoop {
  readonly #engine: Engine;
  /** The engine, and before it the memory of recent frames, if packets are kept. */
  readonly #sink: FrameSink;
  readonly #recent: RecentFrames | undefined;
  readonly #channel: Channel;
  readonly #waiting: Int32Array;
  readonly #readers = new Map<number, RingReader | PcapReader>();
  readonly #waiter = new SourceWaiter();
  readonly #followed = new FollowedFlows();
  #found: PostedEvidence[] = [];
  /** Flows that had to make room for others. */
  #cutShort: FlowOfEvidence[] = [];
  #evidenceDropped = 0;
  #packetsSkipped = 0;
  #idle = true;
  /** Time of the packets that the last turn saw, of the source that is furthest behind. */
  #behind = Number.POSITIVE_INFINITY;
  #stopped = false;
  #nextBeat = 0;
  #nextMessages = 0;

  constructor({ catalogue, waiting, packetsFrom }: WorkerData, channel: Channel) {
    const engine = new Engine(catalogue, protocols, (evidence) => this.#keep(evidence));
    const recent = packetsFrom === undefined ? undefined : new RecentFrames({ firstNumber: packetsFrom });
    this.#engine = engine;
    this.#recent = recent;
    this.#sink = recent
      ? {
          frame: (bytes, start, end, linkType, seconds, microseconds) => {
            recent.add(bytes, start, end, linkType, seconds, microseconds);
            engine.frame(bytes, start, end, linkType, seconds, microseconds);
          },
        }
      : engine;
    this.#waiting = new Int32Array(waiting);
    this.#channel = channel;
  }

  /** Until it is told to stop. */
  run(): void {
    while (!this.#stopped) {
      this.#turn();
      const now = performance.now();
      if (now >= this.#nextMessages) this.#obey(now);
      if (now >= this.#nextBeat) this.#beat(now);
      if (this.#idle) this.#waiter.wait(waitAtMost);
    }
    // What the kernel has handed over until now is part of the story.
    for (let turns = 0; turns < 1024 && !this.#idle; turns++) this.#turn();
    this.#engine.finish();
    this.#post();
    this.#postMore([...this.#cutShort, ...this.#followed.takeAll()]);
    this.#beat(performance.now());
    this.#channel.post({ kind: 'stopped' });
  }

  #turn(): void {
    this.#idle = true;
    this.#behind = Number.POSITIVE_INFINITY;
    for (const reader of this.#readers.values()) {
      if (!reader.read(this.#sink)) continue;
      this.#idle = false;
      this.#behind = Math.min(this.#behind, reader.lastTime);
    }
    if (this.#found.length > 0) this.#post();
  }

  #keep({ signature, ...evidence }: Evidence): void {
    if (Atomics.load(this.#waiting, 0) + this.#found.length >= evidenceInFlight) this.#evidenceDropped++;
    else {
      this.#found.push({
        ...evidence,
        signature: signature.id,
        ...(this.#recent && { packets: this.#recent.of(evidence) }),
      });
      this.#follow(evidence);
    }
  }

  /** What is answered to it comes later. */
  #follow({ transport, source, sourcePort, target, targetPort, time }: FlowOfEvidence): void {
    if (!this.#recent) return;
    const flow = { transport, source, sourcePort, target, targetPort, time };
    const before = this.#followed.add(flow, performance.now() / 1000);
    if (before) this.#cutShort.push(before);
  }

  /** Behind the evidence of these flows. */
  #postMore(flows: readonly FlowOfEvidence[]): void {
    const recent = this.#recent;
    if (!recent || flows.length === 0) return;
    this.#channel.post({ kind: 'packets', flows: flows.map((flow) => ({ flow, packets: recent.of(flow) })) });
  }

  #post(): void {
    const evidence = this.#found;
    if (evidence.length === 0) return;
    this.#found = [];
    Atomics.add(this.#waiting, 0, evidence.length);
    this.#channel.post({ kind: 'evidence', evidence });
  }

  #obey(now: number): void {
    this.#nextMessages = now + messagesEvery;
    for (let message = this.#channel.receive(); message; message = this.#channel.receive()) {
      if (message.kind === 'attach') this.#attach(message.source, message.afterDeath);
      else if (message.kind === 'detach') this.#detach(message.id);
      else if (message.kind === 'catalogue') this.#engine.replaceCatalogue(message.catalogue);
      else this.#stopped = true;
    }
  }

  #attach(source: Source, afterDeath: boolean): void {
    const reader = readerOf(source);
    if (afterDeath) this.#packetsSkipped += reader.skip();
    this.#readers.set(source.id, reader);
    this.#waiter.add(source);
    this.#idle = false;
  }

  /** What is left in it is read; then its memory is no longer touched. */
  #detach(id: number): void {
    const reader = this.#readers.get(id);
    for (let blocks = 0; blocks < 1024 && reader?.read(this.#sink); blocks++);
    this.#readers.delete(id);
    this.#waiter.remove(id);
    this.#post();
    this.#channel.post({ kind: 'detached', id });
  }

  #beat(now: number): void {
    this.#nextBeat = now + beatEvery;
    this.#postMore([...this.#cutShort, ...this.#followed.due(now / 1000)]);
    this.#cutShort = [];
    this.#channel.post({ kind: 'beat', clock: this.#clock(), counters: this.#counters() });
  }

  /** Everything older than this was looked at (microseconds since 1970), as far as this worker goes. */
  #clock(): number {
    return Math.min(Date.now() * 1000, this.#behind) - inTheKernel;
  }

  #counters(): WorkerCounters {
    const { frames, packets, suspicions, evidence, suspicionsDropped } = this.#engine.count();
    const { seen, evicted, segmentsDropped, memoryExhausted } = this.#engine.flows.counters();
    return {
      frames,
      packets,
      flows: seen,
      evicted,
      suspicions,
      evidence,
      evidenceDropped: this.#evidenceDropped,
      segmentsDropped,
      suspicionsDropped,
      memoryExhausted,
      packetsSkipped: this.#packetsSkipped,
    };
  }
}

function readerOf(source: Source): RingReader | PcapReader {
  if ('pcap' in source) return new PcapReader(source.pcap.handle, source.pcap.linkType);
  const { address, blockSize, blockCount, linkType } = source.ring;
  return new RingReader({ memory: viewMemory(address, blockSize * blockCount), blockSize, blockCount, linkType });
}
