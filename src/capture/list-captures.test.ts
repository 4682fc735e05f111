import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { pcap, section, snoop } from './capture-builder.test.helper.ts';
import { CaptureError } from './capture-error.ts';
import { listCaptures } from './list-captures.ts';

const folder = mkdtempSync(join(tmpdir(), 'captures-'));
after(() => rmSync(folder, { recursive: true }));

const capture = pcap([{ bytes: Buffer.from('hello') }]);
mkdirSync(join(folder, 'a/deep'), { recursive: true });
mkdirSync(join(folder, 'empty'));
writeFileSync(join(folder, 'b.pcap'), capture);
writeFileSync(join(folder, 'a/2.pcapng'), section());
writeFileSync(join(folder, 'a/1.anything'), gzipSync(capture));
writeFileSync(join(folder, 'a/deep/x.snoop'), snoop([]));
writeFileSync(join(folder, 'a/notes.txt'), 'not packets');
writeFileSync(join(folder, 'a/old.pcap.xz'), Buffer.from('fd377a585a000000', 'hex'));
writeFileSync(join(folder, 'zero.pcap'), '');
symlinkSync('..', join(folder, 'a/loop'));
symlinkSync('nowhere', join(folder, 'a/broken'));
symlinkSync('b.pcap', join(folder, 'same.pcap'));

const inFolder = (paths: readonly string[]): string[] => paths.map((path) => relative(folder, path));

describe('the captures that arguments name', () => {
  it('of a directory are all below it, sorted, each once, whatever their names', async () => {
    const { files } = await listCaptures([folder]);
    assert.deepEqual(inFolder(files), ['a/1.anything', 'a/2.pcapng', 'a/deep/x.snoop', 'b.pcap']);
  });

  it('of a directory leave the rest out: one notice for what is no capture, one each for what might be', async () => {
    const { notices, skipped } = await listCaptures([folder]);
    assert.equal(skipped, 4);
    assert.deepEqual(
      notices.map((notice) => notice.slice(folder.length + 1).replace(/\. .*/, '')),
      [
        'a/broken: no such file',
        'a/old.pcap.xz: is compressed with xz, which is not read here',
        ' 2 files are not captures and were left out (a/notes.txt, zero.pcap)',
      ],
    );
  });

  it('may be lost among other files: the notices stay few', async () => {
    const many = mkdtempSync(join(tmpdir(), 'captures-'));
    try {
      for (let n = 10; n < 40; n++) {
        writeFileSync(join(many, `${n}.yaml`), 'command: nmap');
        symlinkSync('nowhere', join(many, `${n}.pcap`));
      }
      writeFileSync(join(many, 'x.pcap'), capture);
      const { files, notices, skipped } = await listCaptures([many]);
      assert.equal(files.length, 1);
      assert.equal(skipped, 60);
      assert.deepEqual(notices.slice(20), [
        `${many}: 30 files are not captures and were left out (10.yaml, 11.yaml, 12.yaml, …)`,
        `${many}: 10 more files could not be read`,
      ]);
    } finally {
      rmSync(many, { recursive: true });
    }
  });

  it('of a directory with one other file: the notice says what it is', async () => {
    const one = mkdtempSync(join(tmpdir(), 'captures-'));
    writeFileSync(join(one, 'notes.txt'), 'not packets');
    const { notices } = await listCaptures([one]).finally(() => rmSync(one, { recursive: true }));
    assert.equal(notices.length, 1);
    assert.match(notices[0]!, /notes\.txt: is not a packet capture\. Trespass reads pcap and pcapng/);
  });

  it('are in the order of the arguments, and may be standard input', async () => {
    const b = join(folder, 'b.pcap');
    const { files } = await listCaptures([b, '-', join(folder, 'a'), b, join(folder, 'empty')]);
    assert.equal(files.length, 5);
    assert.deepEqual(files.slice(0, 2), [b, '-']);
    assert.deepEqual(inFolder(files.slice(2)), ['a/1.anything', 'a/2.pcapng', 'a/deep/x.snoop']);
  });

  it('must be captures when they are named themselves', async () => {
    const cases: [string, string][] = [
      ['a/notes.txt', 'not-a-capture'],
      ['zero.pcap', 'not-a-capture'],
      ['a/old.pcap.xz', 'compressed'],
      ['a/broken', 'not-found'],
    ];
    for (const [path, kind] of cases) {
      await assert.rejects(
        listCaptures([join(folder, path)]),
        (error) => error instanceof CaptureError && error.kind === kind && error.path.endsWith(path),
      );
    }
  });
});
