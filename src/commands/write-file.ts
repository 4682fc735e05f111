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
import { writeProblem } from '../report/write-problem.ts';

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

function inPlainWords(path: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new WriteError(`${withoutControls(path)}: ${writeProblem(error)}.`, { cause: error });
  }
}
