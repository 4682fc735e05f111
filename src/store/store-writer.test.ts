import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openStore } from './open-store.ts';
import type { Batch, Store, Written } from './store.ts';
import { noon, scanned } from './store-cases.test.helper.ts';
import { StoreError } from './store-error.ts';
import { StoreWriter } from './store-writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'trespass-writer-'));
after(() => rmSync(folder, { recursive: true }));

/** Only writes, as it is told to. */
function storeThat(write: (batch: Batch) => Promise<Written>): Store {
  return { write } as Partial<Store> as Store;
}

describe('what a sensor finds goes to the store', () => {
  it('in batches, and is reported in its order, once it is safe', async () => {
    const store = await openStore(join(folder, 'a.db'));
    const alerts = Array.from({ length: 1200 }, (_, index) => scanned({ at: index * 100 }));
    const reported: string[] = [];
    const writer = new StoreWriter({ store, sensor: 'dmz', onAlert: ({ scan }) => reported.push(scan) });
    for (const alert of alerts) writer.add(alert);
    assert.deepEqual(reported, [], 'adding does not wait');
    await writer.end();
    assert.deepEqual(
      reported,
      alerts.map(({ scan }) => scan),
    );
    const { sensors } = await store.statistics();
    assert.deepEqual(
      sensors.map(({ sensor, batches }) => [sensor, batches]),
      [['dmz', 3]],
    );
    await store.close();
  });

  it('also of a scan that opened and closed in one moment, both are reported, severe from the start', async () => {
    const store = await openStore(join(folder, 'b.db'));
    await store.addIncident({ address: '192.0.2.7', time: noon, what: 'webshell', reporter: 'EDR' });
    const reported: unknown[] = [];
    const writer = new StoreWriter({ store, onAlert: ({ state, severity }) => reported.push([state, severity]) });
    writer.add(scanned({ open: true, at: 0 }));
    writer.add(scanned({ at: 0 }));
    await writer.end();
    assert.deepEqual(reported, [
      ['open', 'high'],
      ['closed', 'high'],
    ]);
    await store.close();
  });

  it('one that cannot be stored does not keep the others out', async () => {
    const bad = scanned({ at: 300 });
    const taken: string[] = [];
    const store = storeThat(async ({ alerts }) => {
      if (alerts.includes(bad)) throw new TypeError('there is something wrong with it');
      taken.push(...alerts.map(({ scan }) => scan));
      return { accepted: true, scans: [] };
    });
    const alerts = [scanned({ at: 100 }), scanned({ at: 200 }), bad, scanned({ at: 400 })];
    const reported: string[] = [];
    const writer = new StoreWriter({ store, patience: 1, onAlert: ({ scan }) => reported.push(scan) });
    for (const alert of alerts) writer.add(alert);
    await writer.end();
    assert.deepEqual(
      taken,
      alerts.filter((alert) => alert !== bad).map(({ scan }) => scan),
    );
    assert.deepEqual(
      reported,
      alerts.map(({ scan }) => scan),
    );
    assert.equal(writer.statistics.dropped, 1);
  });

  it('a store that takes nothing is said once, and at the end', async () => {
    const full = new StoreError('disk-full', 'The disk is full.');
    const store = storeThat(async () => {
      throw full;
    });
    const problems: StoreError[] = [];
    const writer = new StoreWriter({ store, patience: 1, onProblem: (problem) => problems.push(problem) });
    writer.add(scanned());
    while (writer.statistics.failures < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(problems, [full]);
    await assert.rejects(writer.end(), full);
  });
});
