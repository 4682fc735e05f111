/**
 * SQLite itself: Node.js's own (`node:sqlite`) where that is no experiment, from 24 on; before, the same as a package with
 * prebuilt binaries, `@photostructure/sqlite`. Their interface is one. Loaded only when a store is opened.
 *
 * The package closes a database only when its statements were collected as garbage. So nothing here counts on that: what
 * must happen at the end (the write-ahead log into the file) is done before closing.
 */

import { resolve } from 'node:path';
import { StoreError } from './store-error.ts';

/** What both have in common, as far as we use it. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement;
  exec(sql: string): void;
  close(): void;
}

export interface SqliteStatement {
  all(...parameters: unknown[]): unknown[];
  run(...parameters: unknown[]): { changes: number | bigint };
}

export type OpenSqlite = (file: string, options?: { readOnly?: boolean; timeout?: number }) => SqliteDatabase;

interface SqliteModule {
  readonly DatabaseSync: new (file: string, options?: object) => SqliteDatabase;
}

/** @throws StoreError if neither can be loaded. */
export async function loadSqlite(): Promise<OpenSqlite> {
  const { DatabaseSync } = await loadModule();
  // With a folder before it, no name (`:memory:`) means something else to SQLite than to everybody.
  return (file, options = {}) => new DatabaseSync(resolve(file), options);
}

/** The first line in which node:sqlite works without a warning on standard error. */
const firstStable = 24;

async function loadModule(): Promise<SqliteModule> {
  // Where it is an experiment, asking for it is enough for a warning.
  const builtIn = () => process.getBuiltinModule('node:sqlite' as 'node:fs') as unknown as SqliteModule | undefined;
  if (Number.parseInt(process.versions.node, 10) >= firstStable) {
    const sqlite = builtIn();
    if (sqlite) return sqlite;
  }
  try {
    return (await import('@photostructure/sqlite')) as unknown as SqliteModule;
  } catch (error) {
    // A platform for which the package has no binary.
    const sqlite = builtIn();
    if (sqlite) return sqlite;
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreError(
      'cannot-open',
      `Stores cannot be opened here: the package @photostructure/sqlite does not load (${why}). Install Trespass anew (npm ci), or use Node.js 24.`,
      { cause: error },
    );
  }
}
