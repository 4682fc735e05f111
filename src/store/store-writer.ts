/** From the tracker's alerts to the store, in batches: what read, watch and import write with. */

import { hostname } from 'node:os';
import { storeQueue } from '../limits.ts';
import type { Alert } from '../scan/alert.ts';
import type { Store } from './store.ts';
import { StoreError } from './store-error.ts';

export interface StoreWriterOptions {
  readonly store: Store;
  /** This sensor's name; the host's if not given. */
  readonly sensor?: string | undefined;
  /** See `Batch.tell`. */
  readonly tell?: boolean;
  /**
   * Given each alert once, in the order of `add`: when it is safe in the store, with what the store knows (severity raised
   * by incidents, what other sensors saw). While the store takes nothing: at once, as it is, for nobody must wait for a disk.
   * With `tell` only the latter, and what waits for a database that cannot be reached: all else is due, and told by whoever
   * asks (`tellDue`).
   */
  readonly onAlert?: (alert: Alert) => void;
  /** Once when the store begins to take nothing, and why. */
  readonly onProblem?: (problem: StoreError) => void;
  /** Say each minute that this sensor lives, so that its open scans are not taken for abandoned ones. Default: false. */
  readonly heartbeat?: boolean;
  /** For tests: milliseconds until the first new attempt. */
  readonly patience?: number;
}

/** The name of this host: what a sensor is called if nobody named it. */
export function defaultSensor(): string {
  return hostname().slice(0, 64) || 'sensor';
}

/** Alerts in one batch: a transaction of some milliseconds. */
const largestBatch = 500;

const heartbeatEvery = 60_000;
const longestPause = 60_000;

interface Waiting {
  readonly alert: Alert;
  reported: boolean;
}

/** `add` never waits. What cannot be written is tried again, a second later and then less and less often. */
export class StoreWriter {
  readonly statistics = { written: 0, dropped: 0, failures: 0 };
  readonly #options: StoreWriterOptions;
  readonly #sensor: string;
  readonly #patience: number;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  /** Set while the store takes nothing. */
  #problem: StoreError | undefined;
  /** The last attempt failed for a reason that may lie in one of its alerts: they are tried one by one. */
  #single = false;
  #ended = false;
  #wake = () => {};
  readonly #heartbeat: NodeJS.Timeout | undefined;

  constructor(options: StoreWriterOptions) {
    this.#options = options;
    this.#sensor = options.sensor || defaultSensor();
    this.#patience = options.patience ?? 1000;
    if (options.heartbeat) {
      this.#heartbeat = setInterval(() => this.#live(), heartbeatEvery).unref();
      this.#live();
    }
  }

  /** Why the store takes nothing now. */
  get problem(): StoreError | undefined {
    return this.#problem;
  }

  /** Open or closed, as they come. */
  add(alert: Alert): void {
    const waiting = { alert, reported: false };
    this.#waiting.push(waiting);
    if (this.#problem) this.#report(waiting, alert);
    if (this.#waiting.length > storeQueue) {
      const dropped = this.#waiting.shift();
      if (dropped) this.#report(dropped, dropped.alert);
      this.statistics.dropped++;
    }
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Waits until all is written; what fails now is tried no more. @throws StoreError if something could not be written. */
  async end(): Promise<void> {
    this.#ended = true;
    clearInterval(this.#heartbeat);
    this.#wake();
    await this.#running;
    if (this.#waiting.length > 0 && this.#problem) throw this.#problem;
  }

  async #run(): Promise<void> {
    let pause = this.#patience;
    // What is added in the same moment goes together.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, this.#single ? 1 : largestBatch);
      try {
        await this.#write(batch);
        pause = this.#patience;
      } catch (error) {
        if (!this.#fail(error, batch)) continue;
        if (this.#ended) return;
        await this.#sleep(pause);
        pause = Math.min(pause * 2, longestPause);
      }
    }
    this.#single = false;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const { store, tell = false } = this.#options;
    const { scans, direct } = await store.write({
      sensor: this.#sensor,
      alerts: batch.map(({ alert }) => alert),
      tell,
    });
    this.#forget(batch);
    this.statistics.written += batch.length;
    this.#problem = undefined;
    if (tell && !direct) return;
    const known = new Map(scans.flatMap((scan) => scan.sensors.map((part) => [part.scan, scan.alert] as const)));
    for (const waiting of batch) this.#report(waiting, withStored(waiting.alert, known.get(waiting.alert.scan)));
  }

  /** While the batch was written, the queue may have overflowed at its head. */
  #forget(batch: readonly Waiting[]): void {
    const done = new Set(batch);
    this.#waiting = this.#waiting.filter((waiting) => !done.has(waiting));
  }

  /** True: the store takes nothing now. False: it may have been the alert, and there is something else to try. */
  #fail(error: unknown, batch: readonly Waiting[]): boolean {
    this.statistics.failures++;
    const problem =
      error instanceof StoreError
        ? error
        : new StoreError('failed', `The store: ${(error as Error).message}`, { cause: error });
    const first = this.#problem === undefined;
    this.#problem = problem;
    if (first) this.#options.onProblem?.(problem);
    for (const waiting of this.#waiting) this.#report(waiting, waiting.alert);
    if (problem.fault !== 'failed') return true;
    if (batch.length > 1) {
      this.#single = true;
      return false;
    }
    if (!this.#single) return true;
    this.#forget(batch);
    this.statistics.dropped += batch.length;
    return false;
  }

  #report(waiting: Waiting, alert: Alert): void {
    if (waiting.reported) return;
    waiting.reported = true;
    this.#options.onAlert?.(alert);
  }

  #live(): void {
    this.#options.store.write({ sensor: this.#sensor, alerts: [] }).catch(() => {
      // The next alert will tell.
    });
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#ended) this.#wake();
    });
  }
}

/** What the store knows of the scan. If that has gone on since (opened and closed in one batch): the alert, and what it adds. */
function withStored(alert: Alert, stored: Alert | undefined): Alert {
  if (!stored || stored.state === alert.state) return stored ?? alert;
  const { severity, authorisation, incidents, raisedFrom, sensors } = stored;
  return {
    ...alert,
    severity,
    ...(authorisation && { authorisation }),
    ...(incidents && { incidents }),
    ...(raisedFrom && { raisedFrom }),
    ...(sensors && { sensors }),
  };
}
