/** Files that a command makes for others: whole or not at all, and errors in plain words. */

import {
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { withoutControls } from '../report/printable.ts';

export class WriteError extends Error {
  override readonly name = 'WriteError';
}

/**
 * Whoever reads the file meanwhile (Suricata loads its rules anew) finds the old text or the new one, and a full disk leaves
 * the old one. Links are followed; what is no file (a pipe, a device) is written as it is.
 * @throws WriteError
 */
export function writeWholeFile(path: string, text: string): void {
  inPlainWords(path, () => {
    const before = statSync(path, { throwIfNoEntry: false });
    if (before !== undefined && !before.isFile()) return writeFileSync(path, text);
    const target = before === undefined ? path : realpathSync(path);
    const beside = `${target}.${process.pid}.new`;
    try {
      const descriptor = openSync(beside, 'wx');
      try {
        if (before !== undefined) fchmodSync(descriptor, before.mode & 0o7777);
        writeFileSync(descriptor, text);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      renameSync(beside, target);
    } catch (error) {
      rmSync(beside, { force: true });
      throw error;
    }
  });
}

/** @throws WriteError */
export function makeFolder(path: string): void {
  inPlainWords(path, () => {
    mkdirSync(path, { recursive: true });
  });
}

const words: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Make room; what was there before is unchanged',
  EDQUOT: 'no more may be written here (a quota). What was there before is unchanged',
  EACCES: 'this user may not write here. Check the permissions of the file and of its folder',
  EPERM: 'this user may not write here. Check the permissions of the file and of its folder',
  EROFS: 'this disk is read-only. Name another place',
  ENOENT: 'there is no such folder. Make it, or check the path',
  ENOTDIR: 'a file stands where a folder is needed. Check the path',
  EEXIST: 'a file stands where a folder is needed. Check the path',
  EISDIR: 'this is a folder. Name a file in it',
};

function inPlainWords(path: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new WriteError(`${withoutControls(path)}: ${words[code] ?? message}.`, { cause: error });
  }
}
