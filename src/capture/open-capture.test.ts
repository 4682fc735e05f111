import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Packet, pcap } from './capture-builder.test.helper.ts';
import { CaptureError } from './capture-error.ts';
import { CaptureReader } from './capture-reader.ts';
import { DecompressedSource, FileSource } from './capture-source.ts';
import { unzstd } from './decompress.ts';
import { openCapture } from './open-capture.ts';
import { memory, pull, type Read, read } from './record-reading.test.helper.ts';

const folder = mkdtempSync(join(tmpdir(), 'capture-'));
after(() => rmSync(folder, { recursive: true }));

const packets: Packet[] = Array.from({ length: 400 }, (_, i) => ({
  seconds: 1_700_000_000 + i,
  bytes: Buffer.from(`packet ${i} ${'abcdefgh'.repeat(i % 50)} ${Math.imul(i, 2654435761)}`),
}));
const capture = pcap(packets);
const expected = read(capture).records;

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

async function readFile(path: string): Promise<{ records: Read[]; messages: string[] }> {
  const source = await openCapture(path);
  const reader = new CaptureReader(source);
  const records = await pull(reader);
  await source.close();
  return { records, messages: reader.problems.map((problem) => problem.message) };
}

/** `bytes` as zstd frame of raw and run-length blocks (RFC 8878, section 3.1.1), for Node 20 cannot make one. */
function zstd(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58)];
  for (let at = 0; at < bytes.length; at += 1000) {
    const chunk = bytes.subarray(at, at + 1000);
    const header = (chunk.length << 3) | (at + 1000 >= bytes.length ? 1 : 0);
    parts.push(Uint8Array.of(header & 0xff, (header >> 8) & 0xff, header >> 16), chunk);
  }
  return Buffer.concat(parts);
}

/** A frame that really is compressed, from the zstd command: "0123456789\n" 30 times, with a checksum. */
const compressedFrame = Buffer.from('28b52ffd644a0095000058303132333435363738390a01003c568b1708a835b2', 'hex');

async function unpack(bytes: Uint8Array, portable = false): Promise<{ bytes: Uint8Array; error: string }> {
  const parts: Uint8Array[] = [];
  let error = '';
  try {
    const output = portable ? unzstd(memory(bytes), null) : unzstd(memory(bytes));
    for await (const part of output) parts.push(part);
  } catch (cause) {
    error = (cause as Error).message;
  }
  return { bytes: Buffer.concat(parts), error };
}

describe('a plain file', () => {
  it('is read synchronously and knows how far it is', async () => {
    const path = write('plain.pcap', capture);
    const source = await openCapture(path);
    assert.ok(source instanceof FileSource);
    assert.equal(source.size, capture.length);
    assert.equal(source.consumed, 0);
    assert.equal(source.read(new Uint8Array(100), 0, 100), 100);
    assert.equal(source.consumed, 100);
    source.close();
    assert.deepEqual(await readFile(path), { records: expected, messages: [] });
  });

  it('that is missing, a directory or compressed in another way says what to do', async () => {
    const cases: [string, string, RegExp][] = [
      [join(folder, 'missing'), 'not-found', /no such file\. Check/],
      [folder, 'is-directory', /is a directory/],
      [write('a.xz', Buffer.from('fd377a585a000000', 'hex')), 'compressed', /compressed with xz.*"xz -d"/],
      [write('a.bz2', Buffer.from('BZh91AY')), 'compressed', /compressed with bzip2/],
    ];
    for (const [path, kind, message] of cases) {
      await assert.rejects(openCapture(path), (error) => {
        assert.ok(error instanceof CaptureError);
        assert.equal(error.kind, kind);
        assert.match(error.message, message);
        return true;
      });
    }
  });
});

describe('gzip', () => {
  it('is undone, whatever the file is called', async () => {
    const source = await openCapture(write('strange.txt', gzipSync(capture)));
    assert.ok(source instanceof DecompressedSource);
    await source.close();
    assert.deepEqual(await readFile(write('strange.txt', gzipSync(capture))), { records: expected, messages: [] });
  });

  it('may have several members, and zeros behind them', async () => {
    const members: Uint8Array[] = [];
    for (let at = 0; at < capture.length; at += 5000) members.push(gzipSync(capture.subarray(at, at + 5000)));
    members.push(new Uint8Array(512));
    assert.deepEqual(await readFile(write('members.gz', Buffer.concat(members))), { records: expected, messages: [] });
  });

  it('cut short gives what can be read, and says so', async () => {
    const packed = gzipSync(capture);
    const { records, messages } = await readFile(write('cut.gz', packed.subarray(0, packed.length / 2)));
    assert.ok(records.length > 50 && records.length < expected.length);
    assert.deepEqual(records.slice(0, -1), expected.slice(0, records.length - 1));
    assert.equal(messages[0], 'the gzip file is cut short');
  });

  it('damaged in the middle gives what came before', async () => {
    const noise = Buffer.alloc(400_000);
    for (let i = 0; i < noise.length; i++) noise[i] = Math.imul(i, 2654435761) >>> 21;
    const large = pcap(
      Array.from({ length: 10 }, (_, i) => ({ seconds: i, bytes: noise.subarray(i * 40_000, (i + 1) * 40_000) })),
    );
    const packed = gzipSync(large);
    packed.fill(0xff, packed.length - 3000, packed.length - 2000);
    const { records, messages } = await readFile(write('damaged.gz', packed));
    assert.ok(records.length >= 1);
    assert.match(messages[0]!, /the gzip file is damaged/);
  });

  it('that unpacks to a thousand times its size is read in bounded memory', async () => {
    const path = write('bomb.gz', gzipSync(Buffer.concat([pcap([]), Buffer.alloc(200_000_000)])));
    const before = process.memoryUsage().arrayBuffers;
    const source = await openCapture(path);
    const target = new Uint8Array(65_536);
    let peak = 0;
    let total = 0;
    for (let count = -1; count !== 0; total += count) {
      count = await source.read(target, 0, target.length);
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    }
    await source.close();
    assert.equal(total, 200_000_024);
    assert.ok(peak < 100_000_000, `${peak} bytes`);
  });
});

describe('zstd', () => {
  it('is undone', async () => {
    assert.deepEqual(await readFile(write('a.bin', zstd(capture))), { records: expected, messages: [] });
  });

  it('is undone by the system decompressor and by the portable one', async () => {
    const text = '0123456789\n'.repeat(30);
    assert.equal(Buffer.from((await unpack(compressedFrame)).bytes).toString(), text);
    assert.equal(Buffer.from((await unpack(compressedFrame, true)).bytes).toString(), text);
  });

  it('may have several frames and skippable ones', async () => {
    const skippable = Buffer.from('502a4d1805000000aabbccddee', 'hex');
    const half = capture.length >> 1;
    const frames = [skippable, zstd(capture.subarray(0, half)), skippable, zstd(capture.subarray(half))];
    assert.deepEqual(await readFile(write('frames.zst', Buffer.concat(frames))), { records: expected, messages: [] });
  });

  it('gives every whole block wherever it is cut', async () => {
    const packed = zstd(capture.subarray(0, 2500));
    for (const portable of [true, false]) {
      for (let cut = 1; cut < packed.length; cut += 7) {
        const piece = packed.subarray(0, cut);
        const { bytes, error } = await unpack(piece, portable);
        assert.deepEqual(bytes, Buffer.from(capture.subarray(0, Math.max(0, Math.floor((cut - 6) / 1003) * 1000))));
        assert.equal(error, 'the zstd file is cut short');
      }
    }
  });

  it('that asks for gigabytes of window is refused', async () => {
    const { error } = await unpack(Buffer.from('28b52ffd00ff010000', 'hex'));
    assert.match(error, /decompress it first with zstd -d/);
  });

  it('with damage says so', async () => {
    assert.match(
      (await unpack(Buffer.concat([compressedFrame, Buffer.from('garbage')]))).error,
      /no frame where one should/,
    );
    const damaged = Buffer.from(compressedFrame);
    damaged.fill(0xff, 10, 20);
    assert.match((await unpack(damaged, true)).error, /damaged/);
  });
});

describe('a pipe', () => {
  const program = `
    import { openCapture } from ${JSON.stringify(new URL('./open-capture.js', import.meta.url).href)};
    import { CaptureReader } from ${JSON.stringify(new URL('./capture-reader.js', import.meta.url).href)};
    const source = await openCapture(process.argv[1] ?? '-');
    const reader = new CaptureReader(source);
    for (;;) {
      const result = reader.next();
      if (result === 1) console.log('record ' + (reader.frameEnd - reader.frameStart));
      else if (result === 2) await reader.refill();
      else break;
    }
    await source.close();
    console.log('end ' + reader.problemCount);`;

  for (const packed of [false, true]) {
    it(`on standard input gives each record as soon as it is written${packed ? ' (gzip)' : ''}`, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const said = child.stdout.setEncoding('utf8')[Symbol.asyncIterator]();
      const head = pcap([{ bytes: Buffer.alloc(10) }]);
      const tail = pcap([{ bytes: Buffer.alloc(20) }]).subarray(24);
      child.stdin.write(packed ? gzipSync(head) : head);
      assert.equal((await said.next()).value, 'record 10\n');
      child.stdin.write(packed ? gzipSync(tail) : tail);
      assert.equal((await said.next()).value, 'record 20\n');
      child.stdin.end();
      assert.equal((await said.next()).value, 'end 0\n');
      await said.return?.();
    });
  }

  it('with a name is read too', { skip: process.platform === 'win32' }, async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const child = spawn('cat', [write('for-pipe.pcap', capture)], { stdio: ['ignore', 'pipe', 'ignore'] });
    const writer = spawn('sh', ['-c', 'cat > "$0"', path], { stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdout.pipe(writer.stdin);
    assert.deepEqual(await readFile(path), { records: expected, messages: [] });
  });

  it('standard input may be a file', () => {
    const path = write('stdin.pcap', capture);
    const command = `exec "$0" --input-type=module -e "$1" < "$2"`;
    const said = execFileSync('sh', ['-c', command, process.execPath, program, path], { encoding: 'utf8' });
    assert.equal(said.trim().split('\n').length, expected.length + 1);
  });
});
