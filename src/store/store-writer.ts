/** From the tracker's alerts to the store, in batches: what read, watch and import write with. */

import type { Alert } from '../scan/alert.ts';
import type { Store } from './store.ts';

export interface StoreWriterOptions {
  readonly store: Store;
  /** This sensor's name. */
  readonly sensor: string;
  /** See `Batch.tell`. */
  readonly tell?: boolean;
  /**
   * Given each alert when it is safe in the store, in the order of `add`, with what the store knows (severity raised by
   * incidents, what other sensors saw).
   */
  readonly onWritten?: (alert: Alert) => void;
}

/**
 * `add` never waits. What cannot be written is tried again, a second later and then less and less often; until then at most
 * `storeQueue` alerts are held, and beyond that the oldest are dropped and counted (`statistics`).
 */
export class StoreWriter {
  readonly statistics = { written: 0, dropped: 0, failures: 0 };
  readonly #options: StoreWriterOptions;

  constructor(options: StoreWriterOptions) {
    this.#options = options;
  }

  /** Open or closed, as they come. */
  add(_alert: Alert): void {
    throw new Error(`${this.#options.sensor}: not yet`);
  }

  /** Waits until all is written. @throws StoreError if something could not be. */
  async end(): Promise<void> {}
}
