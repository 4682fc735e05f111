/**
 * Asking for scans. A page is made from *branches*: each reads one index in the order of time, from where the page before
 * ended, and no more rows than the page has; together, sorted, they are the page. So a page costs the same in ten scans and
 * in ten million.
 */

import { type Severity, severities } from '../scan/alert.ts';
import { addressText } from './address-key.ts';
import type { Database, Parameters } from './database.ts';
import { type Conditions, conditions, type FilterNumbers, rangeOf } from './scan-filter.ts';
import { dayMicroseconds, type ScanRow, scanSelection, sensorNames, severityRank, toScans } from './scan-rows.ts';
import type { SignatureNumbers } from './signature-numbers.ts';
import type { Bucket, Changes, Page, Pair, ScanFilter, ScanPage } from './store.ts';
import { StoreError } from './store-error.ts';

export interface QueryContext {
  readonly database: Database;
  readonly signatures: SignatureNumbers;
}

const defaultPage = 100;
const largestPage = 1000;

/** So many scans of one range are sorted; for more, all scans are read in the order of time until the page is full. */
const sortable = 20_000;

export async function listScans(context: QueryContext, filter: ScanFilter, page: Page = {}): Promise<ScanPage> {
  const limit = Math.min(Math.max(Math.trunc(page.limit ?? defaultPage), 1), largestPage);
  const numbers = await numbersOf(context, filter);
  if (!numbers) return { scans: [] };
  const after = readCursor(page.cursor);
  const found = new Map<number, ScanRow>();
  for (const branch of await branches(context, filter, numbers)) {
    for (const row of await readBranch(context, branch, after, limit + 1)) found.set(row.key, row);
  }
  const rows = [...found.values()].sort((a, b) => b.first_seen - a.first_seen || b.key - a.key).slice(0, limit + 1);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    scans: await toScans(context.database.reader, context.signatures, rows.slice(0, limit)),
    ...(last && { next: `${last.first_seen}.${last.key}` }),
  };
}

/** Undefined: the filter names a signature, a script or a sensor of which nothing is stored. */
async function numbersOf(
  { database, signatures }: QueryContext,
  filter: ScanFilter,
): Promise<FilterNumbers | undefined> {
  const [row] = await database.reader.all<{ value: number }>("SELECT value FROM counter WHERE name = 'longest'");
  const longest = row?.value ?? 0;
  let named: number[] | undefined;
  if (filter.signature !== undefined || filter.script !== undefined) {
    const script = filter.script?.toLowerCase();
    named = await signatures.numbersWhere(
      ({ id, nmap }) =>
        (filter.signature === undefined || id === filter.signature) &&
        (script === undefined || nmap.scripts.some((name) => name.toLowerCase() === script)),
    );
    if (named.length === 0) return undefined;
  }
  let sensor: number | undefined;
  if (filter.sensor !== undefined) {
    sensor = [...(await sensorNames(database.reader))].find(([, name]) => name === filter.sensor)?.[0];
    if (sensor === undefined) return undefined;
  }
  return { longest, signatures: named, sensor };
}

/** What is read in order of `time` and `key`, of a table that `scan s` stands in or is joined to. */
interface Branch {
  readonly from: string;
  readonly time: string;
  readonly key: string;
  readonly conditions: Conditions;
  /** Read all that agree, and sort them. */
  readonly sorted?: boolean;
}

async function branches(context: QueryContext, filter: ScanFilter, numbers: FilterNumbers): Promise<Branch[]> {
  if (filter.address !== undefined) {
    const { address, ...rest } = filter;
    // A filter that names both sides keeps them as conditions of the rows found.
    const sides = await Promise.all([
      addressBranches(context, rest, numbers, 'source', address),
      addressBranches(context, rest, numbers, 'target', address),
    ]);
    return sides.flat();
  }
  if (filter.source !== undefined) return addressBranches(context, filter, numbers, 'source', filter.source);
  if (filter.target !== undefined) return addressBranches(context, filter, numbers, 'target', filter.target);
  if (numbers.signatures) {
    const rest = conditions(filter, numbers, new Set(['signature']));
    return numbers.signatures.map((signature) => ({
      from: 'mark m JOIN scan s ON s.key = m.scan',
      time: 'm.first_seen',
      key: 'm.scan',
      conditions: add(rest, 'm.signature = :mark', { mark: signature }),
    }));
  }
  return timeBranches(filter, numbers);
}

function timeBranches(filter: ScanFilter, numbers: FilterNumbers): Branch[] {
  const scan = { from: 'scan s', time: 's.first_seen', key: 's.key' };
  if (!filter.severities) return [{ ...scan, conditions: conditions(filter, numbers) }];
  const rest = conditions(filter, numbers, new Set(['severities']));
  return [...new Set(filter.severities)].map((severity) => ({
    ...scan,
    conditions: add(rest, 's.severity = :rank', { rank: severityRank(severity) }),
  }));
}

async function addressBranches(
  { database }: QueryContext,
  filter: ScanFilter,
  numbers: FilterNumbers,
  side: 'source' | 'target',
  text: string,
): Promise<Branch[]> {
  const { low, high, single } = rangeOf(text);
  const rest = conditions(filter, numbers, new Set(filter[side] === text ? [side] : []));
  const place =
    side === 'source'
      ? { from: 'scan s', time: 's.first_seen', key: 's.key', column: 's.source' }
      : { from: 'target t JOIN scan s ON s.key = t.scan', time: 't.first_seen', key: 't.scan', column: 't.address' };
  if (single) return [{ ...place, conditions: add(rest, `${place.column} = :low`, { low }) }];
  const inRange = add(rest, `${place.column} BETWEEN :low AND :high`, { low, high });
  const [table, column] = side === 'source' ? ['scan', 'source'] : ['target', 'address'];
  const [count] = await database.reader.all<{ number: number }>(
    `SELECT count(*) AS number FROM (SELECT 1 FROM ${table} WHERE ${column} BETWEEN :low AND :high LIMIT ${sortable}) few`,
    { low, high },
  );
  if (count!.number < sortable) return [{ ...place, conditions: inRange, sorted: true }];
  if (side === 'source') return [{ ...place, conditions: inRange }];
  const some = 'EXISTS (SELECT 1 FROM target t WHERE t.scan = s.key AND t.address BETWEEN :low AND :high)';
  return [{ from: 'scan s', time: 's.first_seen', key: 's.key', conditions: add(rest, some, { low, high }) }];
}

function add({ texts, parameters }: Conditions, text: string, more: Parameters): Conditions {
  return { texts: [...texts, text], parameters: { ...parameters, ...more } };
}

interface Position {
  readonly time: number;
  readonly key: number;
}

function readBranch(
  { database }: QueryContext,
  branch: Branch,
  after: Position | undefined,
  limit: number,
): Promise<ScanRow[]> {
  const { from, time, key, sorted } = branch;
  const { texts, parameters } = branch.conditions;
  // SQLite: an index cannot be used for a column with a plus sign before it. PostgreSQL knows its data and decides itself.
  const order = sorted && database.kind === 'sqlite' ? `+${time}` : time;
  const where = after ? [...texts, `(${order}, ${key}) < (:afterTime, :afterKey)`] : texts;
  const sql = `SELECT ${scanSelection} FROM ${from} ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
    ORDER BY ${order} DESC, ${key} DESC LIMIT ${limit}`;
  return database.reader.all<ScanRow>(sql, {
    ...parameters,
    ...(after && { afterTime: after.time, afterKey: after.key }),
  });
}

/** @throws StoreError for what is no cursor of ours. */
function readCursor(text: string | undefined): Position | undefined {
  if (text === undefined) return undefined;
  const match = /^([0-9]{1,16})\.([0-9]{1,16})$/.exec(text);
  if (!match) throw new StoreError('bad-question', 'That is no cursor of a page. Begin with the first page again.');
  return { time: Number(match[1]), key: Number(match[2]) };
}

export async function timeline(context: QueryContext, filter: ScanFilter, length: number): Promise<readonly Bucket[]> {
  const numbers = await numbersOf(context, filter);
  if (!numbers) return [];
  const size = Math.min(Math.max(Math.trunc(length) || 1, 1), 366 * dayMicroseconds);
  const { texts, parameters } = conditions(filter, numbers);
  const rows = await context.database.reader.all<{ bucket: number; severity: number; scans: number }>(
    `SELECT bucket, severity, count(*) AS scans FROM
       (SELECT s.first_seen / ${size} AS bucket, s.severity AS severity FROM scan s ${whereText(texts)}) found
     GROUP BY bucket, severity ORDER BY bucket`,
    parameters,
  );
  const buckets = new Map<number, Record<Severity, number>>();
  for (const { bucket, severity, scans } of rows) {
    let counts = buckets.get(bucket);
    if (!counts) {
      counts = { info: 0, low: 0, medium: 0, high: 0 };
      buckets.set(bucket, counts);
    }
    counts[severities[severity]!] += scans;
  }
  return [...buckets].map(([bucket, scans]) => ({ time: bucket * size, scans }));
}

export async function pairs(context: QueryContext, filter: ScanFilter, most: number): Promise<readonly Pair[]> {
  const numbers = await numbersOf(context, filter);
  if (!numbers) return [];
  const limit = Math.min(Math.max(Math.trunc(most) || 1, 1), 10_000);
  const { texts, parameters } = conditions(filter, numbers);
  // Of a scan of the wanted target, only that target is wanted.
  const wanted = filter.target === undefined ? [] : ['t.address BETWEEN :low AND :high'];
  const range = filter.target === undefined ? {} : (({ low, high }) => ({ low, high }))(rangeOf(filter.target));
  const rows = await context.database.reader.all<{
    source: Uint8Array;
    address: Uint8Array;
    scans: number;
    severity: number;
    last_seen: number;
  }>(
    `SELECT s.source AS source, t.address AS address, count(*) AS scans, max(s.severity) AS severity, max(s.last_seen) AS last_seen
     FROM target t JOIN scan s ON s.key = t.scan ${whereText([...texts, ...wanted])}
     GROUP BY s.source, t.address ORDER BY scans DESC, last_seen DESC LIMIT ${limit}`,
    { ...parameters, ...range },
  );
  return rows.map(({ source, address, scans, severity, last_seen }) => ({
    source: addressText(source),
    target: addressText(address),
    scans,
    severity: severities[severity]!,
    lastSeen: last_seen,
  }));
}

/** Cursor: number of the change, and key of the last scan of it that was told. */
export async function changedSince(context: QueryContext, cursor: string | undefined, most = 500): Promise<Changes> {
  const { database, signatures } = context;
  const settled = await database.settledChanges();
  if (cursor === undefined) {
    const [row] = await database.reader.all<{ last: number | null }>(
      'SELECT max(changed) AS last FROM scan WHERE changed < :settled',
      { settled },
    );
    return { scans: [], cursor: `${row?.last ?? 0}.${Number.MAX_SAFE_INTEGER}`, more: false };
  }
  const position = readCursor(cursor)!;
  const limit = Math.min(Math.max(Math.trunc(most), 1), largestPage);
  const rows = await database.reader.all<ScanRow>(
    `SELECT ${scanSelection} FROM scan s WHERE s.changed >= :changed AND (s.changed, s.key) > (:changed, :key) AND s.changed < :settled
     ORDER BY s.changed, s.key LIMIT ${limit + 1}`,
    { changed: position.time, key: position.key, settled },
  );
  const told = rows.slice(0, limit);
  const last = told.at(-1);
  return {
    scans: await toScans(database.reader, signatures, told),
    cursor: last ? `${last.changed}.${last.key}` : cursor,
    more: rows.length > limit,
  };
}

function whereText(texts: readonly string[]): string {
  return texts.length === 0 ? '' : `WHERE ${texts.join(' AND ')}`;
}
