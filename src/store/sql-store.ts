/** The store over a database, whichever it is. */

import { severities } from '../scan/alert.ts';
import type { AuthorisedScanner } from '../scan/scan-settings.ts';
import { encodeAlert } from './alert-codec.ts';
import type { Database } from './database.ts';
import { closeSilent, tellDue } from './due-scans.ts';
import { addIncident, closeIncident, listIncidents } from './incident-records.ts';
import { retain } from './retention.ts';
import { rangeOf } from './scan-filter.ts';
import { changedSince, listScans, pairs, timeline } from './scan-queries.ts';
import { idBytes, type ScanRow, scanSelection, toScans } from './scan-rows.ts';
import { SignatureNumbers } from './signature-numbers.ts';
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
import { StoredAuthorisations } from './stored-authorisations.ts';
import { signaturesOf, writeBatch } from './write-batch.ts';

const longestComment = 16_384;

export interface SqlStoreOptions {
  readonly windowSeconds: number;
  /** Microseconds; for tests. */
  readonly now?: () => number;
}

export class SqlStore implements Store {
  readonly #database: Database;
  readonly #signatures: SignatureNumbers;
  readonly #authorisations: StoredAuthorisations;
  readonly #window: number;
  readonly #now: () => number;

  constructor(database: Database, { windowSeconds, now = () => Date.now() * 1000 }: SqlStoreOptions) {
    this.#database = database;
    this.#signatures = new SignatureNumbers(database);
    this.#authorisations = new StoredAuthorisations(database);
    this.#window = windowSeconds * 1e6;
    this.#now = now;
  }

  async write(batch: Batch): Promise<Written> {
    await this.#signatures.register(signaturesOf(batch.alerts));
    const alerts = await this.#authorisations.apply(batch.alerts);
    const encoded = new Map(alerts.map((alert) => [alert, encodeAlert(alert, this.#signatures)]));
    const context = { signatures: this.#signatures, encoded, window: this.#window, now: this.#now() };
    return this.#database.transaction((transaction) => writeBatch(transaction, context, { ...batch, alerts }));
  }

  list(filter: ScanFilter, page?: Page): Promise<ScanPage> {
    return listScans(this.#context, filter, page);
  }

  async scan(id: string): Promise<StoredScan | undefined> {
    const row = await this.#row(id);
    return row && (await toScans(this.#database.reader, this.#signatures, [row]))[0];
  }

  timeline(filter: ScanFilter, bucketMicroseconds: number): Promise<readonly Bucket[]> {
    return timeline(this.#context, filter, bucketMicroseconds);
  }

  pairs(filter: ScanFilter, limit: number): Promise<readonly Pair[]> {
    return pairs(this.#context, filter, limit);
  }

  changedSince(cursor?: string, limit?: number): Promise<Changes> {
    return changedSince(this.#context, cursor, limit);
  }

  tellDue(deliver: (due: readonly DueScan[]) => Promise<void>, limit = 100): Promise<number> {
    return tellDue(this.#database, this.#signatures, deliver, limit, this.#now());
  }

  closeSilent(): Promise<void> {
    return closeSilent(this.#database, this.#now());
  }

  async statistics(): Promise<StoreStatistics> {
    const { reader } = this.#database;
    const counts = await reader.all<{ severity: number; scans: number }>(
      'SELECT severity, count(*) AS scans FROM scan GROUP BY severity',
    );
    const bySeverity = { info: 0, low: 0, medium: 0, high: 0 };
    for (const { severity, scans } of counts) bySeverity[severities[severity]!] = scans;
    const [times] = await reader.all<{ oldest: number | null; newest: number | null }>(
      'SELECT (SELECT min(first_seen) FROM scan) AS oldest, (SELECT max(first_seen) FROM scan) AS newest',
    );
    const [numbers] = await reader.all<{ incidents: number; due: number }>(
      'SELECT (SELECT count(*) FROM incident WHERE closed IS NULL) AS incidents, (SELECT count(*) FROM due) AS due',
    );
    const sensors = await reader.all<{ name: string; heard: number; batches: number; repeated: number }>(
      'SELECT name, heard, batches, repeated FROM sensor ORDER BY name',
    );
    return {
      scans: counts.reduce((sum, { scans }) => sum + scans, 0),
      bySeverity,
      oldest: times?.oldest ?? 0,
      newest: times?.newest ?? 0,
      openIncidents: numbers?.incidents ?? 0,
      sensors: sensors.map(({ name, heard, batches, repeated }) => ({
        sensor: name,
        lastHeard: heard,
        batches,
        repeated,
      })),
      size: await this.#database.size(),
      spooled: 0,
      due: numbers?.due ?? 0,
    };
  }

  async acknowledge(id: string, by: string | undefined): Promise<boolean> {
    return this.#change(id, (key, changed) => ({
      sql: 'UPDATE scan SET acknowledged_by = :by, acknowledged_at = :at, changed = :changed WHERE key = :key',
      parameters: { by: by?.slice(0, 256) ?? null, at: by === undefined ? null : this.#now(), changed, key },
    }));
  }

  async comment(id: string, by: string, text: string): Promise<Comment | undefined> {
    const comment = { by: by.slice(0, 256), at: this.#now(), text: text.slice(0, longestComment) };
    const row = await this.#row(id);
    if (!row) return undefined;
    await this.#database.transaction(async (transaction) => {
      await transaction.lockSources([row.source]);
      const columns = { scan: 'int8', author: 'text', made: 'int8', text: 'text' } as const;
      await transaction.insert('comment', columns, [[row.key, comment.by, comment.at, comment.text]]);
      const changed = await transaction.changeNumber();
      await transaction.run('UPDATE scan SET comments = comments + 1, changed = :changed WHERE key = :key', {
        changed,
        key: row.key,
      });
    });
    return comment;
  }

  addIncident(incident: NewIncident): Promise<IncidentAdded> {
    return this.#database.transaction((transaction) => addIncident(transaction, incident, this.#now()));
  }

  incidents(filter?: IncidentFilter): Promise<readonly Incident[]> {
    return listIncidents(this.#database.reader, filter);
  }

  closeIncident(id: number, by?: string): Promise<boolean> {
    return closeIncident(this.#database, id, by, this.#now());
  }

  async authorisedScanners(): Promise<readonly StoredAuthorisation[]> {
    const rows = await this.#database.reader.all<AuthorisedScanner & { number: number; author: string; added: number }>(
      'SELECT number, address, owner, reason, expires, author, added FROM authorised ORDER BY number',
    );
    return rows.map(({ number, author, address, owner, reason, expires, added }) => ({
      id: number,
      address,
      owner,
      reason,
      expires,
      by: author,
      added,
    }));
  }

  async addAuthorisedScanner(scanner: AuthorisedScanner, by: string): Promise<StoredAuthorisation> {
    const { address, owner, reason, expires } = scanner;
    rangeOf(address);
    const added = this.#now();
    const [row] = await this.#database.transaction((transaction) =>
      transaction.all<{ number: number }>(
        `INSERT INTO authorised (address, owner, reason, expires, author, added)
         VALUES (:address, :owner, :reason, :expires, :by, :added) RETURNING number`,
        { address, owner, reason, expires, by, added },
      ),
    );
    return { id: row!.number, address, owner, reason, expires, by, added };
  }

  async removeAuthorisedScanner(id: number): Promise<boolean> {
    return (await this.#run('DELETE FROM authorised WHERE number = :id', { id })) > 0;
  }

  async tokens(): Promise<readonly ApiToken[]> {
    const rows = await this.#database.reader.all<TokenRow>(`SELECT ${tokenSelection} FROM token ORDER BY number`);
    return rows.map(toToken);
  }

  async addToken(name: string, role: string, hash: string): Promise<ApiToken> {
    return this.#database.transaction(async (transaction) => {
      const [taken] = await transaction.all('SELECT number FROM token WHERE name = :name AND revoked IS NULL', {
        name,
      });
      if (taken)
        throw new StoreError(
          'bad-question',
          `There is a token “${name}” already. Revoke it first, or take another name.`,
        );
      const made = this.#now();
      const [row] = await transaction.all<{ number: number }>(
        'INSERT INTO token (name, role, hash, made) VALUES (:name, :role, :hash, :made) RETURNING number',
        { name, role, hash, made },
      );
      return { id: row!.number, name, role, made };
    });
  }

  async tokenByHash(hash: string): Promise<ApiToken | undefined> {
    const [row] = await this.#database.reader.all<TokenRow>(
      `SELECT ${tokenSelection} FROM token WHERE hash = :hash AND revoked IS NULL`,
      { hash },
    );
    return row && toToken(row);
  }

  async revokeToken(id: number): Promise<boolean> {
    return (
      (await this.#run('UPDATE token SET revoked = :now WHERE number = :id AND revoked IS NULL', {
        id,
        now: this.#now(),
      })) > 0
    );
  }

  retain(retention: Retention, now: number): Promise<Retained> {
    return this.#signatures.load().then(() => retain(this.#database, this.#signatures, retention, now));
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  get #context() {
    return { database: this.#database, signatures: this.#signatures };
  }

  #run(sql: string, parameters: Readonly<Record<string, number | string | null>>): Promise<number> {
    return this.#database.transaction((transaction) => transaction.run(sql, parameters));
  }

  async #change(
    id: string,
    statement: (
      key: number,
      changed: number,
    ) => { sql: string; parameters: Readonly<Record<string, number | string | null>> },
  ): Promise<boolean> {
    const row = await this.#row(id);
    if (!row) return false;
    return this.#database.transaction(async (transaction) => {
      await transaction.lockSources([row.source]);
      const { sql, parameters } = statement(row.key, await transaction.changeNumber());
      return (await transaction.run(sql, parameters)) > 0;
    });
  }

  async #row(id: string): Promise<ScanRow | undefined> {
    if (!/^[0-9a-f]{16}$/i.test(id)) return undefined;
    const { reader } = this.#database;
    const parameters = { id: idBytes(id) };
    const [row] = await reader.all<ScanRow>(`SELECT ${scanSelection} FROM scan s WHERE s.id = :id`, parameters);
    if (row) return row;
    const [part] = await reader.all<ScanRow>(
      `SELECT ${scanSelection} FROM part p JOIN scan s ON s.key = p.scan WHERE p.id = :id LIMIT 1`,
      parameters,
    );
    return part;
  }
}

interface TokenRow {
  readonly number: number;
  readonly name: string;
  readonly role: string;
  readonly made: number;
  readonly revoked: number | null;
}

const tokenSelection = 'number, name, role, made, revoked';

function toToken({ number, name, role, made, revoked }: TokenRow): ApiToken {
  return { id: number, name, role, made, ...(revoked !== null && { revoked }) };
}
