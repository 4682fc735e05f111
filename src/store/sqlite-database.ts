/** A store's file. WAL, so that others read while one writes; one writer at a time, by SQLite's own lock. */

import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { withoutControls } from '../report/printable.ts';
import {
  type Columns,
  type Connection,
  type Database,
  type Parameters,
  positional,
  type Transaction,
  type Value,
} from './database.ts';
import { loadSqlite, type OpenSqlite, type SqliteDatabase, type SqliteStatement } from './sqlite-driver.ts';
import { isBusy, sqliteError } from './sqlite-error.ts';
import { StoreError } from './store-error.ts';

export interface SqliteOptions {
  /** In the header of the file (https://www.sqlite.org/fileformat.html#application_id): whose file it is. */
  readonly applicationId: number;
  /** SQL that makes version 1, 2, ... of the schema from the one before. */
  readonly migrations: readonly string[];
  readonly mustExist: boolean;
  readonly readOnly: boolean;
  /** Milliseconds to wait for another writer. */
  readonly patience?: number;
}

/** Prepared statements kept: far more than there are in the code. */
const statements = 200;

/** @throws StoreError when the file is none of ours, cannot be opened, or is damaged. */
export async function openSqlite(file: string, options: SqliteOptions): Promise<Database> {
  const open = await loadSqlite();
  prepareFile(file, options);
  let writer: SqliteDatabase | undefined;
  try {
    checkLength(file);
    writer = open(file, { readOnly: options.readOnly, timeout: 5000 });
    checkOwner(writer, file, options);
    if (!options.readOnly) {
      configure(writer);
      migrate(writer, options);
    }
    checkVersion(writer, file, options);
  } catch (error) {
    writer?.close();
    throw sqliteError(file, error);
  }
  return new SqliteFile(file, open, writer, options);
}

/** Evidence is nobody else's business: a new file is its owner's alone, and SQLite gives -wal and -shm the same mode. */
function prepareFile(file: string, { mustExist, readOnly }: SqliteOptions): void {
  try {
    const status = statSync(file);
    if (status.isDirectory()) throw sqliteError(file, { errcode: 14 });
    if (status.size === 0 && (mustExist || readOnly)) {
      throw new StoreError(
        'foreign',
        `The store ${withoutControls(file)}: the file is empty. Name the file that read, watch or import wrote.`,
      );
    }
    return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw sqliteError(file, error);
  }
  if (mustExist || readOnly) {
    throw new StoreError(
      'cannot-open',
      `The store ${withoutControls(file)}: there is no such file. Name the one that read, watch or import wrote with --store.`,
    );
  }
  try {
    closeSync(openSync(file, 'a', 0o600));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw sqliteError(
      file,
      code === 'ENOSPC' ? { errcode: 13 } : code === 'ENOENT' || code === 'ENOTDIR' ? { errcode: 14 } : error,
    );
  }
}

function configure(writer: SqliteDatabase): void {
  // Both only take hold in a new file, and before the first table.
  writer.exec('PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL;');
  writer.exec('PRAGMA journal_mode = WAL;');
  // FULL: a commit is on the disk, not only with the kernel. kill -9 would be survived without; a loss of power is, too.
  writer.exec('PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA journal_size_limit = 67108864;');
  // We wait ourselves (`begin`): SQLite would wait with the whole process.
  writer.exec('PRAGMA busy_timeout = 0;');
}

function checkOwner(database: SqliteDatabase, file: string, { applicationId }: SqliteOptions): void {
  const owner = pragma(database, 'application_id');
  if (owner === applicationId) return;
  const [row] = database.prepare('SELECT count(*) AS n FROM sqlite_schema').all() as { n: number }[];
  if (owner === 0 && row!.n === 0) return;
  throw new StoreError(
    'foreign',
    `The store ${withoutControls(file)}: it is a database of another program. Name another file; nothing was changed in this one.`,
  );
}

function checkVersion(database: SqliteDatabase, file: string, { migrations }: SqliteOptions): void {
  const version = pragma(database, 'user_version');
  if (version > migrations.length) {
    throw new StoreError(
      'newer',
      `The store ${withoutControls(file)}: a newer Trespass wrote it (schema ${version}, this one knows ${migrations.length}). Update this one.`,
    );
  }
  if (version < migrations.length) {
    throw new StoreError(
      'read-only',
      `The store ${withoutControls(file)}: an older Trespass wrote it, and it must be converted first. Open it once with permission to write: trespass store info --store FILE`,
    );
  }
}

/** Version by version, each all or nothing; two processes at once do it once. */
function migrate(writer: SqliteDatabase, { applicationId, migrations }: SqliteOptions): void {
  writer.exec('PRAGMA busy_timeout = 10000;');
  while (pragma(writer, 'user_version') < migrations.length) {
    writer.exec('BEGIN IMMEDIATE');
    try {
      const version = pragma(writer, 'user_version');
      if (version < migrations.length) {
        writer.exec(migrations[version]!);
        writer.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version + 1};`);
      }
      writer.exec('COMMIT');
    } catch (error) {
      rollBack(writer);
      throw error;
    }
  }
  writer.exec('PRAGMA busy_timeout = 0;');
}

function rollBack(writer: SqliteDatabase): void {
  try {
    writer.exec('ROLLBACK');
  } catch {
    // A full disk has rolled back already. What went wrong there is what must be told.
  }
}

/**
 * A file that was cut short is told as that; SQLite would call it malformed, or find out when it asks for what is missing.
 * Its header says how long it is (https://www.sqlite.org/fileformat.html#the_database_header).
 */
function checkLength(file: string): void {
  const header = Buffer.alloc(32);
  const descriptor = openSync(file, 'r');
  try {
    if (readSync(descriptor, header, 0, 32, 0) < 32 || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') return;
  } finally {
    closeSync(descriptor);
  }
  // 1 stands for 65,536, which would not fit.
  const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  const expected = header.readUInt32BE(28) * pageSize;
  const { size } = statSync(file);
  // What a write-ahead log holds is not in the file yet.
  const log = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (size >= expected || log > 0) return;
  throw new StoreError(
    'damaged',
    `The store ${withoutControls(file)}: it is cut short (${size} bytes of ${expected}). Take the last copy of it, or move it away and start a new one.`,
  );
}

function pragma(database: SqliteDatabase, name: string): number {
  const [row] = database.prepare(`PRAGMA ${name}`).all() as Record<string, number>[];
  return Object.values(row ?? {})[0] ?? 0;
}

class SqliteFile implements Database {
  readonly kind = 'sqlite';
  readonly reader: Connection;
  readonly #file: string;
  readonly #open: SqliteDatabase[] = [];
  readonly #writer: SqliteDatabase;
  readonly #connection: SqliteConnection;
  readonly #patience: number;
  readonly #readOnly: boolean;
  /** The last transaction, of those that wait for each other. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(file: string, open: OpenSqlite, writer: SqliteDatabase, { patience = 10_000, readOnly }: SqliteOptions) {
    this.#file = file;
    this.#writer = writer;
    this.#patience = patience;
    this.#readOnly = readOnly;
    this.#connection = new SqliteConnection(file, writer);
    const reader = open(file, { readOnly: true, timeout: 5000 });
    reader.exec('PRAGMA cache_size = -65536;');
    this.reader = new SqliteConnection(file, reader);
    this.#open.push(reader, writer);
  }

  async transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const turn = this.#queue.then(() => this.#run(work));
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async #run<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    await this.#begin();
    try {
      const result = await work(this.#connection);
      this.#writer.exec('COMMIT');
      return result;
    } catch (error) {
      rollBack(this.#writer);
      throw sqliteError(this.#file, error);
    }
  }

  /** Waits for another process without stopping this one. */
  async #begin(): Promise<void> {
    const deadline = performance.now() + this.#patience;
    for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
      try {
        this.#writer.exec('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw sqliteError(this.#file, error);
      }
      await sleep(pause);
    }
  }

  async settledChanges(): Promise<number> {
    return Number.MAX_SAFE_INTEGER;
  }

  async size(): Promise<number> {
    const [row] = await this.reader.all<{ bytes: number }>(
      'SELECT (page_count - freelist_count) * page_size AS bytes FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()',
    );
    return row?.bytes ?? 0;
  }

  async shrink(): Promise<void> {
    await this.transaction(async () => {});
    try {
      // Each step frees one page.
      this.#writer.prepare('PRAGMA incremental_vacuum(20000)').all();
    } catch (error) {
      if (!isBusy(error)) throw sqliteError(this.#file, error);
    }
  }

  /** The log into the file, so that the file alone is the whole store: for a copy, and for the next who opens it. */
  #checkpoint(): void {
    try {
      this.#writer.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
    } catch {
      // Somebody reads or writes: then it is theirs to do. On a full disk the log stays.
    }
  }

  async close(): Promise<void> {
    await this.#queue;
    if (!this.#readOnly) this.#checkpoint();
    for (const database of this.#open.splice(0)) database.close();
  }
}

/** Statements are prepared once. Everything is done when the promise is made: SQLite works in this thread. */
class SqliteConnection implements Transaction {
  readonly #file: string;
  readonly #database: SqliteDatabase;
  readonly #prepared = new Map<string, { statement: SqliteStatement; names: readonly string[] }>();

  constructor(file: string, database: SqliteDatabase) {
    this.#file = file;
    this.#database = database;
  }

  async all<Row>(sql: string, parameters: Parameters = {}): Promise<Row[]> {
    return this.#attempt(() => {
      const { statement, names } = this.#prepare(sql);
      return statement.all(...names.map((name) => bound(parameters[name]))) as Row[];
    });
  }

  async run(sql: string, parameters: Parameters = {}): Promise<number> {
    return this.#attempt(() => {
      const { statement, names } = this.#prepare(sql);
      return Number(statement.run(...names.map((name) => bound(parameters[name]))).changes);
    });
  }

  async insert(table: string, columns: Columns, rows: readonly Value[][], ignore = false): Promise<void> {
    const names = Object.keys(columns);
    const marks = names.map((_, index) => `?${index + 1}`).join(', ');
    this.#each(`INSERT ${ignore ? 'OR IGNORE ' : ''}INTO ${table} (${names.join(', ')}) VALUES (${marks})`, rows);
  }

  async update(table: string, keys: readonly string[], columns: Columns, rows: readonly Value[][]): Promise<void> {
    const places = Object.keys(columns).map((name, index) => `${name} = ?${index + 1}`);
    const where = places.filter((_, index) => keys.includes(Object.keys(columns)[index]!));
    const set = places.filter((place) => !where.includes(place));
    this.#each(`UPDATE ${table} SET ${set.join(', ')} WHERE ${where.join(' AND ')}`, rows);
  }

  async remove(table: string, columns: Columns, rows: readonly Value[][]): Promise<void> {
    const where = Object.keys(columns).map((name, index) => `${name} = ?${index + 1}`);
    this.#each(`DELETE FROM ${table} WHERE ${where.join(' AND ')}`, rows);
  }

  async lookup<Row>(select: string, columns: Columns, rows: readonly Value[][]): Promise<Row[]> {
    return this.#attempt(() => {
      const { statement, names } = this.#prepare(select);
      const places = names.map((name) => Object.keys(columns).indexOf(name));
      return rows.flatMap((row) => statement.all(...places.map((place) => bound(row[place]))) as Row[]);
    });
  }

  async newKeys(count: number): Promise<readonly number[]> {
    const [row] = await this.all<{ value: number }>(
      "UPDATE counter SET value = value + cast(:count AS INTEGER) WHERE name = 'scan' RETURNING value",
      { count },
    );
    return Array.from({ length: count }, (_, index) => row!.value - count + 1 + index);
  }

  async changeNumber(): Promise<number> {
    const [row] = await this.all<{ value: number }>(
      "UPDATE counter SET value = value + 1 WHERE name = 'change' RETURNING value",
    );
    return row!.value;
  }

  async lockSources(): Promise<void> {
    // There is one writer.
  }

  #each(sql: string, rows: readonly Value[][]): void {
    if (rows.length === 0) return;
    this.#attempt(() => {
      const { statement } = this.#prepare(sql);
      for (const row of rows) statement.run(...row.map(bound));
    });
  }

  #prepare(sql: string) {
    let prepared = this.#prepared.get(sql);
    if (prepared) return prepared;
    if (this.#prepared.size >= statements) this.#prepared.clear();
    const { text, names } = positional(sql, (index) => `?${index}`);
    prepared = { statement: this.#database.prepare(text), names };
    this.#prepared.set(sql, prepared);
    return prepared;
  }

  #attempt<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw sqliteError(this.#file, error);
    }
  }
}

/** A parameter that was forgotten must not silently be NULL. Text that holds a zero would end there when it is read. */
function bound(value: Value | undefined): Value {
  if (value === undefined) throw new TypeError('a parameter of the statement is missing');
  return typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value;
}
