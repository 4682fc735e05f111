/** From the tracker's alerts to the store, in batches: what read, watch and import write with. */

import { hostname } from 'node:os';
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
   * Given each alert when it is safe in the store, in the order of `add`, with what the store knows (severity raised by
   * incidents, what other sensors saw).
   */
  readonly onWritten?: (alert: Alert) => void;
  /** Each time that the store takes nothing: once when that begins, not for each attempt. */
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

/**
 * Alerts that wait while the store takes nothing (a full disk): 65,536 of a few KB. Beyond that the oldest are dropped and
 * counted. They were reported: only the memory of them is lost.
 */
export const storeQueue = 65_536;

const heartbeatEvery = 60_000;
const longestPause = 60_000;

/** `add` never waits. What cannot be written is tried again, a second later and then less and less often. */
export class StoreWriter {
  readonly statistics = { written: 0, dropped: 0, failures: 0 };
  readonly #options: StoreWriterOptions;
  readonly #sensor: string;
  #waiting: Alert[] = [];
  #running: Promise<void> | undefined;
  #problem: StoreError | undefined;
  #ended = false;
  #wake = () => {};
  readonly #heartbeat: NodeJS.Timeout | undefined;

  constructor(options: StoreWriterOptions) {
    this.#options = options;
    this.#sensor = options.sensor ?? defaultSensor();
    if (options.heartbeat) {
      this.#heartbeat = setInterval(() => this.#live(), heartbeatEvery).unref();
      this.#live();
    }
  }

  /** Open or closed, as they come. */
  add(alert: Alert): void {
    this.#waiting.push(alert);
    if (this.#waiting.length > storeQueue) {
      this.#waiting.shift();
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
    let pause = this.#options.patience ?? 1000;
    // What is added in the same moment goes together.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, largestBatch);
      try {
        await this.#write(batch);
        pause = this.#options.patience ?? 1000;
      } catch (error) {
        this.#fail(error);
        if (this.#ended) return;
        await this.#sleep(pause);
        pause = Math.min(pause * 2, longestPause);
      }
    }
  }

  async #write(batch: readonly Alert[]): Promise<void> {
    const { store, tell = false, onWritten } = this.#options;
    const { scans } = await store.write({ sensor: this.#sensor, alerts: batch, tell });
    // While we waited the queue may have overflowed at its head.
    const written = new Set(batch);
    this.#waiting = this.#waiting.filter((alert) => !written.has(alert));
    this.statistics.written += batch.length;
    this.#problem = undefined;
    if (!onWritten) return;
    const known = new Map(scans.flatMap((scan) => scan.sensors.map((part) => [part.scan, scan.alert] as const)));
    for (const alert of batch) {
      const stored = known.get(alert.scan);
      // Of a scan that opened and closed within the batch, the store knows the end.
      onWritten(stored && stored.state === alert.state ? stored : withStored(alert, stored));
    }
  }

  #fail(error: unknown): void {
    this.statistics.failures++;
    const problem =
      error instanceof StoreError
        ? error
        : new StoreError('failed', `The store: ${(error as Error).message}`, { cause: error });
    if (!this.#problem) this.#options.onProblem?.(problem);
    this.#problem = problem;
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

/** The alert as it was, with what the store adds. */
function withStored(alert: Alert, stored: Alert | undefined): Alert {
  if (!stored) return alert;
  const { incidents, raisedFrom, sensors } = stored;
  return {
    ...alert,
    severity: incidents ? stored.severity : alert.severity,
    ...(incidents && { incidents }),
    ...(raisedFrom && { raisedFrom }),
    ...(sensors && { sensors }),
  };
}
