/** What can be wrong with a store's file, and what is said then. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openStore } from './open-store.ts';
import { loadSqlite } from './sqlite-driver.ts';
import { scanned } from './store-cases.test.helper.ts';
import { StoreWriter } from './store-writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'trespass-faults-'));
after(() => rmSync(folder, { recursive: true }));

const isRoot = process.getuid?.() === 0;

async function filledStore(name: string, scans = 300): Promise<string> {
  const file = join(folder, name);
  const store = await openStore(file);
  const alerts = Array.from({ length: scans }, (_, index) =>
    scanned({ at: index * 100, source: `192.0.2.${index % 250}` }),
  );
  await store.write({ sensor: 'dmz', alerts });
  await store.close();
  return file;
}

describe('a store that cannot be used says why', () => {
  it('there is none, or an empty one, where there should be', async () => {
    const missing = { fault: 'cannot-open', message: /there is no such file.*--store/ };
    await assert.rejects(openStore(join(folder, 'missing.db'), { mustExist: true }), missing);
    writeFileSync(join(folder, 'empty.db'), '');
    await assert.rejects(openStore(join(folder, 'empty.db'), { mustExist: true }), {
      fault: 'foreign',
      message: /is empty/,
    });
    await assert.rejects(openStore(join(folder, 'no/such/folder.db')), {
      fault: 'cannot-open',
      message: /its folder exists/,
    });
    mkdirSync(join(folder, 'folder.db'));
    await assert.rejects(openStore(join(folder, 'folder.db')), { fault: 'cannot-open' });
  });

  it('a file of something else, which is not touched', async () => {
    const text = join(folder, 'notes.txt');
    writeFileSync(text, 'This is no database at all. '.repeat(100));
    await assert.rejects(openStore(text), { fault: 'foreign', message: /no store of Trespass.*nothing was changed/ });
    assert.equal(readFileSync(text, 'utf8'), 'This is no database at all. '.repeat(100));

    const other = join(folder, 'other.db');
    const open = await loadSqlite();
    const database = open(other);
    database.exec('CREATE TABLE bookmarks (url TEXT)');
    database.close();
    const before = readFileSync(other);
    await assert.rejects(openStore(other), { fault: 'foreign', message: /a database of another program/ });
    assert.deepEqual(readFileSync(other), before);
  });

  it('a store of a newer version', async () => {
    const file = await filledStore('newer.db', 1);
    const open = await loadSqlite();
    const database = open(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    await assert.rejects(openStore(file), { fault: 'newer', message: /Update this one/ });
  });

  it('a store that was cut short', async () => {
    const file = await filledStore('short.db');
    truncateSync(file, Math.floor(statSync(file).size / 2));
    await assert.rejects(openStore(file), { fault: 'damaged', message: /cut short/ });
    truncateSync(file, 50);
    await assert.rejects(openStore(file), (error: { fault: string }) => ['foreign', 'damaged'].includes(error.fault));
  });

  it('a store with damage inside', async () => {
    const file = await filledStore('damaged.db');
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 8192, bytes.length - 8192);
    writeFileSync(file, bytes);
    await assert.rejects(
      openStore(file).then(async (store) => {
        await store.list({}).finally(() => store.close());
      }),
      { fault: 'damaged', message: /it is damaged/ },
    );
  });

  it('a store that somebody else keeps locked', async () => {
    const file = await filledStore('locked.db', 1);
    const store = await openStore(file, { patienceMilliseconds: 200 });
    const open = await loadSqlite();
    const other = open(file);
    other.exec('BEGIN IMMEDIATE');
    const before = performance.now();
    await assert.rejects(store.write({ sensor: 'dmz', alerts: [scanned({ at: 9000 })] }), {
      fault: 'locked',
      message: /another process writes/,
    });
    assert.ok(performance.now() - before >= 200);
    assert.equal((await store.list({})).scans.length, 1, 'it can be read meanwhile');
    other.exec('COMMIT');
    other.close();
    await store.write({ sensor: 'dmz', alerts: [scanned({ at: 9000 })] });
    assert.equal((await store.list({})).scans.length, 2);
    await store.close();
  });

  it('a store that may only be read', { skip: isRoot ? 'root may write everything' : false }, async () => {
    const file = await filledStore('read-only.db', 1);
    chmodSync(file, 0o400);
    await assert.rejects(openStore(file), { fault: 'read-only' });
  });

  it('a name that SQLite would take for something else is the name of a file', async () => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      for (const name of [':memory:', 'file:x.db?mode=memory']) {
        await (await openStore(name)).close();
        assert.ok(statSync(join(folder, name)).size > 0, name);
      }
    } finally {
      process.chdir(before);
    }
  });

  it('what names no store', async () => {
    const cases: [location: string, message: RegExp][] = [
      ['', /has no name\. Name a file/],
      ['mysql://trespass@db/scans', /there is none of that kind\. Name a file, or postgres:/],
      [
        'postgres://trespass:secret@db:port/scans',
        /^The store postgres:\/\/trespass@db:port\/scans: that is no address/,
      ],
    ];
    for (const [location, message] of cases) {
      await assert.rejects(openStore(location), { fault: 'bad-question', message });
    }
  });

  it('a store is its owner’s alone', async () => {
    const file = await filledStore('private.db', 1);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });
});

describe('a full disk', { skip: isRoot ? false : 'only root can mount a small disk' }, () => {
  const disk = join(folder, 'disk');

  it('is told also where there is no room for an empty store', async (test) => {
    const small = join(folder, 'small');
    mkdirSync(small);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]).status !== 0) {
      return test.skip('a small disk cannot be mounted here');
    }
    try {
      await assert.rejects(openStore(join(small, 'new.db')), { fault: 'disk-full', message: /the disk is full/ });
      assert.equal(spawnSync('mount', ['-o', 'remount,size=16m', small]).status, 0);
      await (await openStore(join(small, 'new.db'))).close();
    } finally {
      spawnSync('umount', ['-l', small]);
    }
  });

  it('takes nothing more and loses nothing; reporting goes on, and so does storing when there is room', async (test) => {
    mkdirSync(disk);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
    if (mounted.status !== 0) return test.skip('a small disk cannot be mounted here');
    try {
      const store = await openStore(join(disk, 'full.db'));
      const stored: string[] = [];
      const fill = async () => {
        for (let index = 0; index < 100_000; index++) {
          const alert = scanned({ at: index * 100, source: `192.0.${index >> 8}.${index & 255}` });
          await store.write({ sensor: 'dmz', alerts: [alert] });
          stored.push(alert.scan);
        }
      };
      await assert.rejects(fill(), { fault: 'disk-full', message: /the disk is full/ });
      for (const scan of stored) assert.ok(await store.scan(scan));

      const reported: string[] = [];
      const problems: string[] = [];
      const writer = new StoreWriter({
        store,
        patience: 10,
        onAlert: ({ scan }) => reported.push(scan),
        onProblem: ({ fault }) => problems.push(fault),
      });
      const late = Array.from({ length: 500 }, (_, index) => scanned({ at: index * 100, source: '198.51.100.1' }));
      for (const alert of late) writer.add(alert);
      while (writer.statistics.failures < 2) await new Promise((resolve) => setTimeout(resolve, 10));
      assert.deepEqual(
        reported,
        late.map(({ scan }) => scan),
      );
      assert.deepEqual(problems, ['disk-full']);

      assert.equal(spawnSync('mount', ['-o', 'remount,size=16m', disk]).status, 0);
      await writer.end();
      assert.equal(writer.statistics.written, 500);
      assert.equal(reported.length, 500, 'none is reported twice');
      for (const scan of [...stored, ...late.map((alert) => alert.scan)]) assert.ok(await store.scan(scan));
      await store.close();
    } finally {
      // Lazily: a closed database may keep its files open for a while (sqlite-driver.ts).
      spawnSync('umount', ['-l', disk]);
    }
  });
});
