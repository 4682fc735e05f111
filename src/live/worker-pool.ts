/** The worker threads: starts them, gives them their sources, takes their evidence, and replaces one that died or hangs. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { KeptPacket } from '../evidence-packets/kept-packet.ts';
import type { FlowOfEvidence } from '../evidence-packets/recent-frames.ts';
import type { CompiledSignature } from '../signature/compile-signatures.ts';
import {
  addCounters,
  type FromWorker,
  noCounters,
  type PostedEvidence,
  type Source,
  type ToWorker,
  type WorkerCounters,
  type WorkerData,
} from './worker-messages.ts';

/**
 * A worker that beats in none of so many looks, a second apart, hangs: it beats four times a second. Looks are counted, and
 * not seconds, for while the whole machine sleeps nobody looks. One that is starting may take longer.
 */
const silentLooksAllowed = 10;
const silentLooksAtStart = 60;
/** Between the deaths and the next start (ms), so that a fault that stays does not eat the machine. */
const restPause = 250;

export interface WorkerPoolOptions {
  readonly count: number;
  readonly catalogue: readonly CompiledSignature[];
  /** Should evidence come with its packets? */
  readonly keepPackets?: boolean;
  readonly onEvidence: (evidence: PostedEvidence) => void;
  /** More packets of a flow whose evidence came before. */
  readonly onPackets?: (flow: FlowOfEvidence, packets: readonly KeptPacket[]) => void;
  /** A worker died or hung, why, and that another has taken its place: one line. */
  readonly onDeath: (text: string) => void;
  /** The program of a worker; another in tests. */
  readonly program?: URL;
}

/** One worker and, after its death, the next in its place. */
interface Post {
  worker: Worker;
  waiting: Int32Array;
  readonly sources: Map<number, Source>;
  readonly detaching: Map<number, () => void>;
  clock: number;
  /** Looks since its last beat. */
  silentLooks: number;
  /** Of the worker that is there, and of those before it. */
  counters: WorkerCounters;
  before: WorkerCounters;
  ready: boolean;
  stopped: () => void;
}

/** Beside this file as it is compiled, and beside the bundle's pieces. */
export const workerProgram = new URL('./capture-worker.js', import.meta.url);

export class WorkerPool {
  restarts = 0;
  readonly #options: WorkerPoolOptions;
  readonly #program: URL;
  readonly #posts: Post[] = [];
  readonly #watchdog: NodeJS.Timeout;
  #catalogue: readonly CompiledSignature[];
  #ending = false;
  #starts = 0;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#catalogue = options.catalogue;
    this.#program = options.program ?? workerProgram;
    for (let index = 0; index < options.count; index++) this.#posts.push(this.#newPost(index));
    this.#watchdog = setInterval(() => this.#lookForHanging(), 1000);
  }

  get count(): number {
    return this.#posts.length;
  }

  /** Everything older than this (microseconds since 1970) was looked at by every worker; 0: not known. */
  get clock(): number {
    return Math.min(...this.#posts.map(({ clock }) => clock));
  }

  /** Did all of them beat lately? */
  get healthy(): boolean {
    return this.#posts.every(({ silentLooks }) => silentLooks < silentLooksAllowed);
  }

  /** Of each worker, those before it in its place included. */
  counters(): WorkerCounters[] {
    return this.#posts.map((post) => addCounters(post.before, post.counters));
  }

  /** Resolves when every worker has loaded its engine. */
  async ready(): Promise<void> {
    while (!this.#ending && this.#posts.some(({ ready }) => !ready)) await sleep(10);
  }

  attach(index: number, source: Source): void {
    const post = this.#posts[index] as Post;
    post.sources.set(source.id, source);
    send(post, { kind: 'attach', source, afterDeath: false });
  }

  /** Resolves when the worker does not touch the source any more, dead or alive. */
  detach(index: number, id: number): Promise<void> {
    const post = this.#posts[index] as Post;
    post.sources.delete(id);
    const { promise, resolve } = withResolver();
    post.detaching.set(id, resolve);
    send(post, { kind: 'detach', id });
    return promise;
  }

  replaceCatalogue(catalogue: readonly CompiledSignature[]): void {
    this.#catalogue = catalogue;
    for (const post of this.#posts) send(post, { kind: 'catalogue', catalogue });
  }

  /** They read what the kernel has handed over, judge what waits, and end. One that hangs is ended. */
  async stop(milliseconds = 5000): Promise<void> {
    this.#ending = true;
    clearInterval(this.#watchdog);
    await Promise.all(
      this.#posts.map(async (post) => {
        // It died, and the next one has not been started.
        if (post.worker.threadId < 0) return;
        const { promise, resolve } = withResolver();
        post.stopped = resolve;
        send(post, { kind: 'stop' });
        await Promise.race([promise, sleep(milliseconds, undefined, { ref: false })]);
        await post.worker.terminate();
      }),
    );
  }

  #newPost(index: number): Post {
    const waiting = new SharedArrayBuffer(4);
    const post: Post = {
      worker: this.#startWorker(waiting),
      waiting: new Int32Array(waiting),
      sources: new Map(),
      detaching: new Map(),
      clock: 0,
      silentLooks: 0,
      counters: noCounters,
      before: noCounters,
      ready: false,
      stopped: () => {},
    };
    this.#listen(post, index);
    return post;
  }

  #startWorker(waiting: SharedArrayBuffer): Worker {
    // No two workers give packets the same numbers, nor does the one that takes another's place.
    const packetsFrom = this.#options.keepPackets ? this.#starts++ * 2 ** 40 : undefined;
    const workerData: WorkerData = { catalogue: this.#catalogue, waiting, packetsFrom };
    return new Worker(this.#program, { workerData });
  }

  #listen(post: Post, index: number): void {
    let reason = 'it ended';
    const { worker } = post;
    worker.on('message', (message: FromWorker) => this.#take(post, message));
    worker.on('error', (error: unknown) => {
      reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    worker.on('exit', () => {
      post.stopped();
      for (const [id, resolve] of post.detaching) {
        post.detaching.delete(id);
        resolve();
      }
      if (!this.#ending) void this.#replace(post, index, reason);
    });
  }

  #take(post: Post, message: FromWorker): void {
    if (message.kind === 'evidence') {
      Atomics.sub(post.waiting, 0, message.evidence.length);
      for (const evidence of message.evidence) this.#options.onEvidence(evidence);
    } else if (message.kind === 'packets') {
      for (const { flow, packets } of message.flows) this.#options.onPackets?.(flow, packets);
    } else if (message.kind === 'beat') {
      post.silentLooks = 0;
      post.clock = message.clock;
      post.counters = message.counters;
      post.ready = true;
    } else if (message.kind === 'detached') {
      post.detaching.get(message.id)?.();
      post.detaching.delete(message.id);
    } else {
      post.stopped();
    }
  }

  /** Its sources stay open, and the kernel goes on filling them while the next one starts. */
  async #replace(post: Post, index: number, reason: string): Promise<void> {
    this.restarts++;
    this.#options.onDeath(
      `worker ${index + 1} died and is started again; the flows that it followed are forgotten, open scans are not: ${reason}`,
    );
    post.before = addCounters(post.before, post.counters);
    post.counters = noCounters;
    post.ready = false;
    await sleep(restPause);
    if (this.#ending) return;
    const waiting = new SharedArrayBuffer(4);
    post.waiting = new Int32Array(waiting);
    post.worker = this.#startWorker(waiting);
    post.silentLooks = 0;
    this.#listen(post, index);
    for (const source of post.sources.values()) send(post, { kind: 'attach', source, afterDeath: true });
  }

  #lookForHanging(): void {
    for (const post of this.#posts) {
      post.silentLooks++;
      if (post.silentLooks < (post.ready ? silentLooksAllowed : silentLooksAtStart)) continue;
      post.silentLooks = 0;
      void post.worker.terminate();
    }
  }
}

function send(post: Post, message: ToWorker): void {
  post.worker.postMessage(message);
}

function withResolver(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
