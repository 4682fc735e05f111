/**
 * SQLite itself: `@photostructure/sqlite`, which is `node:sqlite` as a package with prebuilt binaries for every Node.js line
 * from 20 on. Where it has no binary, Node.js's own does (22.13 and newer). Loaded only when a store is opened.
 */

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
  return (file, options = {}) => new DatabaseSync(file, options);
}

async function loadModule(): Promise<SqliteModule> {
  try {
    return (await import('@photostructure/sqlite')) as unknown as SqliteModule;
  } catch (error) {
    const builtIn = process.getBuiltinModule('node:sqlite' as 'node:fs') as unknown as SqliteModule | undefined;
    if (builtIn) return builtIn;
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreError(
      'cannot-open',
      `Stores cannot be opened here: the package @photostructure/sqlite does not load (${why}). Install Trespass anew (npm ci), or use Node.js 24.`,
      { cause: error },
    );
  }
}
