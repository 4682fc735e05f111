/** kill -9 in the middle of writing. `npm run test:store` does it a hundred times, and to PostgreSQL; `npm test` five times. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStore } from './open-store.ts';
import { startCluster, withoutPostgres } from './postgres-cluster.test.helper.ts';
import { loadSqlite } from './sqlite-driver.ts';
import type { Store } from './store.ts';
import { crashAlerts } from './store-crash.test.helper.ts';

const rounds = Number(process.env.TRESPASS_CRASHES ?? 5);
const isShort = process.env.TRESPASS_CRASHES === undefined;
const program = fileURLToPath(new URL('./store-crash.test.helper.js', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'trespass-crash-'));
const children: ChildProcess[] = [];
after(() => {
  // A test that failed has left its writers at work.
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

interface Writer {
  readonly child: ChildProcess;
  /** Of the last batch that was acknowledged; -1: none. */
  readonly acknowledged: () => number;
  /** Batches that the sensor had to report itself. */
  readonly direct: () => number[];
  readonly wrote: Promise<unknown>;
}

function startWriter(...argv: string[]): Writer {
  const child = spawn(process.execPath, [program, ...argv], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let text = '';
  const wrote = once(child.stdout!, 'data');
  child.stdout!.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  const lines = () =>
    text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .slice(0, -1);
  return {
    child,
    wrote,
    acknowledged: () => Number.parseInt(lines().at(-1) ?? '-1', 10),
    direct: () => lines().flatMap((line) => (line.endsWith('direct') ? Number.parseInt(line, 10) : [])),
  };
}

async function kill({ child }: Writer): Promise<void> {
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

describe('kill -9 in the middle of writing', () => {
  it(`a file: ${rounds} times, and nothing that was acknowledged is lost`, async () => {
    const file = join(folder, 'crash.db');
    let next = 0;
    for (let round = 0; round < rounds; round++) {
      const writer = startWriter(file, 'a', String(next));
      await writer.wrote;
      // At any moment of a transaction: they take a few milliseconds.
      await sleep(Math.random() * 30);
      await kill(writer);
      const last = writer.acknowledged();
      assert.ok(last >= next, 'it wrote something');
      const store = await openStore(file, { mustExist: true });
      for (let number = next; number <= last; number++) {
        for (const { scan } of crashAlerts('a', number)) {
          assert.ok(await store.scan(scan), `round ${round}: batch ${number} is there`);
        }
      }
      await store.close();
      next = last + 1;
    }
    const open = await loadSqlite();
    const database = open(file);
    assert.deepEqual({ ...(database.prepare('PRAGMA integrity_check').all()[0] as object) }, { integrity_check: 'ok' });
    // Half of a batch would be one scan of its two.
    const [counts] = database
      .prepare(
        'SELECT count(*) AS scans, (SELECT count(*) FROM target) AS targets, (SELECT count(*) FROM mark) AS marks FROM scan',
      )
      .all() as { scans: number; targets: number; marks: number }[];
    database.close();
    assert.equal(counts!.scans % 2, 0);
    assert.equal(counts!.targets, counts!.scans);
    assert.equal(counts!.marks, counts!.scans);
  });

  it('sensors of one PostgreSQL, which fails, too: every scan once, and told once', {
    skip: isShort ? 'npm run test:store does it' : withoutPostgres(),
  }, async () => {
    const cluster = await startCluster();
    try {
      const location = await cluster.newDatabase();
      const sensors = ['a', 'b', 'c', 'd'];
      const last = new Map(sensors.map((sensor) => [sensor, -1]));
      const told: string[] = [];
      const reported = new Set<string>();
      for (let round = 0; round < Math.max(rounds / 5, 2); round++) {
        const writers = sensors.map((sensor) => ({
          sensor,
          writer: startWriter(location, sensor, String(last.get(sensor)! + 1), join(folder, `spool-${sensor}.db`)),
        }));
        await Promise.all(writers.map(({ writer }) => writer.wrote));
        await sleep(100 + Math.random() * 200);
        // Cut off from the database, a sensor goes on with its spool.
        if (round % 2 === 1) {
          await cluster.kill();
          const before = writers.map(({ writer }) => writer.acknowledged());
          const goOn = () => writers.every(({ writer }, index) => writer.acknowledged() > before[index]! + 1);
          for (let tries = 0; !goOn() && tries < 300; tries++) await sleep(100);
          assert.ok(goOn(), 'without a database, each writes on');
          await cluster.start();
        }
        for (const { sensor, writer } of writers) {
          await sleep(Math.random() * 30);
          await kill(writer);
          last.set(sensor, writer.acknowledged());
          // The one after the last may have been taken, and not been acknowledged.
          for (const number of [...writer.direct(), writer.acknowledged() + 1]) {
            for (const { scan } of crashAlerts(sensor, number)) reported.add(scan);
          }
        }
        const store = await openStore(location);
        told.push(...(await tellIds(store)));
        await store.close();
      }

      // What is still in the spools comes with the next run.
      for (const sensor of sensors) {
        const store = await openStore(location, { spool: join(folder, `spool-${sensor}.db`) });
        while ((await store.statistics()).spooled > 0) await sleep(20);
        await store.close();
      }
      const store = await openStore(location);
      told.push(...(await tellIds(store)), ...(await tellIds(store)));
      const expected = new Set<number>();
      for (const sensor of sensors) {
        // A batch may have been taken and not been acknowledged: one more.
        const { scans } = await countScans(store, { sensor, source: '192.0.2.0/24' });
        const acknowledged = last.get(sensor)! + 1;
        assert.ok(scans === acknowledged || scans === acknowledged + 1, `${sensor}: ${scans} scans of ${acknowledged}`);
        for (let number = 0; number < scans; number++) expected.add(number);
      }
      const shared = await countScans(store, { source: '198.51.100.1' });
      assert.equal(shared.scans, expected.size, 'what several sensors saw is one scan');
      const own = await countScans(store, { source: '192.0.2.0/24' });
      assert.equal(shared.parts, own.scans, 'with a part of each, once');
      assert.equal(shared.evidence, own.evidence);
      assert.equal(new Set(told).size, told.length, 'none is told twice');
      assert.ok(told.length > 0);
      for (const { id, parts } of [...own.ids, ...shared.ids]) {
        const isKnown = told.includes(id) || parts.some((part) => reported.has(part));
        assert.ok(isKnown, `${id} was told, or reported by the sensor while there was no database`);
      }
      await store.close();
    } finally {
      await cluster.stop();
    }
  });
});

async function tellIds(store: Store): Promise<string[]> {
  const ids: string[] = [];
  const deliver: Parameters<Store['tellDue']>[0] = async (due) => {
    ids.push(...due.map(({ scan }) => scan.alert.scan));
  };
  while ((await store.tellDue(deliver)) > 0);
  return ids;
}

async function countScans(store: Store, filter: Parameters<typeof store.list>[0]) {
  const counts = { scans: 0, parts: 0, evidence: 0, ids: [] as { id: string; parts: string[] }[] };
  let cursor: string | undefined;
  do {
    const page = await store.list(filter, { limit: 1000, ...(cursor !== undefined && { cursor }) });
    for (const { sensors, alert } of page.scans) {
      counts.scans++;
      counts.ids.push({ id: alert.scan, parts: sensors.map(({ scan }) => scan) });
      counts.parts += sensors.length;
      counts.evidence += alert.evidenceCount;
    }
    cursor = page.next;
  } while (cursor !== undefined);
  return counts;
}
