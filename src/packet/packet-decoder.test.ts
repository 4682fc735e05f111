import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MALFORMED, OTHER_PROTOCOL, TOO_DEEP, TRUNCATED, UNKNOWN_LINK_TYPE } from './decode-result.ts';
import {
  DATAGRAM,
  DATAGRAM_TEXT,
  DATAGRAM6,
  DATAGRAM6_TEXT,
  decode,
  ethernet,
  hex,
  ipv4,
  ipv6,
  SEGMENT,
  SEGMENT_TEXT,
  tcp,
  udp,
} from './packet-builder.test.helper.ts';
import { PacketDecoder } from './packet-decoder.ts';
import { REAL_FRAMES } from './real-frames.test.helper.ts';

for (const { name, linkType, hex: frame, expected } of REAL_FRAMES) {
  test(`captured: ${name}`, () => {
    assert.equal(decode(new PacketDecoder(), frame, linkType), expected);
  });
}

test('padding of short Ethernet frames is no payload', () => {
  const frame = ethernet('0800', ipv4(6, tcp(1000, 80, ''))).padEnd(120, '0');
  assert.equal(decode(new PacketDecoder(), frame), '10.0.0.1:1000 > 10.0.0.2:80 protocol 6 ""');
  const datagram = ethernet('0800', DATAGRAM).padEnd(120, '0');
  assert.equal(decode(new PacketDecoder(), datagram), DATAGRAM_TEXT);
});

test('registers of a TCP segment are signed words, and options are skipped', () => {
  const decoder = new PacketDecoder();
  const segment = tcp(1000, 80, 'abab', '020405b4');
  for (const packet of [
    ipv4(6, segment),
    `46${ipv4(6, segment).slice(2, 40)}01010101${segment}`.replace('002e', '0032'),
  ]) {
    decode(decoder, ethernet('0800', packet));
    assert.equal(decoder.packet.sequence, 0x80000001 | 0);
    assert.equal(decoder.packet.acknowledgement, -2);
    assert.equal(decoder.packet.tcpFlags, 0x18);
    assert.equal(decoder.packet.protocol, 6);
    assert.equal(decoder.packet.source0, 0x0a000001);
    assert.equal(decoder.packet.transportStart, decoder.packet.ipStart + (packet.startsWith('46') ? 24 : 20));
  }
});

test('the snap length cuts payloads and options, and both are told', () => {
  const frame = ethernet('0800', ipv4(6, tcp(1000, 80, '68656c6c6f', '01010101')));
  assert.equal(decode(new PacketDecoder(), frame.slice(0, -6)), `${SEGMENT_TEXT.slice(0, -7)}" missing 3`);
  // Two of four bytes of options are gone, and all five bytes of payload.
  assert.equal(decode(new PacketDecoder(), frame.slice(0, -14)), `${SEGMENT_TEXT.slice(0, -11)}" missing 5`);
  assert.equal(decode(new PacketDecoder(), frame.slice(0, -20)), TRUNCATED);
  assert.equal(
    decode(new PacketDecoder(), ethernet('0800', DATAGRAM).slice(0, -2)),
    `${DATAGRAM_TEXT.slice(0, -3)}" missing 1`,
  );
});

test('lengths of 0, from segmentation offload, mean all that was captured', () => {
  const zero = (packet: string, at: number): string => `${packet.slice(0, 2 * at)}0000${packet.slice(2 * at + 4)}`;
  assert.equal(decode(new PacketDecoder(), ethernet('0800', zero(SEGMENT, 2))), SEGMENT_TEXT);
  assert.equal(decode(new PacketDecoder(), ethernet('0800', zero(zero(DATAGRAM, 2), 24))), DATAGRAM_TEXT);
  assert.equal(decode(new PacketDecoder(), ethernet('86dd', zero(DATAGRAM6, 4))), DATAGRAM6_TEXT);
});

test("UDP's length ends the payload before the packet does", () => {
  const datagram = ipv4(17, `${udp(1000, 53, 'abcd')}ffff`);
  assert.equal(decode(new PacketDecoder(), ethernet('0800', datagram)), DATAGRAM_TEXT);
});

test('IPv6 extension headers', () => {
  const upper = udp(1000, 53, 'abcd');
  const hopByHop = `${hex(60, 1)}00010400000000`;
  const destination = `${hex(43, 1)}00010400000000`;
  const routing = `${hex(51, 1)}02040100000000${'fd'.repeat(16)}`;
  const authentication = `${hex(44, 1)}04${'00'.repeat(22)}`;
  const atomicFragment = `${hex(17, 1)}00000000000007`;
  const frame = ethernet('86dd', ipv6(0, hopByHop + destination + routing + authentication + atomicFragment + upper));
  assert.equal(decode(new PacketDecoder(), frame), DATAGRAM6_TEXT);
});

test('SCTP: the payload is the first user data', () => {
  const header = `03e80050${'00000000'.repeat(2)}`;
  const sack = `03000010${'00'.repeat(12)}`;
  const data = `0003001300000001000000000000000061626300`;
  assert.equal(
    decode(new PacketDecoder(), ethernet('0800', ipv4(132, header + sack + data))),
    '10.0.0.1:1000 > 10.0.0.2:80 protocol 132 "616263"',
  );
  assert.equal(
    decode(new PacketDecoder(), ethernet('0800', ipv4(132, header + sack))),
    '10.0.0.1:1000 > 10.0.0.2:80 protocol 132 ""',
  );
});

test('ICMP and ICMPv6: the payload follows eight bytes', () => {
  const echo = '0800000000010001abcdef';
  assert.equal(
    decode(new PacketDecoder(), ethernet('0800', ipv4(1, echo))),
    '10.0.0.1:0 > 10.0.0.2:0 protocol 1 "abcdef"',
  );
  assert.equal(
    decode(new PacketDecoder(), ethernet('86dd', ipv6(58, echo))),
    'fd00::1:0 > fd00::2:0 protocol 58 "abcdef"',
  );
  assert.equal(decode(new PacketDecoder(), ethernet('0800', ipv4(58, echo))), OTHER_PROTOCOL);
});

test('why there is no packet, and that it is counted', () => {
  const decoder = new PacketDecoder();
  assert.equal(decode(decoder, ethernet('0800', `4f${DATAGRAM.slice(2)}`)), MALFORMED);
  assert.equal(decode(decoder, ethernet('0800', `44${DATAGRAM.slice(2)}`)), MALFORMED);
  assert.equal(decode(decoder, ethernet('0800', ipv4(6, '03e8'))), MALFORMED);
  assert.equal(decode(decoder, ethernet('0800', ipv4(17, '03e80035000700000000'))), MALFORMED);
  assert.equal(decode(decoder, ethernet('0800', ipv4(50, '0000000100000001'))), OTHER_PROTOCOL);
  assert.equal(decode(decoder, ethernet('0800', DATAGRAM.slice(0, 30))), TRUNCATED);
  assert.equal(decode(decoder, ''), TRUNCATED);
  assert.equal(decode(decoder, DATAGRAM, 147), UNKNOWN_LINK_TYPE);
  const { malformed, otherProtocol, truncated, unknownLinkType } = decoder.counters;
  assert.deepEqual(
    { malformed, otherProtocol, truncated, unknownLinkType },
    {
      malformed: 4,
      otherProtocol: 1,
      truncated: 2,
      unknownLinkType: 1,
    },
  );
});

test('the straight path and the step by step one say the same', () => {
  // What was in fragments is decoded step by step.
  const stepwise = (frame: string): string | number => {
    const decoder = new PacketDecoder();
    const content = `3000${frame}`;
    decode(decoder, ethernet('0800', ipv4(97, content.slice(0, 32), '2000')));
    return decode(decoder, ethernet('0800', ipv4(97, content.slice(32), '0002')));
  };
  const frames = [
    ethernet('0800', SEGMENT),
    ethernet('0800', DATAGRAM),
    ethernet('86dd', DATAGRAM6),
    ethernet('86dd', ipv6(6, tcp(1, 2, 'abcdef', '01010101'))),
    ethernet('8100', `00010800${SEGMENT}`),
    ethernet('0800', ipv4(17, udp(1, 4789, '0800000000000100'))),
  ];
  const changes = fc.array(fc.tuple(fc.integer({ min: 12, max: 70 }), fc.nat({ max: 255 })), { maxLength: 2 });
  fc.assert(
    fc.property(fc.constantFrom(...frames), changes, fc.integer({ min: 20, max: 100 }), (frame, changed, length) => {
      const bytes = Buffer.from(frame, 'hex').subarray(0, length);
      for (const [at, value] of changed) if (at < bytes.length) bytes[at] = value;
      const text = bytes.toString('hex');
      assert.equal(decode(new PacketDecoder(), text), stepwise(text));
    }),
    { numRuns: 3000 },
  );
});

test('a frame of thousands of tags is given up', () => {
  const decoder = new PacketDecoder();
  assert.equal(decode(decoder, ethernet('8100', '00018100'.repeat(5000))), TOO_DEEP);
  assert.equal(decode(decoder, ethernet('0800', '00'.repeat(14) + ipv4(4, ''))), MALFORMED);
  let nested = DATAGRAM;
  for (let depth = 0; depth < 10; depth++) nested = ipv4(4, nested);
  assert.equal(decode(decoder, ethernet('0800', nested)), DATAGRAM_TEXT);
});

const LINK_TYPES = [0, 1, 9, 12, 50, 51, 101, 104, 105, 108, 113, 119, 127, 163, 192, 228, 229, 276];

/** Whatever the bytes: no exception, and offsets within the frame (or within the reassembled datagram). */
function check(decoder: PacketDecoder, frame: Uint8Array, linkType: number): void {
  const margin = 16;
  const bytes = new Uint8Array(frame.length + 2 * margin).fill(0x45);
  bytes.set(frame, margin);
  const result = decoder.decode(bytes, margin, margin + frame.length, linkType, 1, 2);
  assert.ok(result >= TOO_DEEP);
  if (result <= 0) return;
  const { packet } = decoder;
  const [start, end] = packet.bytes === bytes ? [margin, margin + frame.length] : [0, packet.bytes.length];
  assert.ok(start <= packet.ipStart && packet.ipStart < packet.transportStart);
  assert.ok(packet.transportStart <= packet.payloadStart);
  assert.ok(packet.payloadStart <= packet.payloadEnd && packet.payloadEnd <= end);
  assert.ok(packet.payloadMissing >= 0);
  assert.equal(packet.protocol, result);
  for (const value of Object.values(packet)) if (typeof value === 'number') assert.equal(value, value | 0);
}

test('random bytes never throw, and never give offsets outside the frame', () => {
  const decoder = new PacketDecoder();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...LINK_TYPES), (frame, linkType) => {
      check(decoder, frame, linkType);
    }),
    { numRuns: 2000 },
  );
});

test('real frames with bytes changed and cut off never throw, and never give offsets outside the frame', () => {
  const decoder = new PacketDecoder();
  const changes = fc.array(fc.tuple(fc.nat({ max: 150 }), fc.nat({ max: 255 })), { maxLength: 6 });
  fc.assert(
    fc.property(fc.constantFrom(...REAL_FRAMES), changes, fc.nat({ max: 200 }), (frame, changed, length) => {
      const bytes = new Uint8Array(Buffer.from(frame.hex, 'hex')).subarray(0, length);
      for (const [at, value] of changed) if (at < bytes.length) bytes[at] = value;
      check(decoder, bytes, frame.linkType);
    }),
    { numRuns: 5000 },
  );
});
