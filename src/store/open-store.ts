/** Opens a store by what the user named: a file, or `postgres://user@host/database`. */

import { withoutControls } from '../report/printable.ts';
import { locationName } from './location-name.ts';
import type { Store } from './store.ts';
import { StoreError } from './store-error.ts';

export interface OpenStoreOptions {
  /** Seconds between parts of different sensors that are still one scan: `scan.window`. Default 30. */
  readonly windowSeconds?: number;
  /** Refuse to make a new file: for those who only ask. Default: false. */
  readonly mustExist?: boolean;
  /** Ask only: nothing is written, and the file need not be writable. */
  readonly readOnly?: boolean;
  /**
   * PostgreSQL: the SQLite file in which batches wait while the database cannot be reached. Without one, `write` rejects
   * then.
   */
  readonly spool?: string;
  /** A file: so long to wait for another writer; default 10,000. */
  readonly patienceMilliseconds?: number;
  /** One line in plain words: the database is gone, is back, ... */
  readonly onNotice?: (text: string) => void;
}

/** Is it PostgreSQL, rather than a file? */
export function isPostgres(location: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(location);
}

/** @throws StoreError */
function checkLocation(location: string): void {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(location)?.[1];
  const place = 'Name a file, or postgres://user@host/database.';
  if (location === '') throw new StoreError('bad-question', `The store has no name. ${place}`);
  if (scheme === undefined) return;
  const name = withoutControls(locationName(location));
  if (!isPostgres(location))
    throw new StoreError('bad-question', `The store ${name}: there is none of that kind. ${place}`);
  // A user without a host stands for a socket on this machine, which URL does not know.
  if (!URL.canParse(location.replace('@/', '@localhost/'))) {
    throw new StoreError(
      'bad-question',
      `The store ${name}: that is no address of a database. ${place} What stands for itself in a password, write as %40 (@), %2F (/), %3F (?), %23 (#).`,
    );
  }
}

/** @throws StoreError */
export async function openStore(location: string, options: OpenStoreOptions = {}): Promise<Store> {
  checkLocation(location);
  const windowSeconds = options.windowSeconds ?? 30;
  const { mustExist = false, readOnly = false } = options;
  if (isPostgres(location)) {
    const [{ openPostgres }, { SqlStore }] = await Promise.all([
      import('./postgres-database.ts'),
      import('./sql-store.ts'),
    ]);
    const connect = async () => new SqlStore(await openPostgres({ url: location, readOnly }), { windowSeconds });
    if (options.spool === undefined) return connect();
    const [{ BatchSpool }, { SpooledStore }] = await Promise.all([
      import('./batch-spool.ts'),
      import('./spooled-store.ts'),
    ]);
    return new SpooledStore({
      spool: await BatchSpool.open(options.spool),
      connect,
      onNotice: options.onNotice ?? (() => {}),
    });
  }
  const [{ openSqlite }, { sqliteMigrations, storeApplicationId }, { SqlStore }] = await Promise.all([
    import('./sqlite-database.ts'),
    import('./sqlite-schema.ts'),
    import('./sql-store.ts'),
  ]);
  const database = await openSqlite(location, {
    applicationId: storeApplicationId,
    migrations: sqliteMigrations,
    mustExist,
    readOnly,
    ...(options.patienceMilliseconds !== undefined && { patience: options.patienceMilliseconds }),
  });
  return new SqlStore(database, { windowSeconds });
}
