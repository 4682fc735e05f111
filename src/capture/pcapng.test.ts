import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  block,
  enhancedPacket,
  interfaceBlock,
  oldPacket,
  section,
  simplePacket,
} from './capture-builder.test.helper.ts';
import { read } from './record-reading.test.helper.ts';

const hello = Buffer.from('hello');
const world = Buffer.from('world!!');
/** 2023-11-14 22:13:20 UTC and 123456 microseconds. */
const ticks = 1_700_000_000_123_456n;
const time = '1700000000.123456';

function file(...blocks: Uint8Array[]): Uint8Array {
  return Buffer.concat(blocks);
}

/** Time that a packet of `value` ticks has on an interface with these options. */
function timeOf(value: bigint, options: { resolution?: number; offset?: number; little?: boolean }): string {
  const little = options.little ?? true;
  const packet = enhancedPacket({ ticks: value, bytes: hello, little });
  return read(file(section(little), interfaceBlock(options), packet)).records[0]!.time;
}

describe('pcapng', () => {
  for (const little of [true, false]) {
    it(`packet blocks of all kinds are read, ${little ? 'little' : 'big'} endian`, () => {
      const { records, problems } = read(
        file(
          section(little),
          interfaceBlock({ linkType: 113, little }),
          enhancedPacket({ ticks, bytes: hello, original: 1500, little }),
          oldPacket({ ticks, bytes: world, little }),
          simplePacket(hello, 5, little),
        ),
      );
      assert.deepEqual(problems, []);
      assert.deepEqual(records, [
        { time, linkType: 113, original: 1500, bytes: hello.toString('hex') },
        { time, linkType: 113, original: 7, bytes: world.toString('hex') },
        // A simple packet has no time: it gets that of the packet before it.
        { time, linkType: 113, original: 5, bytes: hello.toString('hex') },
      ]);
    });
  }

  it('each interface has its own link type, clock and offset', () => {
    const { records } = read(
      file(
        section(),
        interfaceBlock({ linkType: 1 }),
        interfaceBlock({ linkType: 101, resolution: 9 }),
        interfaceBlock({ linkType: 276, resolution: 3, offset: -3600 }),
        enhancedPacket({ interface: 1, ticks: ticks * 1000n + 999n, bytes: hello }),
        enhancedPacket({ interface: 2, ticks: ticks / 1000n, bytes: hello }),
        enhancedPacket({ interface: 0, ticks, bytes: hello }),
      ),
    );
    assert.deepEqual(
      records.map((record) => [record.linkType, record.time]),
      [
        [101, time],
        [276, '1699996400.123000'],
        [1, time],
      ],
    );
  });

  it('a section starts with its own byte order and no interfaces', () => {
    const { records, problems } = read(
      file(
        section(true),
        interfaceBlock({ linkType: 101 }),
        enhancedPacket({ ticks, bytes: hello }),
        section(false),
        interfaceBlock({ linkType: 113, little: false }),
        enhancedPacket({ ticks, bytes: world, little: false }),
        section(true),
        enhancedPacket({ ticks, bytes: world }),
      ),
    );
    assert.deepEqual(
      records.map((record) => record.linkType),
      [101, 113],
    );
    assert.deepEqual(problems, ['corrupt']);
  });

  it('a simple packet ends with the snap length of interface 0, not with its padding', () => {
    const { records } = read(file(section(), interfaceBlock({ snapLength: 5 }), simplePacket(hello, 900)));
    assert.deepEqual(records, [{ time: '0.000000', linkType: 1, original: 900, bytes: hello.toString('hex') }]);
  });

  it('other blocks are stepped over, large ones without holding them', () => {
    const custom = block(0xbad, Buffer.alloc(30, 1));
    const secrets = block(10, Buffer.alloc(300_000, 2));
    const { records, problems } = read(
      file(section(), custom, interfaceBlock(), secrets, block(0x7777, hello), enhancedPacket({ ticks, bytes: hello })),
      { windowBytes: 64, maximumWindowBytes: 1024 },
    );
    assert.equal(records.length, 1);
    assert.deepEqual(problems, []);
  });

  it('a packet larger than the bound of the window is left out and counted', () => {
    const { records, problems } = read(
      file(
        section(),
        interfaceBlock(),
        enhancedPacket({ ticks, bytes: Buffer.alloc(5000, 3) }),
        enhancedPacket({ ticks, bytes: hello }),
      ),
      { windowBytes: 64, maximumWindowBytes: 1024 },
    );
    assert.deepEqual(problems, ['corrupt']);
    assert.deepEqual(
      records.map((record) => record.bytes),
      [hello.toString('hex')],
    );
  });

  it('a packet that claims more than its block gives what the block holds', () => {
    const packet = enhancedPacket({ ticks, bytes: hello });
    new DataView(packet.buffer).setUint32(20, 65_536, true);
    const { records, messages } = read(
      file(section(), interfaceBlock(), packet, enhancedPacket({ ticks, bytes: world })),
    );
    assert.equal(records.length, 2);
    assert.deepEqual(messages, ['a packet claims 65536 captured bytes and holds 8']);
  });

  it('a block with a damaged length loses that block only', () => {
    const packets = Array.from({ length: 9 }, (_, i) => enhancedPacket({ ticks, bytes: Buffer.alloc(20 + i, i) }));
    packets[4]![5] = 0xee;
    const { records, problems } = read(file(section(), interfaceBlock(), ...packets));
    assert.equal(records.length, 8);
    assert.deepEqual(problems, ['corrupt']);
  });

  it('gives what there is wherever it is cut', () => {
    const bytes = file(section(), interfaceBlock(), enhancedPacket({ ticks, bytes: hello }), simplePacket(world));
    const whole = read(bytes).records;
    for (let cut = 12; cut < bytes.length; cut++) {
      const { records, problems } = read(bytes.subarray(0, cut));
      assert.ok(problems.length <= 1, `cut at ${cut}`);
      for (const [index, record] of records.entries()) assert.ok(whole[index]!.bytes.startsWith(record.bytes));
    }
  });

  it('does not depend on the window or the size of the reads, even when bytes are damaged', () => {
    const capture = file(
      section(),
      interfaceBlock({ resolution: 9 }),
      ...Array.from({ length: 12 }, (_, i) => enhancedPacket({ ticks: ticks * 1000n, bytes: Buffer.alloc(i * 3, i) })),
      section(false),
      interfaceBlock({ little: false }),
      ...Array.from({ length: 12 }, (_, i) => enhancedPacket({ ticks, bytes: Buffer.alloc(i * 3, i), little: false })),
    );
    const input = fc.record({
      edits: fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { maxLength: 4 }),
      cut: fc.nat(200),
      windowBytes: fc.integer({ min: 32, max: 300 }),
      step: fc.integer({ min: 1, max: 100 }),
    });
    fc.assert(
      fc.property(input, ({ edits, cut, windowBytes, step }) => {
        const bytes = capture.slice(0, capture.length - cut);
        for (const { at, byte } of edits) bytes[at % bytes.length] = byte;
        assert.deepEqual(read(bytes, { windowBytes }, step), read(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it('bounds whatever random blocks follow a section header', () => {
    const word = fc.oneof(fc.constantFrom(1, 2, 3, 6, 12, 16, 32, 36, 0x0a0d0d0a), fc.nat());
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const bytes = file(section(), interfaceBlock(), new Uint8Array(Uint32Array.from(words).buffer));
        assert.ok(read(bytes).records.length <= words.length / 3);
      }),
    );
  });
});

describe('clocks of pcapng', () => {
  it('default to microseconds', () => {
    assert.equal(timeOf(ticks, {}), time);
    assert.equal(timeOf(ticks, { resolution: 6 }), time);
  });

  it('have an offset in seconds, in both byte orders', () => {
    assert.equal(timeOf(123_456n, { offset: 1_700_000_000 }), time);
    assert.equal(timeOf(123_456n, { offset: 1_700_000_000, little: false }), time);
  });

  it('of any power of ten are exact to the microsecond', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 64n - 1n), fc.nat(20), (value, exponent) => {
        const unit = 10n ** BigInt(exponent);
        const seconds = BigInt.asUintN(32, value / unit);
        const micro = ((value % unit) * 1_000_000n) / unit;
        assert.equal(timeOf(value, { resolution: exponent }), `${seconds}.${String(micro).padStart(6, '0')}`);
      }),
    );
  });

  it('of any power of two are exact to the microsecond of 2^-32 second', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 64n - 1n), fc.nat(63), (value, exponent) => {
        const seconds = BigInt.asUintN(32, value >> BigInt(exponent));
        const fixed = exponent > 32 ? value >> BigInt(exponent - 32) : value << BigInt(32 - exponent);
        const micro = (BigInt.asUintN(32, fixed) * 1_000_000n) >> 32n;
        assert.equal(timeOf(value, { resolution: 0x80 | exponent }), `${seconds}.${String(micro).padStart(6, '0')}`);
      }),
    );
  });
});
