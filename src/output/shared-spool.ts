/**
 * Several processes may have the same output: `watch` runs for months, and beside it `incident add --send`. Each takes the first
 * folder that nobody else has: `NAME`, `NAME.2`, `NAME.3` ... What one of them has left when it ended is taken over by another.
 */

import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { mostSpools } from './output-limits.ts';
import { Spool } from './spool.ts';
import { SpoolInUse } from './spool-lock.ts';

/** @throws if the folder cannot be made or written, or if there are too many processes. */
export async function openFreeSpool(folder: string, onNotice: (text: string) => void): Promise<Spool> {
  for (let number = 1; ; number++) {
    try {
      return await Spool.open(number === 1 ? folder : `${folder}.${number}`, onNotice);
    } catch (error) {
      if (!(error instanceof SpoolInUse) || number >= mostSpools) throw error;
    }
  }
}

/**
 * Gives what ended processes have left in the folders beside. They keep it until `keep` resolves, so that nothing is lost
 * between. Never rejects: what cannot be read now is tried again next time.
 */
export async function takeOverSpools(
  folder: string,
  onNotice: (text: string) => void,
  keep: (lines: readonly string[]) => Promise<void>,
): Promise<void> {
  const name = basename(folder);
  const names = await readdir(dirname(folder)).catch(() => []);
  const ours = names.filter((one) => one === name || (one.startsWith(`${name}.`) && /\.\d{1,2}$/.test(one)));
  for (const one of ours) {
    const path = join(dirname(folder), one);
    // A look without a lock: most of the time there is nothing.
    const files = await readdir(path).catch(() => []);
    if (!files.some((file) => file.endsWith('.spool'))) continue;
    const spool = await Spool.open(path, onNotice).catch(() => undefined);
    if (!spool) continue;
    if (spool.left.length > 0) {
      await keep(spool.left).then(
        () => spool.delivered(spool.left.length),
        () => {},
      );
    }
    await spool.close();
  }
}
