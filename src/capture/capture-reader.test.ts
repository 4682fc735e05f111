import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Bytes, type Packet, pcap, snoop } from './capture-builder.test.helper.ts';
import { CaptureReader, END, FRAME, LARGEST_RECORD, NEED_BYTES, SEARCH_BYTES } from './capture-reader.ts';
import { memory, pull, type Read, read } from './record-reading.test.helper.ts';

const hello = Buffer.from('hello');
const two: Packet[] = [
  { seconds: 1_700_000_000, fraction: 12, bytes: hello },
  { seconds: 1_700_000_001, fraction: 999_999, bytes: Buffer.from('world!'), original: 1500 },
];
const twoRead: Read[] = [
  { time: '1700000000.000012', linkType: 1, original: 5, bytes: hello.toString('hex') },
  { time: '1700000001.999999', linkType: 1, original: 1500, bytes: Buffer.from('world!').toString('hex') },
];

/** A capture long enough to lose a record and find the next. */
function many(count: number): Packet[] {
  const packets: Packet[] = [];
  for (let i = 0; i < count; i++) {
    packets.push({ seconds: 1_700_000_000 + i, fraction: i, bytes: Buffer.alloc(40 + (i % 7), i + 1) });
  }
  return packets;
}

describe('pcap', () => {
  for (const little of [true, false]) {
    const order = little ? 'little' : 'big';
    it(`is read in microseconds, ${order} endian`, () => {
      assert.deepEqual(read(pcap(two, { little })), { records: twoRead, problems: [], messages: [], problemCount: 0 });
    });

    it(`is read in nanoseconds, ${order} endian`, () => {
      const nano = two.map((packet) => ({ ...packet, fraction: packet.fraction! * 1000 + 999 }));
      assert.deepEqual(read(pcap(nano, { little, magic: 0xa1b23c4d })).records, twoRead);
    });

    it(`is read with Kuznetzov's longer record headers, ${order} endian`, () => {
      assert.deepEqual(read(pcap(two, { little, magic: 0xa1b2cd34 })).records, twoRead);
    });
  }

  it('of version 2.2 and 2.3 has its lengths the other way round', () => {
    assert.deepEqual(read(pcap(two, { minor: 2, swapped: true })).records, twoRead);
    assert.deepEqual(read(pcap(two, { minor: 3, swapped: true })).records, twoRead);
    assert.deepEqual(read(pcap(two, { minor: 3 })).records, twoRead);
  });

  it('gives the link type without the length of the frame check sequence', () => {
    const [first] = read(pcap(two, { linkType: 0x4400_0071 })).records;
    assert.equal(first?.linkType, 0x71);
  });

  it('may hold empty records', () => {
    const { records, problems } = read(pcap([{ bytes: new Uint8Array(0) }, ...two]));
    assert.equal(records.length, 3);
    assert.deepEqual(problems, []);
  });

  it('has times up to 2106', () => {
    const [first] = read(pcap([{ seconds: 0xffff_fffe, bytes: hello }])).records;
    assert.equal(first?.time, '4294967294.000000');
  });

  it('takes records of 256 KB in a small window', () => {
    const large = Buffer.alloc(LARGEST_RECORD, 7);
    const { records, problems } = read(pcap([...two, { seconds: 5, bytes: large }, ...two]), { windowBytes: 64 });
    assert.deepEqual(problems, []);
    assert.equal(records.length, 5);
    assert.equal(records[2]?.bytes, large.toString('hex'));
    assert.deepEqual(records.slice(3), twoRead);
  });

  it('is read from a source that answers later and gives little at a time', async () => {
    const reader = new CaptureReader(memory(pcap(two), 3, true));
    assert.deepEqual(await pull(reader), twoRead);
  });

  it('gives a record as soon as its last byte is there', () => {
    const bytes = pcap(two);
    const reader = new CaptureReader(memory(bytes, 1));
    let given = 0;
    for (;;) {
      const result = reader.next();
      if (result !== NEED_BYTES) {
        assert.equal(result, FRAME);
        break;
      }
      given += reader.refill() as number;
    }
    assert.equal(given, 24 + 16 + hello.length);
  });

  it('stays at its end', () => {
    const reader = new CaptureReader(memory(pcap([])));
    while (reader.next() === NEED_BYTES) reader.refill();
    assert.equal(reader.next(), END);
    assert.equal(reader.refill(), 0);
    assert.equal(reader.next(), END);
  });
});

describe('snoop', () => {
  it('is read as RFC 1761 has it', () => {
    assert.deepEqual(read(snoop(two)), { records: twoRead, problems: [], messages: [], problemCount: 0 });
  });
});

describe('a broken capture', () => {
  it('that is empty says so', () => {
    assert.deepEqual(read(new Uint8Array(0)).messages, ['the file is empty']);
  });

  it('that is something else says so', () => {
    assert.deepEqual(read(Buffer.from('GIF89a, surely')).problems, ['not-a-capture']);
    assert.deepEqual(read(Buffer.from('x')).problems, ['not-a-capture']);
  });

  it('gives every whole record, and the part of the last that is there, wherever it is cut', () => {
    for (const bytes of [pcap(two), pcap(two, { little: false }), snoop(two)]) {
      for (let cut = 1; cut < bytes.length; cut++) {
        const { records, problems } = read(bytes.subarray(0, cut));
        for (const [index, record] of records.entries()) {
          assert.ok(twoRead[index]!.bytes.startsWith(record.bytes), `cut at ${cut}`);
          assert.equal(record.time, twoRead[index]!.time);
        }
        assert.ok(problems.length <= 1);
      }
    }
  });

  it('cut inside the last record gives its first bytes and a notice', () => {
    const bytes = pcap(two);
    const { records, messages } = read(bytes.subarray(0, bytes.length - 4));
    assert.equal(records[1]?.bytes, Buffer.from('wo').toString('hex'));
    assert.equal(records[1]?.original, 1500);
    assert.deepEqual(messages, ['the file ends inside a record: 2 of 6 bytes']);
  });

  it('with one record header overwritten loses that record only', () => {
    const packets = many(20);
    for (const bytes of [pcap(packets), pcap(packets, { little: false }), pcap(packets, { magic: 0xa1b2cd34 })]) {
      const good = read(bytes).records;
      const header = bytes[0] === 0x34 ? 24 : 16;
      let at = 24;
      for (let i = 0; i < 8; i++) at += header + packets[i]!.bytes.length;
      bytes.fill(0xff, at, at + header);
      const { records, problems } = read(bytes);
      assert.deepEqual(problems, ['corrupt']);
      assert.deepEqual(records, [...good.slice(0, 8), ...good.slice(9)]);
    }
  });

  it('with bytes missing in the middle goes on with the next whole record', () => {
    const bytes = pcap(many(20));
    const good = read(bytes).records;
    const holed = Buffer.concat([bytes.subarray(0, 200), bytes.subarray(333)]);
    const { records, problems } = read(holed);
    assert.deepEqual(problems, ['corrupt']);
    assert.deepEqual(records.slice(-14), good.slice(-14));
  });

  it('with a length behind the end of the file loses that record only', () => {
    const packets = many(20);
    const bytes = pcap(packets);
    const good = read(bytes).records;
    let at = 24;
    for (let i = 0; i < 8; i++) at += 16 + packets[i]!.bytes.length;
    bytes.set([0xff, 0xff, 0x03], at + 8);
    const { records, messages } = read(bytes);
    assert.deepEqual(records, [...good.slice(0, 8), ...good.slice(9)]);
    assert.deepEqual(messages, ['a record of 262143 bytes: left out 57 bytes']);
  });

  it('is given up when nothing good follows for a megabyte', () => {
    const junk = Buffer.alloc(2 * SEARCH_BYTES, 0xff);
    const bytes = Buffer.concat([pcap(two), junk, pcap(many(3)).subarray(24)]);
    const { records, problems, messages } = read(bytes);
    assert.deepEqual(records, twoRead);
    assert.deepEqual(problems, ['corrupt']);
    assert.match(messages[0]!, /no good record in the next 1048576 bytes/);
  });

  it('with a fault in every record keeps the first sixteen problems and counts all', () => {
    const parts: Uint8Array[] = [pcap([])];
    for (const packet of many(60)) {
      parts.push(pcap([packet, { ...packet, seconds: packet.seconds! + 1 }]).subarray(24), Buffer.alloc(16, 0xff));
    }
    const result = read(Buffer.concat(parts));
    assert.equal(result.problems.length, 16);
    assert.ok(result.problemCount > 16 && result.problemCount <= 60);
  });

  it('searches in linear time when every position looks like a record', () => {
    // Each word is a plausible time, fraction and length at once, and points 256 KB ahead.
    const bytes = new Bytes(true).u32(0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff).done();
    const trap = Buffer.alloc(3 * SEARCH_BYTES);
    for (let i = 0; i < trap.length; i += 4) trap.writeUInt32LE(0x0003_fff0, i);
    const start = process.cpuUsage();
    read(Buffer.concat([pcap([{ seconds: 0x0003_fff0, bytes: hello }]), bytes, trap]), {}, 1000);
    assert.ok(process.cpuUsage(start).user < 5_000_000);
  });
});

describe('the window', () => {
  const captures = [pcap(many(30)), pcap(many(30), { little: false }), snoop(many(30))];

  it('does not show in the records, whatever its size and the size of the reads, even when bytes are damaged', () => {
    const input = fc.record({
      capture: fc.constantFrom(...captures),
      edits: fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { maxLength: 4 }),
      cut: fc.nat(200),
      windowBytes: fc.integer({ min: 32, max: 300 }),
      step: fc.integer({ min: 1, max: 100 }),
    });
    fc.assert(
      fc.property(input, ({ capture, edits, cut, windowBytes, step }) => {
        const bytes = capture.slice(0, capture.length - cut);
        for (const { at, byte } of edits) bytes[at % bytes.length] = byte;
        assert.deepEqual(read(bytes, { windowBytes }, step), read(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it('bounds whatever random bytes follow a header', () => {
    const heads = captures.map((capture) => capture.subarray(0, 24));
    fc.assert(
      fc.property(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 600 }), (head, tail) => {
        const bytes = Buffer.concat([head, tail]);
        const { records } = read(bytes);
        assert.ok(records.length <= bytes.length / 16);
        for (const record of records) assert.ok(record.original >= record.bytes.length / 2);
      }),
    );
  });
});
