import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { PacketFolder } from './packet-folder.ts';

describe('the folder of kept packets', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'trespass-packets-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const scan = (number: number) => number.toString(16).padStart(16, '0');
  const names = () => readdirSync(folder).sort();
  const bounds = { files: 100, bytes: 1000, days: 30 };

  it('has a file for each scan, and writes it anew', () => {
    const packets = new PacketFolder(join(folder, 'deep', 'down'), bounds);
    packets.write(scan(1), new Uint8Array(10));
    packets.write(scan(1), new Uint8Array(20));
    const file = join(folder, 'deep', 'down', `${scan(1)}.pcapng`);
    assert.equal(statSync(file).size, 20);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('deletes the oldest when there are too many, or too large ones', () => {
    const few = new PacketFolder(folder, { ...bounds, files: 3 });
    for (let number = 1; number <= 5; number++) few.write(scan(number), new Uint8Array(10));
    assert.deepEqual(
      names(),
      [3, 4, 5].map((number) => `${scan(number)}.pcapng`),
    );
    const small = new PacketFolder(folder, { ...bounds, bytes: 100 });
    small.write(scan(6), new Uint8Array(85));
    assert.deepEqual(
      names(),
      [5, 6].map((number) => `${scan(number)}.pcapng`),
    );
    assert.equal(small.deleted, 2);
  });

  it('deletes what is too old, and touches no other file', () => {
    for (const name of [`${scan(1)}.pcapng`, 'notes.txt', 'x.pcapng']) {
      writeFileSync(join(folder, name), 'x');
      utimesSync(join(folder, name), 0, 0);
    }
    new PacketFolder(folder, bounds);
    assert.deepEqual(names(), ['notes.txt', 'x.pcapng']);
  });
});
