import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { makeFolder, WriteError, writeWholeFile } from './write-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'trespass-write-'));
after(() => rmSync(folder, { recursive: true }));

describe('a file for others', () => {
  it('takes the place of the old one, with its permissions, and leaves nothing beside it', () => {
    const place = join(folder, 'replaced');
    mkdirSync(place);
    const file = join(place, 'a.rules');
    writeWholeFile(file, 'old');
    chmodSync(file, 0o640);
    writeWholeFile(file, 'new');
    assert.equal(readFileSync(file, 'utf8'), 'new');
    assert.equal(statSync(file).mode & 0o777, 0o640);
    symlinkSync('a.rules', join(place, 'link.rules'));
    writeWholeFile(join(place, 'link.rules'), 'newer');
    assert.equal(readFileSync(file, 'utf8'), 'newer');
    assert.deepEqual(readdirSync(place), ['a.rules', 'link.rules']);
  });

  it('that cannot be written says why', () => {
    writeFileSync(join(folder, 'file'), '');
    const cases: [work: () => void, why: RegExp][] = [
      [() => writeWholeFile(join(folder, 'no/such.rules'), 'x'), /such\.rules: there is no such folder/],
      [() => writeWholeFile(join(folder, 'file/x.rules'), 'x'), /a file stands where a folder is needed/],
      [() => writeWholeFile(folder, 'x'), /this is a folder\. Name a file in it\.$/],
      [() => makeFolder(join(folder, 'file')), /a file stands where a folder is needed/],
    ];
    for (const [work, message] of cases) {
      assert.throws(work, (error) => error instanceof WriteError && message.test(error.message), String(message));
    }
  });

  it('a full disk leaves the old one', {
    skip: process.getuid?.() === 0 ? false : 'only root can mount a small disk',
  }, (test) => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status !== 0) {
      return test.skip('a small disk cannot be mounted here');
    }
    try {
      const file = join(disk, 'a.rules');
      writeWholeFile(file, 'old');
      assert.throws(() => writeWholeFile(file, 'x'.repeat(100_000)), /the disk is full/);
      assert.equal(readFileSync(file, 'utf8'), 'old');
      assert.deepEqual(readdirSync(disk), ['a.rules']);
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});
