/** Forgetting: what is older, or more, than may be kept. */

import { type Severity, severities } from '../scan/alert.ts';
import type { Database } from './database.ts';
import { dayMicroseconds, decodeRow, type ScanRow, scanSelection, severityRank } from './scan-rows.ts';
import type { SignatureNumbers } from './signature-numbers.ts';
import type { Retained, Retention } from './store.ts';
import { countBytes, indexRows, markColumns, storedBytes, targetColumns } from './write-batch.ts';

/** Scans deleted in one transaction, and in one call: others want to write, too. */
const together = 500;
const atOnce = 10 * together;

/** So much below the bound it goes, that not every call has a little to do. */
const below = 0.95;

export async function retain(
  database: Database,
  signatures: SignatureNumbers,
  { days, size }: Retention,
  now: number,
): Promise<Retained> {
  const deleted: Record<Severity, number> = { info: 0, low: 0, medium: 0, high: 0 };
  let total = 0;
  let more = false;
  for (const severity of severities) {
    if (days[severity] === 0) continue;
    const before = now - days[severity] * dayMicroseconds;
    let count = together;
    while (count === together && total < atOnce) {
      count = await remove(
        database,
        signatures,
        's.severity = :rank AND s.first_seen < :before AND s.last_seen < :before',
        {
          rank: severityRank(severity),
          before,
        },
      );
      deleted[severity] += count;
      total += count;
    }
    if (count === together) more = true;
  }
  if (size > 0 && (await bytesOf(database)) > size) {
    const room = size * below;
    for (const severity of severities) {
      let count = together;
      while (count === together && total < atOnce && (await bytesOf(database)) > room) {
        count = await remove(database, signatures, 's.severity = :rank', { rank: severityRank(severity) });
        deleted[severity] += count;
        total += count;
      }
      if (total >= atOnce) {
        more = (await bytesOf(database)) > room;
        break;
      }
    }
  }
  if (total > 0) await database.shrink();
  return { deleted, more };
}

async function bytesOf(database: Database): Promise<number> {
  const [row] = await database.reader.all<{ bytes: number }>(
    "SELECT cast(coalesce(sum(value), 0) AS bigint) AS bytes FROM counter WHERE name LIKE 'bytes:%'",
  );
  return row?.bytes ?? 0;
}

/** The oldest that agree. */
async function remove(
  database: Database,
  signatures: SignatureNumbers,
  where: string,
  parameters: Readonly<Record<string, number>>,
): Promise<number> {
  return database.transaction(async (transaction) => {
    const oldest = await transaction.all<{ key: number; source: Uint8Array }>(
      `SELECT s.key, s.source FROM scan s WHERE ${where} ORDER BY s.first_seen LIMIT ${together}`,
      parameters,
    );
    await transaction.lockSources(oldest.map(({ source }) => source));
    // As they are now that nobody else writes them.
    const rows = await transaction.lookup<ScanRow>(
      `SELECT ${scanSelection} FROM scan s WHERE s.source = :source AND s.key = :key`,
      { key: 'int8', source: 'bytea' },
      oldest.map(({ key, source }) => [key, source]),
    );
    const targets: (number | Uint8Array)[][] = [];
    const marks: number[][] = [];
    for (const row of rows) {
      const index = indexRows(row, await decodeRow(row.data, signatures), signatures);
      targets.push(...index.targets);
      marks.push(...index.marks);
    }
    const keys = rows.map(({ key }) => [key]);
    await countBytes(transaction, 'bytes:deleted', -storedBytes(rows, targets.length, marks.length));
    await transaction.remove('target', targetColumns, targets);
    await transaction.remove('mark', markColumns, marks);
    await transaction.remove('part', { scan: 'int8' }, keys);
    await transaction.remove('comment', { scan: 'int8' }, keys);
    await transaction.remove('due', { scan: 'int8' }, keys);
    await transaction.remove('scan', { key: 'int8' }, keys);
    return oldest.length;
  });
}
