/**
 * Watches interfaces: opens them, drops privileges, lets workers read, and keeps the one tracker, so that a scanner whose
 * flows are in several workers makes one scan. What happens to an alert is the caller's business.
 */

import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PacketKeeper } from '../evidence-packets/packet-keeper.ts';
import type { Alert } from '../scan/alert.ts';
import type { Evidence } from '../scan/evidence.ts';
import type { ScanSettings } from '../scan/scan-settings.ts';
import { ScanTracker } from '../scan/scan-tracker.ts';
import type { CompiledSignature } from '../signature/compile-signatures.ts';
import type { Signature } from '../signature/signature.ts';
import { ClockWatch } from './clock-watch.ts';
import { type InterfaceState, InterfaceStates } from './network-interface.ts';
import { becomeUser, findUser, UserError } from './privileges.ts';
import { type InterfaceCounters, WatchedInterface } from './watched-interface.ts';
import { addCounters, noCounters, type PostedEvidence, type WorkerCounters } from './worker-messages.ts';
import { WorkerPool, workerProgram } from './worker-pool.ts';

/** Milliseconds. */
const lookEvery = 250;

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
  #pool: WorkerPool | undefined;
  #keeper: PacketKeeper | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Of this catalogue and of those before it: evidence may have been on its way. */
  #signatures: Map<string, Signature>;
  #openScans = 0;
  readonly #clock = new ClockWatch();

  /** Opens, and drops privileges. @throws NoInterface, UserError, and what opening an interface throws. */
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
      checkReadable(options.user);
      onNotice(`dropped root: now user ${options.user}, only CAP_NET_RAW is kept (and not in the workers)`, 'info');
    }
  }

  /** Keeps the packets of evidence. Before `start`. */
  keepPackets(keeper: PacketKeeper): void {
    this.#keeper = keeper;
  }

  /** Resolves when all workers read. What came since the interfaces were opened waits in their rings. */
  async start(): Promise<void> {
    const pool = new WorkerPool({
      count: this.#workerCount(),
      catalogue: this.#options.catalogue,
      keepPackets: this.#keeper !== undefined,
      onEvidence: (evidence) => this.#take(evidence),
      onPackets: (flow, packets) => this.#keeper?.more(flow, packets),
      onDeath: (text) => this.#options.onNotice(text, 'warning'),
    });
    this.#pool = pool;
    for (const watched of this.#interfaces) watched.attachTo(pool);
    this.#timer = setInterval(() => this.#look(pool), lookEvery);
    await pool.ready();
  }

  /** How many workers there are. */
  get workers(): number {
    return this.#pool?.count ?? 0;
  }

  get healthy(): boolean {
    return this.#pool?.healthy === true;
  }

  /** Other settings and signatures hold from now on; flows and scans go on. */
  reload(settings: ScanSettings, catalogue: readonly CompiledSignature[]): void {
    this.#signatures = new Map([...this.#signatures, ...byId(catalogue)]);
    this.#tracker.reconfigure(settings, catalogue);
    this.#keeper?.reconfigure(settings.internal);
    this.#pool?.replaceCatalogue(catalogue);
  }

  /** What was captured until now is read to its end; open scans are closed and reported. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#pool?.stop();
    for (const watched of this.#interfaces) watched.close();
    this.#tracker.close();
  }

  statistics(): SensorStatistics {
    const { scans, scansClosedEarly, sourcesDropped } = this.#tracker.statistics;
    const workers = this.#pool?.counters() ?? [];
    return {
      interfaces: this.#interfaces.map((watched) => watched.counters()),
      workers: workers.reduce(addCounters, noCounters),
      framesOfWorkers: workers.map(({ frames }) => frames),
      restarts: this.#pool?.restarts ?? 0,
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

  #take({ signature: id, packets = [], ...posted }: PostedEvidence): void {
    const signature = this.#signatures.get(id);
    if (!signature) return;
    const evidence: Evidence = { ...posted, signature };
    this.#keeper?.evidence(evidence, packets);
    this.#tracker.add(evidence);
  }

  #report(alert: Alert): void {
    this.#keeper?.alert(alert);
    this.#openScans += alert.state === 'open' ? 1 : -1;
    this.#options.onAlert(alert);
  }

  #look({ clock }: WorkerPool): void {
    for (const watched of this.#interfaces) watched.look(this.#state(watched.name));
    this.#followClock();
    if (clock > 0) this.#tracker.advance(clock);
  }

  /** Scans of a time that has not come yet would stay open until then. */
  #followClock(): void {
    const step = this.#clock.step();
    if (step === 0) return;
    const seconds = Math.round(Math.abs(step) / 1000);
    const consequence = step < 0 ? ': open scans are closed, so that none waits for the time to come again' : '';
    this.#options.onNotice(
      `the clock was set ${step < 0 ? 'back' : 'forward'} by ${seconds} s${consequence}`,
      'warning',
    );
    if (step < 0) this.#tracker.close();
  }
}

/** Workers are threads of that user: they must be able to load themselves. */
function checkReadable(user: string | undefined): void {
  const program = fileURLToPath(workerProgram);
  try {
    accessSync(program, constants.R_OK);
  } catch {
    throw new UserError(
      `the user “${user}” may not read ${program}. Install Trespass where everybody can read it (/usr/local), or give --user the name of one who can.`,
    );
  }
}

function byId(catalogue: readonly Signature[]): Map<string, Signature> {
  return new Map(catalogue.map((signature) => [signature.id, signature]));
}
