/**
 * `npm run bench:store`: how many scans are stored in a second, in a file and in PostgreSQL, by one sensor and by four; and
 * how long a hunt takes among many. Scans are those of the captures in captures/nmap, again and again with other addresses
 * and times.
 *
 *     npm run bench:store                                 writing, 20 s each
 *     npm run bench:store -- hunt 10000000 /tmp/big.db    makes a store of so many scans (kept, and used again), and hunts
 *     npm run bench:store -- hunt 2000000 postgres        the same in a PostgreSQL of its own, gone afterwards
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressKey, addressText } from '../src/store/address-key.ts';
import { openStore } from '../src/store/open-store.ts';
import { startCluster, withoutPostgres } from '../src/store/postgres-cluster.test.helper.ts';
import { loadSqlite } from '../src/store/sqlite-driver.ts';
import type { ScanFilter, Store } from '../src/store/store.ts';
import type { StoreError } from '../src/store/store-error.ts';
import { type Alert, defaultScanSettings, loadCatalogue, readCaptures } from '../src/trespass.ts';
import { makeLargePostgres } from './large-postgres.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

async function realAlerts(): Promise<Alert[]> {
  const alerts: Alert[] = [];
  await readCaptures({
    paths: [join(root, 'captures/nmap')],
    catalogue: loadCatalogue(),
    settings: defaultScanSettings,
    onAlert: (alert) => {
      if (alert.state === 'closed') alerts.push(alert);
    },
  });
  return alerts;
}

/** The scan of another address, at another time. */
function moved(alert: Alert, number: number, random: () => number): Alert {
  const source = addressText(
    addressKey(`198.${18 + (number & 1)}.${Math.floor(random() * 256)}.${Math.floor(random() * 256)}`),
  );
  const firstSeen = alert.firstSeen + number * 60e6;
  const scan = Math.floor(random() * 2 ** 52)
    .toString(16)
    .padStart(16, '0');
  return { ...alert, scan, source, firstSeen, lastSeen: firstSeen + 1e6 };
}

const seconds = 20;
/** What a busy sensor finds in a moment. */
const batchSize = 100;

/** A sensor, as a process of its own: writes for some seconds, and says how much. */
async function writeAsSensor(location: string, sensor: string): Promise<void> {
  const alerts = await realAlerts();
  const store = await openStore(location);
  process.send?.('ready');
  await once(process, 'message');
  let evidence = 0;
  let scans = 0;
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const batch = Array.from({ length: batchSize }, () => moved(alerts[scans % alerts.length]!, scans++, Math.random));
    await writePatiently(store, sensor, batch);
    for (const { evidenceCount } of batch) evidence += evidenceCount;
  }
  process.send?.({ scans, evidence });
  await store.close();
  process.disconnect();
}

/** Four that write one file all the time are more than it is made for: some wait longer than the store does. */
async function writePatiently(store: Store, sensor: string, alerts: readonly Alert[]): Promise<void> {
  for (;;) {
    try {
      await store.write({ sensor, alerts });
      return;
    } catch (error) {
      if ((error as StoreError).fault !== 'locked') throw error;
    }
  }
}

async function measureWriting(name: string, location: string, sensors: number): Promise<void> {
  const children = Array.from({ length: sensors }, (_, index) =>
    fork(fileURLToPath(import.meta.url), ['sensor', location, `sensor-${index}`]),
  );
  await Promise.all(children.map((child) => once(child, 'message')));
  const results = children.map((child) => once(child, 'message'));
  for (const child of children) child.send('go');
  const counts = (await Promise.all(results)).map(([count]) => count as { scans: number; evidence: number });
  const scans = counts.reduce((sum, count) => sum + count.scans, 0);
  const evidence = counts.reduce((sum, count) => sum + count.evidence, 0);
  const rate = (count: number) => Math.round(count / seconds).toLocaleString('en');
  console.log(
    `${name}, ${sensors} ${sensors === 1 ? 'sensor' : 'sensors'}: ${rate(scans)} scans (${rate(evidence)} pieces of evidence) a second`,
  );
}

async function benchWriting(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'trespass-bench-'));
  try {
    for (const sensors of [1, 4]) await measureWriting('file', join(folder, `${sensors}.db`), sensors);
    const reason = withoutPostgres();
    if (reason) return console.log(`PostgreSQL: skipped: ${reason}`);
    const cluster = await startCluster({ durable: true });
    try {
      for (const sensors of [1, 4]) await measureWriting('PostgreSQL', await cluster.newDatabase(), sensors);
    } finally {
      await cluster.stop();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const start = 1_700_000_000_000_000;

/** From one scan to the next, so that all are within three years. Microseconds. */
function stepOf(scans: number): number {
  return 1_000_000 * Math.max(1, Math.floor((3 * 365 * 86_400) / scans));
}

const sources = 1 << 20;
const targets = 1 << 16;

/** Multiples of an odd number visit every address before any comes twice. */
const sourceSql = `unhex('00000000000000000000ffff' || printf('%08x', 3221225472 + (n * 40503) % ${sources}))`;

/** One scan of each kind that there is. */
async function writeKinds(location: string): Promise<void> {
  const store = await openStore(location);
  await store.write({
    sensor: 'lab',
    alerts: (await realAlerts()).map((alert, index) => moved(alert, index, Math.random)),
  });
  await store.close();
}

/** With plain SQL, and indexes made at the end: a hundred times as fast as by writing scan for scan. */
async function makeLarge(file: string, scans: number): Promise<void> {
  await writeKinds(file);
  const open = await loadSqlite();
  const database = open(file);
  database.exec(
    'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = FILE;',
  );
  const [{ kinds }] = database.prepare('SELECT count(*) AS kinds FROM scan').all() as [{ kinds: number }];
  const indexes = database
    .prepare(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name IN ('scan', 'target') AND sql IS NOT NULL",
    )
    .all() as { name: string; sql: string }[];
  for (const { name } of indexes) database.exec(`DROP INDEX ${name}`);
  database.exec(`
    CREATE TEMP TABLE kind AS SELECT row_number() OVER (ORDER BY key) - 1 AS n, * FROM scan;
    CREATE UNIQUE INDEX temp.kind_number ON kind (n);
    CREATE TEMP TABLE kind_mark AS SELECT DISTINCT m.signature AS signature, k.n AS n FROM mark m JOIN kind k ON k.key = m.scan;
    DELETE FROM scan; DELETE FROM mark; DELETE FROM target;`);
  const step = stepOf(scans);
  const counter = (from: number, to: number, by = 1) =>
    `WITH RECURSIVE c(n) AS (SELECT ${from} UNION ALL SELECT n + ${by} FROM c WHERE n + ${by} < ${to})`;
  const million = 1_000_000;
  for (let from = 0; from < scans; from += million) {
    say(`${from / million} of ${scans / million} million scans`);
    database.exec(`${counter(from, Math.min(from + million, scans))}
      INSERT INTO scan (key, id, source, zone, first_seen, last_seen, severity, found, state, sensor, parts, evidence, changed, data)
      SELECT c.n + 1, randomblob(8), ${sourceSql.replaceAll('n *', 'c.n *')}, 2, ${start} + c.n * ${step}, ${start} + c.n * ${step} + 1000000,
        CASE c.n % 1000 WHEN 0 THEN 3 WHEN 1 THEN 2 ELSE 1 END, 1, 0, 1, 1, kind.evidence, 1, kind.data
      FROM c JOIN kind ON kind.n = c.n % ${kinds}`);
  }
  say('targets');
  database.exec(`
    WITH RECURSIVE a(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM a WHERE n + 1 < ${targets}),
      j(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM j WHERE n + 1 < ${Math.ceil(scans / targets)})
    INSERT INTO target SELECT unhex('00000000000000000000ffff' || printf('%08x', 167772160 + a.n)),
      ${start} + (j.n * ${targets} + a.n) * ${step}, j.n * ${targets} + a.n + 1
    FROM a CROSS JOIN j WHERE j.n * ${targets} + a.n < ${scans}`);
  say('signatures');
  const marks = database
    .prepare('SELECT signature, group_concat(n) AS kinds FROM kind_mark GROUP BY signature ORDER BY signature')
    .all() as {
    signature: number;
    kinds: string;
  }[];
  for (const { signature, kinds: list } of marks) {
    database.exec(`
      WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n + 1 < ${Math.ceil(scans / kinds)})
      INSERT INTO mark SELECT ${signature}, ${start} + (c.n * ${kinds} + k.value) * ${step}, c.n * ${kinds} + k.value + 1
      FROM c CROSS JOIN (SELECT value FROM json_each('[${list}]') ORDER BY value) k WHERE c.n * ${kinds} + k.value < ${scans}`);
  }
  for (const { name, sql } of indexes) {
    say(`index ${name}`);
    database.exec(sql);
  }
  database.exec(
    `UPDATE counter SET value = ${scans} WHERE name = 'scan'; UPDATE counter SET value = 1000000 WHERE name = 'longest';`,
  );
  database.exec('PRAGMA journal_mode = WAL;');
  database.close();
}

function say(text: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);
}

async function benchHuntingPostgres(scans: number): Promise<void> {
  const reason = withoutPostgres();
  if (reason) return console.log(`PostgreSQL: skipped: ${reason}`);
  const cluster = await startCluster({ durable: true });
  try {
    const url = await cluster.newDatabase();
    await writeKinds(url);
    const large = { scans, sources, targets, start, step: stepOf(scans) };
    await benchHunting(scans, url, await makeLargePostgres(url, large, say));
  } finally {
    await cluster.stop();
  }
}

async function benchHunting(scans: number, location: string, bytes: number): Promise<void> {
  console.log(
    `${scans.toLocaleString('en')} scans: ${(bytes / 1e9).toFixed(2)} GB, ${Math.round(bytes / scans)} bytes a scan`,
  );
  const store = await openStore(location, { mustExist: true });
  const address = (base: number, of: number) => {
    const number = base + Math.floor(Math.random() * of);
    return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
  };
  const source = () => address(3_221_225_472, sources);
  const target = () => address(167_772_160, targets);
  const cases: [string, () => ScanFilter][] = [
    ['an address as source and target', () => ({ address: source() })],
    ['an address as target', () => ({ target: target() })],
    ['a /24 as source and target', () => ({ address: `${source()}/24` })],
    ['a /8', () => ({ address: '10.0.0.0/8' })],
    ['a script', () => ({ script: 'http-title' })],
    ['the newest of high severity', () => ({ severities: ['high'] })],
    ['the newest of all', () => ({})],
  ];
  for (const [name, filter] of cases) await measureHunt(store, name, filter);
  await measure('timeline of one day in hours', 5, () =>
    store.timeline({ since: 1_720_000_000e6, until: 1_720_086_400e6 }, 3600e6),
  );
  await measure('a new scan, written alone', 100, async () => {
    const [alert] = await real;
    await store.write({ sensor: 'lab', alerts: [moved(alert!, Math.floor(Math.random() * 1e6), Math.random)] });
  });
  await store.close();
}

let real: Promise<Alert[]>;

async function measureHunt(store: Store, name: string, filter: () => ScanFilter): Promise<void> {
  await measure(`hunt for ${name}`, 50, () => store.list(filter(), { limit: 100 }));
}

async function measure(name: string, times: number, work: () => Promise<unknown>): Promise<void> {
  const milliseconds: number[] = [];
  for (let time = 0; time < times; time++) {
    const before = performance.now();
    await work();
    milliseconds.push(performance.now() - before);
  }
  milliseconds.sort((a, b) => a - b);
  const at = (share: number) => milliseconds[Math.min(Math.floor(times * share), times - 1)]!.toFixed(1);
  console.log(`${name}: median ${at(0.5)} ms, 95 % within ${at(0.95)} ms, worst ${milliseconds.at(-1)!.toFixed(1)} ms`);
}

const [kind, first = '', second = ''] = process.argv.slice(2);
if (kind === 'sensor') await writeAsSensor(first, second);
else if (kind === 'hunt') {
  real = realAlerts();
  if (second === 'postgres') await benchHuntingPostgres(Number(first));
  else {
    if (!existsSync(second)) await makeLarge(second, Number(first));
    await benchHunting(Number(first), second, statSync(second).size);
  }
} else await benchWriting();
