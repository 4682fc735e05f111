/**
 * What the store asks of a database: SQL with named parameters (`:name`), and a few things that SQLite and PostgreSQL do
 * differently. A dialect is only its differences; the rest of the SQL is the same for both.
 */

export type Value = number | string | Uint8Array | null;
export type Parameters = Readonly<Record<string, Value>>;

/** PostgreSQL needs to be told what an array holds. SQLite does not care. */
export type ColumnType = 'int8' | 'bytea' | 'text';
export type Columns = Readonly<Record<string, ColumnType>>;

export interface Connection {
  all<Row>(sql: string, parameters?: Parameters): Promise<Row[]>;
  /** How many rows it changed. */
  run(sql: string, parameters?: Parameters): Promise<number>;
  /** `rows` in the order of `columns`. `ignore`: a row that is there already stays as it is. */
  insert(table: string, columns: Columns, rows: readonly Value[][], ignore?: boolean): Promise<void>;
  /** Sets all columns but `keys` where those agree. */
  update(table: string, keys: readonly string[], columns: Columns, rows: readonly Value[][]): Promise<void>;
  /** Deletes rows in which all columns agree. */
  remove(table: string, columns: Columns, rows: readonly Value[][]): Promise<void>;
  /** Asks `select` once for each row, whose values stand in it as `:column`. */
  lookup<Row>(select: string, columns: Columns, rows: readonly Value[][]): Promise<Row[]>;
}

export interface Transaction extends Connection {
  /** Numbers for new scans, rising. */
  newKeys(count: number): Promise<readonly number[]>;
  /** The number of this transaction's changes: later ones have greater ones. */
  changeNumber(): Promise<number>;
  /** Waits until nobody else writes scans of these sources. */
  lockSources(sources: readonly Uint8Array[]): Promise<void>;
}

export interface Database {
  readonly kind: 'sqlite' | 'postgres';
  /** For asking only. Each statement sees what was committed before it. */
  readonly reader: Connection;
  /** All or nothing. Runs `work` again when the database asks for that (PostgreSQL: deadlock, serialisation). */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result>;
  /** Changes with a number below this are all visible: none can still be added. */
  settledChanges(): Promise<number>;
  /** Bytes that data and indexes take. */
  size(): Promise<number>;
  /** Gives the space of what was deleted back to the file system, a part of it. */
  shrink(): Promise<void>;
  close(): Promise<void>;
}

/** `:name` to what the database wants, and the names in order. Not `::type`, nor inside '...'. */
export function positional(sql: string, mark: (index: number) => string): { text: string; names: readonly string[] } {
  const names: string[] = [];
  const text = sql.replace(/'[^']*'|::\w+|:([a-z][A-Za-z0-9_]*)/g, (all, name: string | undefined) => {
    if (name === undefined) return all;
    let index = names.indexOf(name);
    if (index < 0) index = names.push(name) - 1;
    return mark(index + 1);
  });
  return { text, names };
}
