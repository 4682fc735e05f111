/** A store in PostgreSQL, for a site with many sensors. What keeps its writers apart are its own locks. */

import type { Pool, PoolClient } from 'pg';
import {
  type Columns,
  type Connection,
  type Database,
  type Parameters,
  positional,
  type Transaction,
  type Value,
} from './database.ts';
import { locationName } from './location-name.ts';
import { isTransient, postgresError } from './postgres-error.ts';
import { postgresMigrations, postgresSchema } from './postgres-schema.ts';
import { StoreError } from './store-error.ts';

export interface PostgresOptions {
  /** `postgres://user@host/database`; what is missing comes from PGPASSWORD, ~/.pgpass and their like. */
  readonly url: string;
  readonly readOnly: boolean;
}

/** Connections of one process at once. */
const connections = 4;
/** Milliseconds until a connection counts as unreachable, and a statement as lost. */
const connectTimeout = 5000;
const statementTimeout = 600_000;
/** Whoever stops in the middle of a transaction (a receiver that hangs) must not hold others up for ever. */
const idleTimeout = 120_000;

const attempts = 5;

/** int8: our numbers stay below 2^53. */
const int8 = 20;

/** @throws StoreError if it cannot be reached, or is none of ours. */
export async function openPostgres({ url, readOnly }: PostgresOptions): Promise<Database> {
  const where = locationName(url);
  const { default: pg } = await import('pg');
  let pool: Pool;
  try {
    pool = new pg.Pool({
      connectionString: url,
      max: connections,
      connectionTimeoutMillis: connectTimeout,
      idleTimeoutMillis: 30_000,
      statement_timeout: statementTimeout,
      idle_in_transaction_session_timeout: idleTimeout,
      application_name: 'trespass',
      types: {
        getTypeParser: ((type: number, format: 'text') =>
          type === int8 ? Number : pg.types.getTypeParser(type, format)) as typeof pg.types.getTypeParser,
      },
      allowExitOnIdle: true,
      onConnect: async (client) => {
        await client.query(`SET search_path = ${postgresSchema}`);
      },
    });
  } catch (error) {
    throw postgresError(where, error);
  }
  // A connection that dies while nobody uses it: the next statement gets another.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
  });
  try {
    await migrate(pool, where, readOnly);
  } catch (error) {
    await pool.end().catch(() => {});
    throw postgresError(where, error);
  }
  return new PostgresDatabase(pool, where);
}

/** Each process looks; whoever holds the lock makes what is missing. */
async function migrate(pool: Pool, where: string, readOnly: boolean): Promise<void> {
  const version = await schemaVersion(pool);
  if (version > postgresMigrations.length) {
    throw new StoreError(
      'newer',
      `The store ${where}: a newer Trespass wrote it (schema ${version}, this one knows ${postgresMigrations.length}). Update this one.`,
    );
  }
  if (version < postgresMigrations.length && readOnly) {
    throw new StoreError(
      'cannot-open',
      `The store ${where}: there is nothing in it yet. read, watch and import write it with --store.`,
    );
  }
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    // "trespass" in ASCII.
    await client.query('SELECT pg_advisory_xact_lock(8390880602280420211)');
    let now = await schemaVersion(client);
    if (now === 0) {
      await client.query(`CREATE SCHEMA IF NOT EXISTS ${postgresSchema}`);
      await client.query(`SET LOCAL search_path = ${postgresSchema}`);
      await client.query('CREATE TABLE version (number integer NOT NULL)');
      await client.query('INSERT INTO version VALUES (0)');
    }
    for (; now < postgresMigrations.length; now++) {
      await client.query(postgresMigrations[now]!);
      await client.query('UPDATE version SET number = $1', [now + 1]);
    }
    if (!readOnly) await followTransactionNumbers(client);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

async function schemaVersion(connection: Pool | PoolClient): Promise<number> {
  const { rows: found } = await connection.query('SELECT to_regclass($1) AS name', [`${postgresSchema}.version`]);
  if (found[0].name === null) return 0;
  const { rows } = await connection.query(`SELECT number FROM ${postgresSchema}.version`);
  return rows[0]?.number ?? 0;
}

/** A database that was restored elsewhere counts transactions anew: changes of before must not seem to lie in the future. */
async function followTransactionNumbers(client: PoolClient): Promise<void> {
  await client.query('UPDATE scan SET changed = 0 WHERE changed > pg_current_xact_id()::text::bigint');
}

class PostgresDatabase implements Database {
  readonly kind = 'postgres';
  readonly reader: Connection;
  readonly #pool: Pool;
  readonly #where: string;

  constructor(pool: Pool, where: string) {
    this.#pool = pool;
    this.#where = where;
    this.reader = new PostgresConnection(pool, where);
  }

  async transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(work);
      } catch (error) {
        if (attempt >= attempts || !isTransient((error as Error).cause ?? error)) throw error;
      }
    }
  }

  async #attempt<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    let client: PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      throw postgresError(this.#where, error);
    }
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work(new PostgresConnection(client, this.#where));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure;
      });
      // Our own, or what `deliver` says, goes on as it is.
      throw isDatabaseError(error) ? postgresError(this.#where, error) : error;
    } finally {
      client.release(broken);
    }
  }

  async settledChanges(): Promise<number> {
    const [row] = await this.reader.all<{ xmin: number }>(
      'SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin',
    );
    return row!.xmin;
  }

  async size(): Promise<number> {
    const [row] = await this.reader.all<{ bytes: number }>(
      `SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint AS bytes
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = '${postgresSchema}' AND c.relkind IN ('r', 'm')`,
    );
    return row!.bytes;
  }

  /** Its own vacuum frees what was deleted. Sources of which nothing is left are ours to forget. */
  async shrink(): Promise<void> {
    await this.reader.run(
      'DELETE FROM source WHERE NOT EXISTS (SELECT 1 FROM scan WHERE scan.source = source.address)',
    );
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

class PostgresConnection implements Transaction {
  readonly #client: Pool | PoolClient;
  readonly #where: string;

  constructor(client: Pool | PoolClient, where: string) {
    this.#client = client;
    this.#where = where;
  }

  async all<Row>(sql: string, parameters: Parameters = {}): Promise<Row[]> {
    const { text, names } = translated(sql);
    return (
      await this.#query(
        text,
        names.map((name) => bound(parameters[name])),
      )
    ).rows as Row[];
  }

  async run(sql: string, parameters: Parameters = {}): Promise<number> {
    const { text, names } = translated(sql);
    return (
      (
        await this.#query(
          text,
          names.map((name) => bound(parameters[name])),
        )
      ).rowCount ?? 0
    );
  }

  async insert(table: string, columns: Columns, rows: readonly Value[][], ignore = false): Promise<void> {
    if (rows.length === 0) return;
    const names = Object.keys(columns).join(', ');
    await this.#query(
      `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${unnest(columns)} ${ignore ? 'ON CONFLICT DO NOTHING' : ''}`,
      arrays(columns, rows),
    );
  }

  async update(table: string, keys: readonly string[], columns: Columns, rows: readonly Value[][]): Promise<void> {
    if (rows.length === 0) return;
    const set = Object.keys(columns).filter((name) => !keys.includes(name));
    await this.#query(
      `UPDATE ${table} SET ${set.map((name) => `${name} = q.${name}`).join(', ')} FROM ${unnest(columns)}
       WHERE ${agree(table, keys)}`,
      arrays(columns, rows),
    );
  }

  async remove(table: string, columns: Columns, rows: readonly Value[][]): Promise<void> {
    if (rows.length === 0) return;
    await this.#query(
      `DELETE FROM ${table} USING ${unnest(columns)} WHERE ${agree(table, Object.keys(columns))}`,
      arrays(columns, rows),
    );
  }

  async lookup<Row>(select: string, columns: Columns, rows: readonly Value[][]): Promise<Row[]> {
    if (rows.length === 0) return [];
    const inner = select.replace(/'[^']*'|::\w+|:([a-z][A-Za-z0-9_]*)/g, (all, name?: string) =>
      name === undefined ? all : `q.${name}`,
    );
    const { rows: found } = await this.#query(
      `SELECT x.* FROM ${unnest(columns)} CROSS JOIN LATERAL (${inner}) x`,
      arrays(columns, rows),
    );
    return found as Row[];
  }

  async newKeys(count: number): Promise<readonly number[]> {
    if (count === 0) return [];
    const rows = await this.all<{ key: number }>(
      `SELECT nextval('scan_key') AS key FROM generate_series(1, ${Math.trunc(count)})`,
    );
    return rows.map(({ key }) => key);
  }

  async changeNumber(): Promise<number> {
    const [row] = await this.all<{ number: number }>('SELECT pg_current_xact_id()::text::bigint AS number');
    return row!.number;
  }

  /** Sorted, so that two that lock the same never wait for each other. */
  async lockSources(sources: readonly Uint8Array[]): Promise<void> {
    const all = new Map(sources.map((source) => [Buffer.from(source).toString('hex'), source]));
    const sorted = [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, source]) => Buffer.from(source));
    if (sorted.length === 0) return;
    await this.#query(
      'INSERT INTO source (address) SELECT address FROM unnest($1::bytea[]) AS q(address) ORDER BY address ON CONFLICT DO NOTHING',
      [sorted],
    );
    await this.#query('SELECT address FROM source WHERE address = ANY($1::bytea[]) ORDER BY address FOR UPDATE', [
      sorted,
    ]);
  }

  async #query(text: string, values: readonly unknown[]) {
    try {
      return await this.#client.query(text, values as unknown[]);
    } catch (error) {
      throw postgresError(this.#where, error);
    }
  }
}

const translations = new Map<string, ReturnType<typeof positional>>();

function translated(sql: string) {
  let known = translations.get(sql);
  if (known) return known;
  if (translations.size >= 500) translations.clear();
  known = positional(sql, (index) => `$${index}`);
  translations.set(sql, known);
  return known;
}

function unnest(columns: Columns): string {
  const lists = Object.values(columns).map((type, index) => `$${index + 1}::${type}[]`);
  return `unnest(${lists.join(', ')}) AS q(${Object.keys(columns).join(', ')})`;
}

function agree(table: string, keys: readonly string[]): string {
  return keys.map((name) => `${table}.${name} = q.${name}`).join(' AND ');
}

/** One array for each column. */
function arrays(columns: Columns, rows: readonly Value[][]): unknown[][] {
  return Object.keys(columns).map((_, index) => rows.map((row) => bound(row[index])));
}

/** A parameter that was forgotten must not silently be NULL. Text cannot hold a zero there. */
function bound(value: Value | undefined): unknown {
  if (value === undefined) throw new TypeError('a parameter of the statement is missing');
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value;
}

function isDatabaseError(error: unknown): boolean {
  return !(error instanceof StoreError) && typeof (error as { code?: unknown }).code === 'string';
}
