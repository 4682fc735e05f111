/** What PostgreSQL and the way to it report, in plain words. */

import { StoreError } from './store-error.ts';

/** `where` is the database without a password. */
export function postgresError(where: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { code = '', message = String(error) } = error as { code?: string; message?: string };
  const say = (fault: StoreError['fault'], words: string) =>
    new StoreError(fault, `The store ${where}: ${words}.`, { cause: error });
  if (isUnreachable(error)) {
    return say(
      'cannot-open',
      `the database cannot be reached (${code || message}). Check that it runs, and the address`,
    );
  }
  if (code.startsWith('28'))
    return say('cannot-open', 'it refuses this user. Check name and password (PGPASSWORD or ~/.pgpass)');
  if (code === '3D000') return say('cannot-open', 'there is no such database. Make it: createdb NAME');
  if (code === '42501') return say('read-only', `this user may not do that (${message})`);
  if (code === '53100') return say('disk-full', 'its disk is full');
  if (code === '25006') return say('read-only', 'it is read-only: a standby?');
  if (code === '55P03' || code === '40P01' || code === '40001')
    return say('locked', 'others write the same and do not come to an end');
  return say('failed', message);
}

/** The database or the way to it is gone, or does not answer; it may come back. */
export function isUnreachable(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  // Class 08: connection; 57P01-57P03: it is going down, or coming up; 53300: it has too many connections.
  if (/^(08|57P0|53300)/.test(code)) return true;
  if (/^E(CONN|HOST|NET|PIPE|TIMEDOUT|AI_AGAIN|NOTFOUND|ADDR)|^ENOENT$|^EACCES$/.test(code)) return true;
  return /connection terminated|timeout exceeded|client has encountered a connection error/i.test(message);
}

/** PostgreSQL ended the transaction for another's sake; once more, it will work. */
export function isTransient(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === '40P01' || code === '40001';
}
