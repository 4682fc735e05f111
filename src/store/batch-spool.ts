/** A sensor's own file, in which batches wait until PostgreSQL has them. */

import { spoolBytes } from '../limits.ts';
import type { Alert } from '../scan/alert.ts';
import { encodeAlert } from './alert-codec.ts';
import type { Database } from './database.ts';
import { decodeRow } from './scan-rows.ts';
import { SignatureNumbers } from './signature-numbers.ts';
import { spoolApplicationId, spoolMigrations } from './spool-schema.ts';
import { openSqlite } from './sqlite-database.ts';
import type { Batch } from './store.ts';
import { StoreError } from './store-error.ts';
import { signaturesOf } from './write-batch.ts';

export interface SpooledBatch extends Batch {
  readonly sequence: { readonly spool: string; readonly number: number };
}

export class BatchSpool {
  readonly #database: Database;
  readonly #signatures: SignatureNumbers;
  readonly #id: string;
  readonly #file: string;

  private constructor(file: string, database: Database, id: string) {
    this.#file = file;
    this.#database = database;
    this.#signatures = new SignatureNumbers(database);
    this.#id = id;
  }

  /** @throws StoreError */
  static async open(file: string): Promise<BatchSpool> {
    const database = await openSqlite(file, {
      applicationId: spoolApplicationId,
      migrations: spoolMigrations,
      mustExist: false,
      readOnly: false,
    });
    const [row] = await database.reader.all<{ id: string }>('SELECT id FROM identity');
    return new BatchSpool(file, database, row!.id);
  }

  /** It survives kill -9 when this resolves. @throws StoreError also when there is no room. */
  async add(batch: Batch): Promise<void> {
    if ((await this.#database.size()) > spoolBytes) {
      throw new StoreError(
        'disk-full',
        `The spool ${this.#file} is full (1 GB): PostgreSQL took nothing for too long.`,
      );
    }
    await this.#signatures.register(signaturesOf(batch.alerts));
    const entries = batch.alerts.map((alert) => encodeAlert(alert, this.#signatures));
    await this.#database.transaction(async (transaction) => {
      const [row] = await transaction.all<{ number: number }>(
        'INSERT INTO batch (sensor, tell) VALUES (:sensor, :tell) RETURNING number',
        { sensor: batch.sensor, tell: batch.tell ? 1 : 0 },
      );
      await transaction.insert(
        'entry',
        { batch: 'int8', place: 'int8', data: 'bytea' },
        entries.map((data, place) => [row!.number, place, data]),
      );
    });
  }

  /** The oldest, or undefined: all are sent. */
  async oldest(): Promise<SpooledBatch | undefined> {
    const { reader } = this.#database;
    const [row] = await reader.all<{ number: number; sensor: string; tell: number }>(
      'SELECT number, sensor, tell FROM batch ORDER BY number LIMIT 1',
    );
    if (!row) return undefined;
    const entries = await reader.all<{ data: Uint8Array }>(
      'SELECT data FROM entry WHERE batch = :number ORDER BY place',
      {
        number: row.number,
      },
    );
    const alerts: Alert[] = [];
    for (const { data } of entries) alerts.push(await decodeRow(data, this.#signatures));
    const { number, sensor, tell } = row;
    return { sensor, tell: tell === 1, alerts, sequence: { spool: this.#id, number } };
  }

  async remove(number: number): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      await transaction.run('DELETE FROM entry WHERE batch = :number', { number });
      await transaction.run('DELETE FROM batch WHERE number = :number', { number });
    });
  }

  async waiting(): Promise<number> {
    const [row] = await this.#database.reader.all<{ batches: number }>('SELECT count(*) AS batches FROM batch');
    return row!.batches;
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}
