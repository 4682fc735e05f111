import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BatchSpool } from './batch-spool.ts';
import { openStore } from './open-store.ts';
import { SpooledStore } from './spooled-store.ts';
import type { Store } from './store.ts';
import { scanned, tell } from './store-cases.test.helper.ts';
import { StoreError } from './store-error.ts';
import { StoreWriter } from './store-writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'trespass-spool-'));
after(() => rmSync(folder, { recursive: true }));

/** A file stands for the database: what it is does not matter to the spool. It can be cut off. */
async function cutOffStore(name: string) {
  const file = join(folder, `${name}.db`);
  const state = { isCut: false, refuses: false };
  const notices: string[] = [];
  const connect = async (): Promise<Store> => {
    if (state.isCut) throw new StoreError('cannot-open', 'The database cannot be reached.');
    const store = await openStore(file);
    return new Proxy(store, {
      get: (target, property: keyof Store) => {
        const method = target[property] as (...args: unknown[]) => Promise<unknown>;
        // Whoever awaits the store asks whether it is a promise.
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]) => {
          if (state.isCut && property !== 'close')
            throw new StoreError('cannot-open', 'The database cannot be reached.');
          if (state.refuses && property === 'write') throw new StoreError('failed', 'No.');
          return method.apply(target, args);
        };
      },
    });
  };
  const open = async () =>
    new SpooledStore({
      spool: await BatchSpool.open(join(folder, `${name}-spool.db`)),
      connect,
      onNotice: (text) => notices.push(text),
      patience: 5,
    });
  return { state, notices, open, file };
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; !(await condition()); tries++) {
    if (tries > 6000) throw new Error('it does not happen');
    await sleep(5);
  }
}

describe('a sensor with a spool', () => {
  it('sends what it finds, and each batch counts once', async () => {
    const { open } = await cutOffStore('a');
    const store = await open();
    for (let index = 0; index < 5; index++)
      await store.write({ sensor: 'dmz', alerts: [scanned({ at: index * 100 })], tell: true });
    await until(async () => (await store.statistics()).spooled === 0);
    const { scans, sensors } = await store.statistics();
    assert.deepEqual([scans, sensors[0]!.batches, sensors[0]!.repeated], [5, 5, 0]);
    assert.equal((await tell(store)).length, 5);
    await store.close();
  });

  it('goes on while it is cut off, reports itself, and catches up', async () => {
    const { state, notices, open } = await cutOffStore('b');
    const store = await open();
    await store.write({ sensor: 'dmz', alerts: [scanned({ at: 0 })], tell: true });
    await until(async () => (await store.statistics()).spooled === 0);
    state.isCut = true;
    await assert.rejects(store.statistics());
    const reported: string[] = [];
    const writer = new StoreWriter({ store, sensor: 'dmz', tell: true, onAlert: ({ scan }) => reported.push(scan) });
    const alerts = [scanned({ at: 1000 }), scanned({ at: 2000 })];
    for (const alert of alerts) writer.add(alert);
    await writer.end();
    assert.deepEqual(
      reported,
      alerts.map(({ scan }) => scan),
    );
    state.isCut = false;
    await until(async () => (await store.statistics().catch(() => ({ spooled: 1 }))).spooled === 0);
    assert.equal((await store.list({})).scans.length, 3);
    assert.equal((await tell(store)).length, 1, 'what the sensor reported itself is not told again');
    assert.deepEqual(
      notices.map((text) => /waits in the spool|takes what is stored again/.exec(text)?.[0]),
      ['waits in the spool', 'takes what is stored again'],
    );
    await store.close();
  });

  it('keeps what it could not send for the next run', async () => {
    const { state, notices, open } = await cutOffStore('c');
    state.isCut = true;
    const first = await open();
    await first.write({ sensor: 'dmz', alerts: [scanned({ at: 0 }), scanned({ at: 100 })] });
    await first.close();
    assert.match(notices.at(-1)!, /1 batches wait in the spool/);
    state.isCut = false;
    const second = await open();
    await until(async () => (await second.statistics()).scans === 2);
    await second.close();
  });

  it('leaves out a batch that the database refuses again and again', async () => {
    const { state, notices, open } = await cutOffStore('d');
    const store = await open();
    state.refuses = true;
    await store.write({ sensor: 'dmz', alerts: [scanned({ at: 0 })] });
    await until(() => notices.some((text) => text.includes('left out')));
    state.refuses = false;
    await store.write({ sensor: 'dmz', alerts: [scanned({ at: 100 })] });
    await until(async () => (await store.statistics()).scans === 1);
    await store.close();
  });
});
