/** One user for each spool: a second one would send everything twice. */

import { open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** A living process has it. */
export class SpoolInUse extends Error {}

export class SpoolLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** @throws if a living process has it. What a killed one has left is taken over. */
  static async take(folder: string): Promise<SpoolLock> {
    const path = join(folder, 'lock');
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        const file = await open(path, 'wx', 0o600);
        await file.writeFile(await identity(process.pid));
        await file.close();
        return new SpoolLock(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const owner = await readFile(path, 'utf8').catch(() => '');
      const pid = Number.parseInt(owner, 10);
      // Process numbers are given again (in a container it is always the same few): the time of its start tells them apart.
      if (pid > 0 && isAlive(pid) && owner === (await identity(pid))) {
        throw new SpoolInUse(`${folder} is in use by another process (${pid})`);
      }
      await unlink(path).catch(() => {});
    }
    throw new Error(`${folder} could not be locked`);
  }

  async release(): Promise<void> {
    await unlink(this.#path).catch(() => {});
  }
}

/** `PID START`: on Linux the start is counted in ticks since the system started (proc(5), field 22); elsewhere it is unknown. */
async function identity(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is the program's name in parentheses, and may hold anything.
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
  return `${pid} ${fields[19] ?? ''}\n`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
