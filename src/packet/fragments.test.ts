import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HotPath } from '../hot-path/hot-path.ts';
import { fragmentedDatagrams, fragmentMemory } from '../limits.ts';
import { FRAGMENT_HELD } from './decode-result.ts';
import { Fragments } from './fragments.ts';
import { decode, ethernet, hex, ipv4, ipv6, tcp, udp } from './packet-builder.test.helper.ts';
import { PacketDecoder } from './packet-decoder.ts';

/** Cuts what follows the IP header into fragments of `size` bytes (a multiple of eight). */
function fragments4(protocol: number, payload: string, size: number, identification = 1): string[] {
  const frames: string[] = [];
  for (let offset = 0; offset < payload.length / 2; offset += size) {
    const part = payload.slice(2 * offset, 2 * (offset + size));
    const more = offset + size < payload.length / 2 ? 0x2000 : 0;
    frames.push(ethernet('0800', ipv4(protocol, part, hex(more | (offset >> 3), 2), identification)));
  }
  return frames;
}

function fragments6(protocol: number, payload: string, size: number, identification = 1): string[] {
  const frames: string[] = [];
  for (let offset = 0; offset < payload.length / 2; offset += size) {
    const part = payload.slice(2 * offset, 2 * (offset + size));
    const more = offset + size < payload.length / 2 ? 1 : 0;
    const header = `${hex(protocol, 1)}00${hex(offset | more, 2)}${hex(identification, 4)}`;
    frames.push(ethernet('86dd', ipv6(44, header + part)));
  }
  return frames;
}

function decodeAll(decoder: PacketDecoder, frames: readonly string[], seconds = 0): (string | number)[] {
  return frames.map((frame) => decode(decoder, frame, 1, seconds));
}

const SEGMENT = tcp(40000, 80, Buffer.from('GET / HTTP/1.0\r\n\r\n').toString('hex'), '0101080a0000000100000002');
const SEGMENT_TEXT = `10.0.0.1:40000 > 10.0.0.2:80 protocol 6 "${Buffer.from('GET / HTTP/1.0\r\n\r\n').toString('hex')}"`;

test('fragments of eight bytes, as of "nmap -f": even the TCP header is cut', () => {
  const frames = fragments4(6, SEGMENT, 8);
  const decoder = new PacketDecoder();
  const results = decodeAll(decoder, frames);
  assert.equal(results.pop(), SEGMENT_TEXT);
  assert.deepEqual(new Set(results), new Set([FRAGMENT_HELD]));
  assert.equal(decoder.counters.fragmentsHeld, frames.length - 1);
  assert.equal(decoder.fragmentCounters.fragments, frames.length);
  assert.equal(decoder.fragmentCounters.reassembled, 1);
  // The IP header is that of the whole datagram.
  const { bytes, ipStart } = decoder.packet;
  assert.equal(Buffer.from(bytes).readUInt16BE(ipStart + 2), 20 + SEGMENT.length / 2);
  assert.equal(Buffer.from(bytes).readUInt16BE(ipStart + 6), 0);
});

test('any payload in fragments of any size, in any order, gives the same bytes', () => {
  const payloads = fc.uint8Array({ minLength: 9, maxLength: 300 });
  const sizes = fc.integer({ min: 1, max: 40 }).map((units) => units * 8);
  const isIpv6 = fc.boolean();
  const order = fc.array(fc.nat({ max: 1000 }), { minLength: 40, maxLength: 40 });
  fc.assert(
    fc.property(payloads, sizes, order, isIpv6, (bytes, size, ranks, six) => {
      const payload = Buffer.from(bytes).toString('hex');
      const frames = (six ? fragments6 : fragments4)(17, udp(1000, 53, payload), size);
      const shuffled = frames
        .map((frame, index) => ({ frame, rank: ranks[index] ?? 0 }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ frame }) => frame);
      const decoder = new PacketDecoder();
      const results = decodeAll(decoder, shuffled);
      const addresses = six ? 'fd00::1:1000 > fd00::2:53' : '10.0.0.1:1000 > 10.0.0.2:53';
      assert.equal(results.pop(), `${addresses} protocol 17 "${payload}"`);
      assert.ok(results.every((result) => result === FRAGMENT_HELD));
      assert.equal(decoder.fragmentCounters.overlaps, 0);
    }),
    { numRuns: 500 },
  );
});

test('every size of fragment', () => {
  for (let size = 8; size < SEGMENT.length / 2; size += 8) {
    assert.equal(decodeAll(new PacketDecoder(), fragments4(6, SEGMENT, size)).pop(), SEGMENT_TEXT);
    assert.equal(decodeAll(new PacketDecoder(), fragments4(6, SEGMENT, size).reverse()).pop(), SEGMENT_TEXT);
  }
});

test('datagrams are told apart by identification, protocol and addresses', () => {
  const first = fragments4(6, SEGMENT, 24, 1);
  const second = fragments4(6, tcp(1, 2, '00'.repeat(40)), 24, 2);
  const other = fragments4(17, udp(1, 2, '00'.repeat(40)), 24, 1);
  const decoder = new PacketDecoder();
  const results = decodeAll(decoder, [...first.slice(0, -1), ...second.slice(0, -1), ...other.slice(0, -1)]);
  assert.ok(results.every((result) => result === FRAGMENT_HELD));
  assert.equal(decode(decoder, first.at(-1)!), SEGMENT_TEXT);
  assert.equal(decoder.fragmentCounters.overlaps, 0);
});

test('duplicates change nothing and are counted', () => {
  const frames = fragments4(6, SEGMENT, 16);
  const decoder = new PacketDecoder();
  const results = decodeAll(decoder, [frames[0]!, frames[0]!, ...frames.slice(1)]);
  assert.equal(results.pop(), SEGMENT_TEXT);
  assert.equal(decoder.fragmentCounters.overlaps, 1);
});

test('where fragments overlap, the bytes that arrived first stay', () => {
  const payload = udp(1000, 53, '11'.repeat(24));
  const [head, tail] = fragments4(17, payload, 16);
  // Eight bytes into the datagram: it would change the second half of the head.
  const liar = ethernet('0800', ipv4(17, 'ff'.repeat(8), hex(0x2000 | 1, 2)));
  const decoder = new PacketDecoder();
  assert.equal(
    decodeAll(decoder, [head!, liar, tail!]).pop(),
    `10.0.0.1:1000 > 10.0.0.2:53 protocol 17 "${'11'.repeat(24)}"`,
  );
  assert.equal(decoder.fragmentCounters.overlaps, 1);
  assert.equal(
    decodeAll(decoder, [liar, head!, tail!]).pop(),
    `10.0.0.1:1000 > 10.0.0.2:53 protocol 17 "${'ff'.repeat(8)}${'11'.repeat(16)}"`,
  );
});

test('fragments that contradict the known end are left out', () => {
  const payload = udp(1000, 53, '11'.repeat(24));
  const [head, tail] = fragments4(17, payload, 16);
  const beyond = ethernet('0800', ipv4(17, '22'.repeat(8), hex(0x2000 | 4, 2)));
  const shorter = ethernet('0800', ipv4(17, '22'.repeat(8), hex(2, 2)));
  const decoder = new PacketDecoder();
  const results = decodeAll(decoder, [tail!, beyond, shorter, head!]);
  assert.equal(results.pop(), `10.0.0.1:1000 > 10.0.0.2:53 protocol 17 "${'11'.repeat(24)}"`);
  assert.equal(decoder.fragmentCounters.malformed, 2);
});

test('the ping of death is counted and held by nobody', () => {
  const decoder = new PacketDecoder();
  assert.equal(decode(decoder, ethernet('0800', ipv4(1, '00'.repeat(1480), hex(0x1fff, 2)))), FRAGMENT_HELD);
  assert.equal(decoder.fragmentCounters.oversized, 1);
});

test('a datagram incomplete after its time is given up', () => {
  const frames = fragments4(6, SEGMENT, 24);
  const decoder = new PacketDecoder();
  decodeAll(decoder, frames.slice(0, -1), 1000);
  assert.equal(decode(decoder, frames.at(-1)!, 1, 1061), FRAGMENT_HELD);
  assert.equal(decoder.fragmentCounters.timedOut, 1);
  assert.equal(decodeAll(decoder, [...frames.slice(0, -1)], 1062).pop(), SEGMENT_TEXT);
});

test('a fragment that the snap length cut is not used', () => {
  const frames = fragments4(6, SEGMENT, 24);
  const decoder = new PacketDecoder();
  assert.equal(decode(decoder, frames[0]!.slice(0, -4)), FRAGMENT_HELD);
  assert.equal(decoder.fragmentCounters.truncated, 1);
});

test('fragments within a tunnel, and a tunnel within fragments', () => {
  const inner = ipv4(17, udp(1000, 53, '11'.repeat(40)));
  const outer = fragments4(4, inner, 32, 7);
  const expected = `10.0.0.1:1000 > 10.0.0.2:53 protocol 17 "${'11'.repeat(40)}"`;
  assert.equal(decodeAll(new PacketDecoder(), outer).pop(), expected);
  // Each fragment of the inner datagram in a fragmented outer one.
  const frames = fragments4(17, udp(1000, 53, '11'.repeat(40)), 24).flatMap((frame, index) =>
    fragments4(4, frame.slice(28), 16, 100 + index),
  );
  const decoder = new PacketDecoder();
  assert.equal(decodeAll(decoder, frames).pop(), expected);
  assert.equal(decoder.fragmentCounters.reassembled, 3);
});

test('a datagram in fragments to a tunnel port is delivered when it is no tunnel', () => {
  const frames = fragments4(17, udp(1000, 4789, '08'.repeat(60)), 16);
  assert.equal(
    decodeAll(new PacketDecoder(), frames).pop(),
    `10.0.0.1:1000 > 10.0.0.2:4789 protocol 17 "${'08'.repeat(60)}"`,
  );
});

/** An IPv4 header from this address, and what follows. */
function fragmentFrom(source: number): Uint8Array {
  const bytes = new Uint8Array(2000);
  bytes[0] = 0x45;
  new DataView(bytes.buffer).setUint32(12, source);
  return bytes;
}

test('a flood of fragments stays within the table and within its memory', () => {
  const table = new Fragments();
  for (let index = 0; index < 3 * fragmentedDatagrams; index++) {
    const bytes = fragmentFrom(index);
    const offset = index % 2 === 0 ? 0 : 65_000;
    assert.equal(table.add(1, 17, bytes, 0, 20, 20, 420, offset, true, true, 0), false);
    assert.ok(table.size <= fragmentedDatagrams);
    assert.ok(table.memory <= fragmentMemory);
  }
  assert.equal(table.counters.evicted + table.size, 3 * fragmentedDatagrams);
  assert.ok(table.size > 100);
});

test('a flood of large fragments stays within the memory: the oldest datagrams give way', () => {
  const table = new Fragments();
  for (let index = 0; index < 1000; index++) {
    const bytes = fragmentFrom(index);
    for (let offset = 0; offset < 64_000; offset += 1600) {
      assert.equal(table.add(1, 17, bytes, 0, 20, 20, 1620, offset, true, true, 0), false);
    }
    assert.ok(table.memory <= fragmentMemory);
  }
  assert.equal(table.size, fragmentMemory / 65_536);
  assert.equal(table.counters.evicted, 1000 - table.size);
});

test('fragments of any kind never throw, and what is whole lies in its buffer', () => {
  const fragment = fc.record({
    identification: fc.nat({ max: 2 }),
    offset: fc.oneof(fc.nat({ max: 6 }), fc.nat({ max: 8191 })).map((units) => units * 8),
    length: fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 1500 })),
    more: fc.boolean(),
    seconds: fc.oneof(fc.constant(0), fc.integer()),
  });
  const bytes = fragmentFrom(7);
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 60 }), (list) => {
      const hotPath = HotPath.open();
      const table = new Fragments(hotPath);
      for (const { identification, offset, length, more, seconds } of list) {
        if (table.add(identification, 17, bytes, 0, 20, 20, 20 + length, offset, more, true, seconds)) {
          assert.ok(table.payloadEnd > table.payloadStart && table.payloadEnd <= table.payloadStart + 65_515);
          assert.equal(table.headerStart, table.payloadStart - 20);
          assert.equal(table.bytes[table.headerStart + 15], 7);
        }
        assert.ok(table.memory >= table.size * 1024);
      }
      hotPath.close();
    }),
    { numRuns: 1000 },
  );
});
