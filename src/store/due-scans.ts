/** What is to be told, each once, whichever process asks first. */

import type { Database, Transaction } from './database.ts';
import { type ScanRow, scanSelection, toScans } from './scan-rows.ts';
import type { SignatureNumbers } from './signature-numbers.ts';
import type { DueScan } from './store.ts';
import { toldClosed } from './write-batch.ts';

/** A process that took scans to tell and died lets go of them after this time. Microseconds. */
const claim = 60e6;

/** So long a sensor may be silent (its writer says every minute that it lives) before its open scans are over. */
export const sensorSilence = 300e6;

interface DueRow {
  readonly number: number;
  readonly scan: number;
  readonly because: DueScan['because'];
}

export type Deliver = (due: readonly DueScan[]) => Promise<void>;

export async function tellDue(
  database: Database,
  signatures: SignatureNumbers,
  deliver: Deliver,
  most: number,
  now: number,
): Promise<number> {
  const limit = Math.min(Math.max(Math.trunc(most), 1), 1000);
  await closeSilent(database, now);
  const [waiting] = await database.reader.all('SELECT number FROM due WHERE claimed < :now LIMIT 1', { now });
  if (!waiting) return 0;
  return database.kind === 'postgres'
    ? tellWithLock(database, signatures, deliver, limit)
    : tellWithClaim(database, signatures, deliver, limit, now);
}

/** PostgreSQL: the rows stay locked until they were told; others skip them. A process that dies lets go at once. */
function tellWithLock(
  database: Database,
  signatures: SignatureNumbers,
  deliver: Deliver,
  limit: number,
): Promise<number> {
  return database.transaction(async (transaction) => {
    const rows = await transaction.all<DueRow>(
      `SELECT number, scan, because FROM due ORDER BY number LIMIT ${limit} FOR UPDATE SKIP LOCKED`,
    );
    const due = await withScans(transaction, signatures, rows);
    if (due.length > 0) await deliver(due);
    await transaction.remove(
      'due',
      { number: 'int8' },
      rows.map(({ number }) => [number]),
    );
    return due.length;
  });
}

/** A file has one writer: it cannot be held while others are told, so rows are claimed for a while. */
async function tellWithClaim(
  database: Database,
  signatures: SignatureNumbers,
  deliver: Deliver,
  limit: number,
  now: number,
): Promise<number> {
  const { rows, due } = await database.transaction(async (transaction) => {
    const rows = await transaction.all<DueRow>(
      `UPDATE due SET claimed = :until WHERE number IN
         (SELECT number FROM due WHERE claimed < :now ORDER BY number LIMIT ${limit}) RETURNING number, scan, because`,
      { now, until: now + claim },
    );
    rows.sort((a, b) => a.number - b.number);
    return { rows, due: await withScans(transaction, signatures, rows) };
  });
  const numbers = rows.map(({ number }) => [number]);
  try {
    if (due.length > 0) await deliver(due);
  } catch (error) {
    await database.transaction(async (transaction) => {
      for (const [number] of numbers)
        await transaction.run('UPDATE due SET claimed = 0 WHERE number = :number', { number: number! });
    });
    throw error;
  }
  await database.transaction((transaction) => transaction.remove('due', { number: 'int8' }, numbers));
  return due.length;
}

/** Scans that are gone meanwhile are left out. */
async function withScans(
  transaction: Transaction,
  signatures: SignatureNumbers,
  rows: readonly DueRow[],
): Promise<DueScan[]> {
  const keys = [...new Set(rows.map(({ scan }) => scan))].map((key) => [key]);
  const found = await transaction.lookup<ScanRow>(
    `SELECT ${scanSelection} FROM scan s WHERE s.key = :key`,
    { key: 'int8' },
    keys,
  );
  const scans = await toScans(transaction, signatures, found);
  const byKey = new Map(found.map(({ key }, index) => [key, scans[index]!]));
  return rows.flatMap(({ scan, because }) => {
    const stored = byKey.get(scan);
    return stored ? [{ scan: stored, because }] : [];
  });
}

/** Scans of which every sensor that has them open has fallen silent are over. Each once: a locked one is somebody else's. */
export async function closeSilent(database: Database, now: number): Promise<void> {
  const [open] = await database.reader.all('SELECT key FROM scan WHERE state = 1 LIMIT 1');
  if (!open) return;
  const silentSince = now - sensorSilence;
  const silent = `s.state = 1 AND NOT EXISTS (
      SELECT 1 FROM sensor WHERE sensor.heard >= :silentSince AND (
        (s.parts = 1 AND sensor.number = s.sensor) OR
        (s.parts > 1 AND EXISTS (SELECT 1 FROM part WHERE part.scan = s.key AND part.sensor = sensor.number AND part.state = 1))))`;
  const [any] = await database.reader.all(`SELECT s.key FROM scan s WHERE ${silent} LIMIT 1`, { silentSince });
  if (!any) return;
  await database.transaction(async (transaction) => {
    const suspects = await transaction.all<{ key: number; source: Uint8Array }>(
      `SELECT s.key, s.source FROM scan s WHERE ${silent} LIMIT 1000`,
      { silentSince },
    );
    // Whoever writes such a scan now comes first; then it is looked at again.
    await transaction.lockSources(suspects.map(({ source }) => source));
    const lock = database.kind === 'postgres' ? 'FOR UPDATE SKIP LOCKED' : '';
    const keys = suspects.map(({ key }) => Math.trunc(key)).join(', ');
    const rows = await transaction.all<{ key: number; told: number }>(
      `SELECT s.key, s.told FROM scan s WHERE ${silent} AND s.key IN (${keys || 'NULL'}) ${lock}`,
      { silentSince },
    );
    if (rows.length === 0) return;
    const changed = await transaction.changeNumber();
    for (const { key } of rows) {
      await transaction.run('UPDATE scan SET state = 0, told = (told | 2), changed = :changed WHERE key = :key', {
        key,
        changed,
      });
      await transaction.run('UPDATE part SET state = 0 WHERE scan = :key', { key });
    }
    // Only what somebody was to be told of at all: it was told that it opened.
    const due = rows.filter(({ told }) => told !== 0 && (told & toldClosed) === 0).map(({ key }) => [key, 'closed']);
    await transaction.insert('due', { scan: 'int8', because: 'text' }, due, true);
  });
}
