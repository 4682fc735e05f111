/** Where an alert of `watch` goes: to the store, and when it is safe there, to the outputs and to whoever looks on. */

import { defaultSettings, type Settings } from '../configuration/settings.ts';
import type { OutputStatistics, Outputs } from '../output/outputs.ts';
import type { Alert } from '../scan/alert.ts';
import type { StoreSession } from '../store/store-session.ts';

export interface AlertDeliveryOptions {
  readonly settings: Settings;
  /** A location; false: remember nothing; undefined: where the configuration says. */
  readonly store: string | false | undefined;
  readonly print: (alert: Alert) => void;
  readonly onNotice: (text: string, level: 'info' | 'warning') => void;
}

export interface DeliveryStatistics {
  readonly outputs: readonly OutputStatistics[];
  readonly store: StoreSession['statistics'] | undefined;
}

/** Receivers have so long (milliseconds) at the end for what still waits. */
const sendingTime = 10_000;

export class AlertDelivery {
  readonly #print: (alert: Alert) => void;
  readonly #onNotice: AlertDeliveryOptions['onNotice'];
  #settings: Settings;
  #outputs: Outputs | undefined;
  #store: StoreSession | undefined;

  private constructor({ settings, print, onNotice }: AlertDeliveryOptions) {
    this.#settings = settings;
    this.#print = print;
    this.#onNotice = onNotice;
  }

  /** @throws ConfigurationError for the outputs; StoreError if somebody named the store and it cannot be opened. */
  static async open(options: AlertDeliveryOptions): Promise<AlertDelivery> {
    const delivery = new AlertDelivery(options);
    delivery.#outputs = await delivery.#openOutputs(options.settings);
    await delivery.#openStore(options.store);
    return delivery;
  }

  /** Each alert of the tracker, opened or closed. Never waits. */
  deliver(alert: Alert): void {
    if (this.#store) this.#store.add(alert);
    else this.#tell(alert);
  }

  /** Outputs as they are configured now. @throws ConfigurationError, and nothing has changed. */
  async reload(settings: Settings): Promise<void> {
    const before = this.#outputs;
    if (JSON.stringify(settings.outputs) === JSON.stringify(this.#settings.outputs)) {
      // Their files may have been rotated.
      before?.reopen();
    } else {
      this.#outputs = await this.#openOutputs(settings);
      void before?.close(sendingTime);
    }
    this.#settings = settings;
  }

  statistics(): DeliveryStatistics {
    return { outputs: this.#outputs?.statistics() ?? [], store: this.#store?.statistics };
  }

  /** Stores and sends what waits. */
  async close(): Promise<void> {
    await this.#store
      ?.close()
      .catch((error: Error) => this.#onNotice(`not all is in the store: ${error.message}`, 'warning'));
    await this.#outputs?.close(sendingTime);
  }

  #tell(alert: Alert): void {
    this.#outputs?.send(alert);
    this.#print(alert);
  }

  async #openOutputs({ outputs }: Settings): Promise<Outputs | undefined> {
    if (outputs.length === 0) return undefined;
    const { openOutputs } = await import('../output/outputs.ts');
    return openOutputs(outputs, (text) => this.#onNotice(text, 'warning'));
  }

  async #openStore(wanted: string | false | undefined): Promise<void> {
    if (wanted === false) return;
    const { store, scan } = this.#settings;
    const location = wanted ?? store.location;
    const { openStoreSession } = await import('../store/store-session.ts');
    try {
      this.#store = await openStoreSession({
        location,
        settings: store,
        windowSeconds: scan.windowSeconds,
        live: true,
        onAlert: (alert) => this.#tell(alert),
        onNotice: (text) => this.#onNotice(text, 'warning'),
      });
    } catch (error) {
      const isNamed = wanted !== undefined || location !== defaultSettings.store.location;
      if (isNamed) throw error;
      // Nobody asked for one, and detection does not need it.
      const reason = (error as Error).message;
      this.#onNotice(`scans are reported, but not remembered: ${reason} Give --store FILE, or --no-store.`, 'warning');
    }
  }
}
