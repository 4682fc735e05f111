/**
 * PostgreSQL with a spool before it: what is written is safe in the sensor's own file first, and goes to the database when
 * that can be reached, in its order. A batch that was sent and not acknowledged is sent again; the database takes it once.
 * Questions go to the database itself.
 */

import type { AuthorisedScanner } from '../scan/scan-settings.ts';
import type { BatchSpool } from './batch-spool.ts';
import { columnTime } from './scan-rows.ts';
import type {
  ApiToken,
  Batch,
  Bucket,
  Changes,
  Comment,
  DueScan,
  Incident,
  IncidentAdded,
  IncidentFilter,
  NewIncident,
  Page,
  Pair,
  Retained,
  Retention,
  ScanFilter,
  ScanPage,
  Store,
  StoredAuthorisation,
  StoredScan,
  StoreStatistics,
  Written,
} from './store.ts';
import { StoreError } from './store-error.ts';

export interface SpooledStoreOptions {
  readonly spool: BatchSpool;
  /** A new attempt each time that there is no connection. */
  readonly connect: () => Promise<Store>;
  readonly onNotice: (text: string) => void;
  /** For tests: milliseconds until the first new attempt. */
  readonly patience?: number;
}

const longestPause = 30_000;
const mostRefusals = 5;
/** At the end, so long (milliseconds) for what waits; the rest is sent by the next run. */
const sendingTime = 5000;

export class SpooledStore implements Store {
  readonly #spool: BatchSpool;
  readonly #connect: () => Promise<Store>;
  readonly #onNotice: (text: string) => void;
  readonly #patience: number;
  #remote: Promise<Store> | undefined;
  #sending: Promise<void> | undefined;
  /** Since the last attempt failed. */
  #down = false;
  #closing = false;
  #wake = () => {};
  #requested = false;

  constructor({ spool, connect, onNotice, patience = 1000 }: SpooledStoreOptions) {
    this.#spool = spool;
    this.#connect = connect;
    this.#onNotice = onNotice;
    this.#patience = patience;
    this.#send();
  }

  async write(batch: Batch): Promise<Written> {
    // A sign of life of yesterday says nothing.
    if (batch.alerts.length === 0) {
      if (!this.#down) await this.#with((store) => store.write(batch));
      return { accepted: true, scans: [] };
    }
    // Nobody can tell it from there now: the writer does, and the database will not tell it again.
    const direct = batch.tell === true && this.#down;
    await this.#spool.add(direct ? { ...batch, tell: false } : batch);
    this.#send();
    return {
      accepted: true,
      scans: batch.alerts.map((alert) => asFound(alert, batch.sensor)),
      ...(direct && { direct }),
    };
  }

  async statistics(): Promise<StoreStatistics> {
    const statistics = await this.#with((store) => store.statistics());
    return { ...statistics, spooled: await this.#spool.waiting() };
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#wake();
    this.#send();
    const deadline = new Promise<void>((resolve) => setTimeout(resolve, sendingTime).unref());
    await Promise.race([this.#sending, deadline]);
    const waiting = await this.#spool.waiting();
    if (waiting > 0) this.#onNotice(`${waiting} batches wait in the spool; the next run sends them.`);
    const remote = await this.#remote?.catch(() => undefined);
    await remote?.close().catch(() => {});
    // One that is being sent now is in the spool still.
    await this.#sending?.catch(() => {});
    await this.#spool.close();
  }

  /** Sends what waits, unless that is going on; then it looks once more. */
  #send(): void {
    this.#requested = true;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
      if (this.#requested && !this.#closing) this.#send();
    });
  }

  async #sendAll(): Promise<void> {
    let pause = this.#patience;
    let refusals = 0;
    while (this.#requested) {
      this.#requested = false;
      try {
        for (let batch = await this.#spool.oldest(); batch; batch = await this.#spool.oldest()) {
          const { number } = batch.sequence;
          try {
            await this.#with((store) => store.write(batch));
          } catch (error) {
            // What the database refuses again and again must not stop all that comes after it.
            const refused = error instanceof StoreError && error.fault === 'failed';
            if (!refused || ++refusals < mostRefusals) throw error;
            this.#onNotice(`${error.message} It refuses one batch of ${batch.alerts.length} scans, which is left out.`);
          }
          await this.#spool.remove(number);
          refusals = 0;
          pause = this.#patience;
        }
      } catch {
        if (this.#closing) return;
        this.#requested = true;
        await this.#sleep(pause);
        pause = Math.min(pause * 2, longestPause);
      }
    }
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Notices when the database goes, and when it is back. */
  async #with<Result>(work: (store: Store) => Promise<Result>): Promise<Result> {
    try {
      this.#remote ??= this.#connect();
      const store = await this.#remote.catch((error) => {
        this.#remote = undefined;
        throw error;
      });
      const result = await work(store);
      if (this.#down) this.#onNotice('PostgreSQL takes what is stored again.');
      this.#down = false;
      return result;
    } catch (error) {
      // Also what `deliver` of `tellDue` throws comes by here.
      if (!this.#down && error instanceof StoreError && error.fault !== 'bad-question') {
        this.#down = true;
        this.#onNotice(`${error.message} What is found waits in the spool, and is reported from here.`);
      }
      throw error;
    }
  }

  list(filter: ScanFilter, page?: Page): Promise<ScanPage> {
    return this.#with((store) => store.list(filter, page));
  }
  scan(id: string): Promise<StoredScan | undefined> {
    return this.#with((store) => store.scan(id));
  }
  timeline(filter: ScanFilter, bucketMicroseconds: number): Promise<readonly Bucket[]> {
    return this.#with((store) => store.timeline(filter, bucketMicroseconds));
  }
  pairs(filter: ScanFilter, limit: number): Promise<readonly Pair[]> {
    return this.#with((store) => store.pairs(filter, limit));
  }
  changedSince(cursor?: string, limit?: number): Promise<Changes> {
    return this.#with((store) => store.changedSince(cursor, limit));
  }
  tellDue(deliver: (due: readonly DueScan[]) => Promise<void>, limit?: number): Promise<number> {
    return this.#with((store) => store.tellDue(deliver, limit));
  }
  closeSilent(): Promise<void> {
    return this.#with((store) => store.closeSilent());
  }
  acknowledge(id: string, by: string | undefined): Promise<boolean> {
    return this.#with((store) => store.acknowledge(id, by));
  }
  comment(id: string, by: string, text: string): Promise<Comment | undefined> {
    return this.#with((store) => store.comment(id, by, text));
  }
  addIncident(incident: NewIncident): Promise<IncidentAdded> {
    return this.#with((store) => store.addIncident(incident));
  }
  incidents(filter?: IncidentFilter): Promise<readonly Incident[]> {
    return this.#with((store) => store.incidents(filter));
  }
  closeIncident(id: number, by?: string): Promise<boolean> {
    return this.#with((store) => store.closeIncident(id, by));
  }
  authorisedScanners(): Promise<readonly StoredAuthorisation[]> {
    return this.#with((store) => store.authorisedScanners());
  }
  addAuthorisedScanner(scanner: AuthorisedScanner, by: string): Promise<StoredAuthorisation> {
    return this.#with((store) => store.addAuthorisedScanner(scanner, by));
  }
  removeAuthorisedScanner(id: number): Promise<boolean> {
    return this.#with((store) => store.removeAuthorisedScanner(id));
  }
  tokens(): Promise<readonly ApiToken[]> {
    return this.#with((store) => store.tokens());
  }
  addToken(name: string, role: string, hash: string): Promise<ApiToken> {
    return this.#with((store) => store.addToken(name, role, hash));
  }
  tokenByHash(hash: string): Promise<ApiToken | undefined> {
    return this.#with((store) => store.tokenByHash(hash));
  }
  revokeToken(id: number): Promise<boolean> {
    return this.#with((store) => store.revokeToken(id));
  }
  retain(retention: Retention, now: number): Promise<Retained> {
    return this.#with((store) => store.retain(retention, now));
  }
}

/** What the database will make of it is not known yet. */
function asFound(alert: Batch['alerts'][number], sensor: string): StoredScan {
  const { scan, state, evidenceCount } = alert;
  const firstSeen = columnTime(alert.firstSeen);
  const lastSeen = columnTime(alert.lastSeen);
  return {
    alert: { ...alert, sensors: [sensor] },
    severityFound: alert.severity,
    sensors: [{ sensor, scan, state, firstSeen, lastSeen, evidenceCount }],
    comments: [],
  };
}
