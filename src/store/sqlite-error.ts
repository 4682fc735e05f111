/** What SQLite reports (https://www.sqlite.org/rescode.html), in plain words. */

import { withoutControls } from '../report/printable.ts';
import { StoreError, type StoreFault } from './store-error.ts';

const faults: Readonly<Record<number, readonly [StoreFault, string]>> = {
  5: [
    'locked',
    'another process writes to it and does not come to an end. Try again, or look for a process that hangs',
  ],
  6: [
    'locked',
    'another process writes to it and does not come to an end. Try again, or look for a process that hangs',
  ],
  8: ['read-only', 'it cannot be written. Check its permissions and those of its folder, or name another file'],
  10: ['failed', 'the disk or the network share reports an error. A store belongs on a local disk'],
  11: ['damaged', 'it is damaged. Take the last copy of it, or move it away and start a new one'],
  13: ['disk-full', 'the disk is full. Make room, or set store.maximum-size; nothing that was stored is lost'],
  14: ['cannot-open', 'it cannot be opened. Check that its folder exists and that this user may write there'],
  23: ['read-only', 'this user may not write it. Check its permissions'],
  26: ['foreign', 'it is no store of Trespass. Name another file; nothing was changed in this one'],
};

/** What SQLite's error number means, whatever its extended code says besides. */
export function sqliteError(file: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { code, message } = error as { code?: string; message?: string };
  const [fault, words] = faults[resultCode(error)] ?? (code === 'EROFS' || code === 'EACCES' ? faults[8]! : []);
  const name = withoutControls(file);
  if (fault === undefined) return new StoreError('failed', `The store ${name}: ${message ?? error}`, { cause: error });
  return new StoreError(fault, `The store ${name}: ${words}.`, { cause: error });
}

export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === 5 || code === 6;
}

/** sqlite3_errstr(): some errors come without a number. */
const messages: readonly (readonly [RegExp, number])[] = [
  [/database (table )?is locked/, 5],
  [/readonly database/, 8],
  [/disk I\/O error/, 10],
  [/malformed/, 11],
  [/database or disk is full/, 13],
  [/unable to open database/, 14],
  [/not a database/, 26],
];

/** The primary result code; 0: it is none of SQLite's. */
function resultCode(error: unknown): number {
  const { errcode, message = '' } = error as { errcode?: number; message?: string };
  return (errcode ?? messages.find(([text]) => text.test(message))?.[1] ?? 0) & 0xff;
}
