/**
 * A store in use by a command that finds scans: writes what it finds, and for one that goes on (`watch`) also tells what
 * becomes due (scans raised by an incident that another process added, scans of several sensors), and forgets what is old.
 *
 *     const session = await openStoreSession({ location, settings, live: true, onAlert: send, onNotice });
 *     ... onAlert of the tracker: (alert) => session.add(alert)
 *     await session.close();
 */

import type { StoreSettings } from '../configuration/store-settings.ts';
import type { Alert } from '../scan/alert.ts';
import { isPostgres, openStore } from './open-store.ts';
import type { DueScan, Store } from './store.ts';
import { StoreWriter } from './store-writer.ts';

export interface StoreSessionOptions {
  /** A file, or `postgres://user@host/database`. */
  readonly location: string;
  readonly settings: StoreSettings;
  readonly windowSeconds: number;
  /** It goes on, and its alerts are sent: due scans are told, old ones forgotten, and a sign of life is given. */
  readonly live: boolean;
  /** Each alert once it is safe, with what the store adds; and when `live`, each that becomes due by others. */
  readonly onAlert: (alert: Alert) => void;
  /** One line in plain words. */
  readonly onNotice: (text: string) => void;
}

export interface StoreSession {
  readonly store: Store;
  /** `written`, `dropped`, `failures`. */
  readonly statistics: { readonly written: number; readonly dropped: number; readonly failures: number };
  /** Open or closed, as the tracker gives them. Never waits. */
  add(alert: Alert): void;
  /** Writes what waits, tells what is due, and closes. @throws StoreError if something could not be written. */
  close(): Promise<void>;
}

/** Milliseconds. Others' writing is seen so late at most. */
const tellEvery = 1000;
const retainEvery = 600_000;

/** @throws StoreError if it cannot be opened. */
export async function openStoreSession(options: StoreSessionOptions): Promise<StoreSession> {
  const { location, settings, windowSeconds, live, onAlert, onNotice } = options;
  const store = await openStore(location, { windowSeconds, onNotice, ...(live && { spool: settings.spool }) });
  // With one store for many sensors, a scan of several is told once, by whichever asks first. A file has one sensor that
  // watches: it tells its scans itself, without a detour.
  const shared = live && isPostgres(location);
  const writer = new StoreWriter({
    store,
    sensor: settings.sensor,
    tell: shared,
    heartbeat: live,
    onAlert,
    onProblem: (problem) =>
      onNotice(`${problem.message} Scans are reported all the same; what is not stored is tried again.`),
  });
  const background = live ? new Background(store, settings, onAlert, onNotice) : undefined;
  return {
    store,
    statistics: writer.statistics,
    add: (alert) => writer.add(alert),
    close: async () => {
      try {
        await writer.end();
        await background?.end();
      } finally {
        await store.close();
      }
    },
  };
}

/** Tells what is due each second, forgets what is old every ten minutes. A failure is told once, and tried again. */
class Background {
  readonly #store: Store;
  readonly #settings: StoreSettings;
  readonly #onAlert: (alert: Alert) => void;
  readonly #onNotice: (text: string) => void;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> = Promise.resolve();
  #busy = false;
  #retained = 0;
  #failed = false;

  constructor(
    store: Store,
    settings: StoreSettings,
    onAlert: (alert: Alert) => void,
    onNotice: (text: string) => void,
  ) {
    this.#store = store;
    this.#settings = settings;
    this.#onAlert = onAlert;
    this.#onNotice = onNotice;
    this.#timer = setInterval(() => this.#start(), tellEvery).unref();
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    await this.#attempt(() => this.#tell());
  }

  #start(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#running = this.#attempt(async () => {
      await this.#tell();
      await this.#retain();
    }).finally(() => {
      this.#busy = false;
    });
  }

  async #tell(): Promise<void> {
    const deliver = async (due: readonly DueScan[]) => {
      for (const { scan, because } of due) {
        // Of a scan that was closed meanwhile, that it opened is old news.
        this.#onAlert(because === 'opened' ? { ...scan.alert, state: 'open' } : scan.alert);
      }
    };
    while ((await this.#store.tellDue(deliver)) > 0);
  }

  async #retain(): Promise<void> {
    const now = Date.now();
    if (now - this.#retained < retainEvery) return;
    const { days, size } = this.#settings;
    // What is left over waits a second: writing comes first.
    const { more } = await this.#store.retain({ days, size }, now * 1000);
    if (!more) this.#retained = now;
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#failed = false;
    } catch (error) {
      if (!this.#failed) this.#onNotice((error as Error).message);
      this.#failed = true;
    }
  }
}
