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
  const { errcode, code, message } = error as { errcode?: number; code?: string; message?: string };
  const [fault, words] = faults[(errcode ?? 0) & 0xff] ?? (code === 'EROFS' || code === 'EACCES' ? faults[8]! : []);
  const name = withoutControls(file);
  if (fault === undefined) return new StoreError('failed', `The store ${name}: ${message ?? error}`, { cause: error });
  return new StoreError(fault, `The store ${name}: ${words}.`, { cause: error });
}

export function isBusy(error: unknown): boolean {
  const { errcode } = error as { errcode?: number };
  return errcode !== undefined && ((errcode & 0xff) === 5 || (errcode & 0xff) === 6);
}
