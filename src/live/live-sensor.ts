/**
 * Watches interfaces: opens them, drops privileges, lets workers read, and keeps the one tracker, so that a scanner whose
 * flows are in several workers makes one scan. What happens to an alert is the caller's business.
 */

import type { Alert } from '../scan/alert.ts';
import type { Evidence } from '../scan/evidence.ts';
import type { ScanSettings } from '../scan/scan-settings.ts';
import { ScanTracker } from '../scan/scan-tracker.ts';
import type { CompiledSignature } from '../signature/compile-signatures.ts';
import type { Signature } from '../signature/signature.ts';
import { type InterfaceState, InterfaceStates } from './network-interface.ts';
import { becomeUser, findUser } from './privileges.ts';
import { type InterfaceCounters, WatchedInterface } from './watched-interface.ts';
import { addCounters, noCounters, type PostedEvidence, type WorkerCounters } from './worker-messages.ts';
import { WorkerPool } from './worker-pool.ts';

/** Milliseconds. */
const lookEvery = 250;
/** The clock was set, if it differs so much from the one that nobody sets (ms). */
const clockStep = 2000;

export interface LiveSensorOptions {
  readonly interfaces: readonly string[];
  readonly workers: number;
  /** Bytes, of each worker's ring on each interface. */
  readonly ringSize: number;
  readonly promiscuous: boolean;
  /** In tcpdump's syntax; empty: everything. */
  readonly filter: string;
  readonly libpcap: boolean;
  /** Whom to become once all is open; undefined: nobody else. */
  readonly user: string | undefined;
  readonly catalogue: readonly CompiledSignature[];
  readonly settings: ScanSettings;
  /** For each scan when it opens and when it closes. */
  readonly onAlert: (alert: Alert) => void;
  /** One line for the operator. */
  readonly onNotice: (text: string, level: 'info' | 'warning') => void;
}

/** All numbers but those named otherwise only grow. */
export interface SensorStatistics {
  readonly interfaces: readonly InterfaceCounters[];
  /** All of them together. */
  readonly workers: WorkerCounters;
  /** What each of them read. */
  readonly framesOfWorkers: readonly number[];
  readonly restarts: number;
  readonly scans: number;
  /** Now. */
  readonly openScans: number;
  readonly scansClosedEarly: number;
  readonly sourcesDropped: number;
}

/** There is no such interface; the message names those that are there. */
export class NoInterface extends Error {}

export class LiveSensor {
  readonly #options: LiveSensorOptions;
  readonly #tracker: ScanTracker;
  readonly #states = process.platform === 'linux' ? new InterfaceStates() : undefined;
  readonly #interfaces: readonly WatchedInterface[];
  readonly #pool: WorkerPool;
  readonly #timer: NodeJS.Timeout;
  /** Of this catalogue and of those before it: evidence may have been on its way. */
  #signatures: Map<string, Signature>;
  #openScans = 0;
  #clockOffset = offsetOfClock();

  /** @throws NoInterface, UserError, and what opening an interface throws. */
  constructor(options: LiveSensorOptions) {
    this.#options = options;
    const { catalogue, settings, onNotice } = options;
    this.#signatures = byId(catalogue);
    this.#tracker = new ScanTracker({ settings, signatures: catalogue, onAlert: (alert) => this.#report(alert) });
    // Before anything is open, so that a mistyped name costs nothing.
    const account = options.user === undefined ? undefined : findUser(options.user);
    this.#interfaces = options.interfaces.map(
      (name) => new WatchedInterface(name, options, (text) => onNotice(text, 'warning')),
    );
    for (const watched of this.#interfaces) watched.start(this.#existing(watched.name));
    this.#sayHow();
    if (account) {
      becomeUser(account);
      onNotice(`dropped root: now user ${options.user}, only CAP_NET_RAW is kept (and not in the workers)`, 'info');
    }
    this.#pool = new WorkerPool({
      count: this.#workerCount(),
      catalogue,
      onEvidence: (evidence) => this.#take(evidence),
      onDeath: (text) => onNotice(text, 'warning'),
    });
    for (const watched of this.#interfaces) watched.attachTo(this.#pool);
    this.#timer = setInterval(() => this.#look(), lookEvery);
  }

  /** Resolves when all workers read. */
  ready(): Promise<void> {
    return this.#pool.ready();
  }

  get healthy(): boolean {
    return this.#pool.healthy;
  }

  /** Other settings and signatures hold from now on; flows and scans go on. */
  reload(settings: ScanSettings, catalogue: readonly CompiledSignature[]): void {
    this.#signatures = new Map([...this.#signatures, ...byId(catalogue)]);
    this.#tracker.reconfigure(settings, catalogue);
    this.#pool.replaceCatalogue(catalogue);
  }

  /** What was captured until now is read to its end; open scans are closed and reported. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#pool.stop();
    for (const watched of this.#interfaces) watched.close();
    this.#tracker.close();
  }

  statistics(): SensorStatistics {
    const { scans, scansClosedEarly, sourcesDropped } = this.#tracker.statistics;
    const workers = this.#pool.counters();
    return {
      interfaces: this.#interfaces.map((watched) => watched.counters()),
      workers: workers.reduce(addCounters, noCounters),
      framesOfWorkers: workers.map(({ frames }) => frames),
      restarts: this.#pool.restarts,
      scans,
      openScans: this.#openScans,
      scansClosedEarly,
      sourcesDropped,
    };
  }

  #existing(name: string): InterfaceState {
    const state = this.#state(name);
    if (state.index === 0) throw new NoInterface(name);
    return state;
  }

  /** Elsewhere than on Linux, opening tells. */
  #state(name: string): InterfaceState {
    return this.#states?.of(name) ?? { index: 1, up: true, hardware: 1 };
  }

  #workerCount(): number {
    const { workers, onNotice } = this.#options;
    const all = this.#interfaces.every(({ insteadOfRing }) => insteadOfRing !== undefined);
    if (!all || workers === 1) return workers;
    onNotice('libpcap cannot share an interface: one worker instead of several', 'warning');
    return 1;
  }

  #sayHow(): void {
    for (const { name, insteadOfRing } of this.#interfaces) {
      if (insteadOfRing !== undefined) {
        this.#options.onNotice(
          `${name}: captured with libpcap, which costs more than the kernel's ring: ${insteadOfRing}`,
          'warning',
        );
      }
    }
  }

  #take({ signature: id, ...evidence }: PostedEvidence): void {
    const signature = this.#signatures.get(id);
    if (signature) this.#tracker.add({ ...evidence, signature } as Evidence);
  }

  #report(alert: Alert): void {
    this.#openScans += alert.state === 'open' ? 1 : -1;
    this.#options.onAlert(alert);
  }

  #look(): void {
    for (const watched of this.#interfaces) watched.look(this.#state(watched.name));
    this.#followClock();
    const { clock } = this.#pool;
    if (clock > 0) this.#tracker.advance(clock);
  }

  /** Scans of a time that has not come yet would stay open until then. */
  #followClock(): void {
    const offset = offsetOfClock();
    const step = offset - this.#clockOffset;
    this.#clockOffset = offset;
    if (Math.abs(step) < clockStep) return;
    const seconds = Math.round(Math.abs(step) / 1000);
    this.#options.onNotice(
      step < 0
        ? `the clock was set back by ${seconds} s: open scans are closed, so that none waits for the time to come again`
        : `the clock was set forward by ${seconds} s`,
      'warning',
    );
    if (step < 0) this.#tracker.close();
  }
}

function offsetOfClock(): number {
  return Date.now() - performance.now();
}

function byId(catalogue: readonly Signature[]): Map<string, Signature> {
  return new Map(catalogue.map((signature) => [signature.id, signature]));
}
