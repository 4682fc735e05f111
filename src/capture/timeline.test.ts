import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { enhancedPacket, interfaceBlock, type Packet, pcap, section } from './capture-builder.test.helper.ts';
import { CaptureError } from './capture-error.ts';
import { FRAME, NEED_BYTES } from './capture-reader.ts';
import { pull } from './record-reading.test.helper.ts';
import { Timeline } from './timeline.ts';

const folder = mkdtempSync(join(tmpdir(), 'timeline-'));
after(() => rmSync(folder, { recursive: true }));

let count = 0;
function write(bytes: Uint8Array): string {
  const path = join(folder, `${count++}`);
  writeFileSync(path, bytes);
  return path;
}

/** A capture with a packet at each of these times, that says which file it is in. */
function capture(name: string, ...seconds: number[]): string {
  const packets: Packet[] = seconds.map((time) => ({ seconds: time, bytes: Buffer.from(`${name}${time}`) }));
  return write(pcap(packets));
}

async function texts(timeline: Timeline): Promise<string[]> {
  const records = await pull(timeline);
  return records.map((record) => Buffer.from(record.bytes, 'hex').toString());
}

describe('several captures', () => {
  it('are one timeline', async () => {
    const timeline = new Timeline([capture('a', 1, 4, 5), capture('b', 2, 3, 9), capture('c', 6)]);
    assert.deepEqual(await texts(timeline), ['a1', 'b2', 'b3', 'a4', 'a5', 'c6', 'b9']);
  });

  it('that follow each other may be named in any order', async () => {
    const timeline = new Timeline([capture('c', 20, 21), capture('a', 1, 2), capture('b', 10)]);
    assert.deepEqual(await texts(timeline), ['a1', 'a2', 'b10', 'c20', 'c21']);
  });

  it('keep the order inside each file when its clock steps back, and of the arguments at equal times', async () => {
    const timeline = new Timeline([capture('a', 5, 3, 6), capture('b', 5, 6)]);
    assert.deepEqual(await texts(timeline), ['a5', 'a3', 'b5', 'a6', 'b6']);
  });

  it('may be of different kinds, and the records say from which file they are', async () => {
    const zipped = write(gzipSync(pcap([{ seconds: 2, bytes: Buffer.from('zipped') }])));
    const packet = enhancedPacket({ ticks: 1_500_000n, bytes: Buffer.from('next') });
    const next = write(Buffer.concat([section(), interfaceBlock({ linkType: 101 }), packet]));
    const timeline = new Timeline([zipped, next]);
    const seen: [string, number][] = [];
    for (;;) {
      const result = timeline.next();
      if (result === FRAME) seen.push([timeline.file, timeline.linkType]);
      else if (result === NEED_BYTES) await timeline.refill();
      else break;
    }
    assert.deepEqual(seen, [
      [next, 101],
      [zipped, 1],
    ]);
  });

  it('report what is wrong in each, and how far they are', async () => {
    const bytes = pcap([{ seconds: 1, bytes: Buffer.from('whole') }]);
    const cut = write(bytes.subarray(0, bytes.length - 2));
    const text = write(Buffer.from('no packets here'));
    const timeline = new Timeline([cut, text, capture('a', 7)]);
    assert.deepEqual(await texts(timeline), ['who', 'a7']);
    assert.deepEqual(
      timeline.problems.map(({ file, kind }) => [file, kind]),
      [
        [text, 'not-a-capture'],
        [cut, 'cut-short'],
      ],
    );
    assert.equal(timeline.problemCount, 2);
    assert.equal(timeline.consumed, timeline.size);
  });

  it('beyond the number that may be open come late, with a problem', async () => {
    const files = [capture('a', 1, 10), capture('b', 2, 11), capture('c', 3, 12)];
    const timeline = new Timeline(files, { filesOpen: 2 });
    assert.deepEqual(await texts(timeline), ['a1', 'b2', 'a10', 'c3', 'b11', 'c12']);
    assert.deepEqual(
      timeline.problems.map(({ file, kind }) => [file, kind]),
      [[files[2], 'skipped']],
    );
  });

  it('that cannot be opened reject', async () => {
    const timeline = new Timeline([capture('a', 1), join(folder, 'missing')]);
    await assert.rejects(texts(timeline), (error) => error instanceof CaptureError && error.kind === 'not-found');
    await timeline.close();
  });

  it('are in order of time if each file is, and complete in any case', async () => {
    const times = fc.array(fc.array(fc.nat(30), { maxLength: 8 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(times, fc.boolean(), fc.integer({ min: 32, max: 99 }), async (lists, sorted, windowBytes) => {
        if (sorted) for (const list of lists) list.sort((a, b) => a - b);
        const files = lists.map((list, index) => capture(`${index}:`, ...list));
        const all = await texts(new Timeline(files, { windowBytes }));
        for (const [index, list] of lists.entries()) {
          const own = all.filter((text) => text.startsWith(`${index}:`));
          assert.deepEqual(
            own,
            list.map((time) => `${index}:${time}`),
          );
        }
        const seconds = all.map((text) => Number(text.split(':')[1]));
        if (sorted)
          assert.deepEqual(
            seconds,
            seconds.toSorted((a, b) => a - b),
          );
      }),
      { numRuns: 60 },
    );
  });
});
