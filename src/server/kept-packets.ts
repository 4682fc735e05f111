/** Packets that `--keep-packets` has kept: files named by the ids of scans. */

import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RequestProblem } from './problem.ts';

/** An id has no signs but hex digits, so that no path can be made of it. */
const id = /^[0-9a-f]{16}$/;

/** Of these ids, those of which there are packets. */
export async function keptPackets(directory: string, ids: readonly string[]): Promise<string[]> {
  const kept = await Promise.all(
    ids.map(async (one) => (await stat(fileOf(directory, one)).catch(() => undefined))?.isFile() && one),
  );
  return kept.filter((one) => typeof one === 'string');
}

/** The whole file: `--keep-packets` bounds its size. @throws RequestProblem */
export async function readPackets(directory: string, scan: string, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const file = await open(fileOf(directory, scan)).catch(() => {
    throw new RequestProblem(404, `no packets of scan ${scan} are kept`, 'The oldest are deleted first.');
  });
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(Math.min(size, most));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function fileOf(directory: string, scan: string): string {
  if (!id.test(scan)) throw new RequestProblem(400, 'that is no id of a scan');
  return join(directory, `${scan}.pcapng`);
}
