import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  ENCRYPTED,
  MALFORMED,
  NOT_IP,
  OTHER_PROTOCOL,
  TOO_DEEP,
  TRUNCATED,
  UNKNOWN_LINK_TYPE,
} from './decode-result.ts';
import { decode, ethernet, hex, ipv4, ipv6, tcp, udp } from './packet-builder.test.helper.ts';
import { PacketDecoder } from './packet-decoder.ts';
import { REAL_FRAMES } from './real-frames.test.helper.ts';

const DATAGRAM = ipv4(17, udp(1000, 53, 'abcd'));
const DATAGRAM_TEXT = '10.0.0.1:1000 > 10.0.0.2:53 protocol 17 "abcd"';
const DATAGRAM6 = ipv6(17, udp(1000, 53, 'abcd'));
const DATAGRAM6_TEXT = 'fd00::1:1000 > fd00::2:53 protocol 17 "abcd"';
const SEGMENT = ipv4(6, tcp(1000, 80, '68656c6c6f'));
const SEGMENT_TEXT = '10.0.0.1:1000 > 10.0.0.2:80 protocol 6 "68656c6c6f"';
const SNAP = 'aaaa03000000';

for (const { name, linkType, hex: frame, expected } of REAL_FRAMES) {
  test(`captured: ${name}`, () => {
    assert.equal(decode(new PacketDecoder(), frame, linkType), expected);
  });
}

const LINKS: readonly (readonly [string, number, string, string | number])[] = [
  ['Ethernet', 1, ethernet('0800', SEGMENT), SEGMENT_TEXT],
  ['Ethernet with LLC and SNAP', 1, ethernet('0025', `${SNAP}0800${DATAGRAM}`), DATAGRAM_TEXT],
  ['Ethernet with LLC', 1, ethernet('0021', `060603${DATAGRAM}`), DATAGRAM_TEXT],
  ['MAC in MAC', 1, ethernet('88e7', `00000001${ethernet('0800', DATAGRAM)}`), DATAGRAM_TEXT],
  ['old QinQ', 1, ethernet('9100', `00018100000286dd${DATAGRAM6}`), DATAGRAM6_TEXT],
  ['ARP', 1, ethernet('0806', '00010800060400010200000000010a000001'), NOT_IP],
  ['Linux cooked with LLC', 113, `0000000100060200000000010000${'0004'}${SNAP}0800${DATAGRAM}`, DATAGRAM_TEXT],
  ['Linux cooked v2', 276, `86dd00000000000100010006${'0200000000010000'}${DATAGRAM6}`, DATAGRAM6_TEXT],
  ['BSD loopback, little-endian', 0, `02000000${DATAGRAM}`, DATAGRAM_TEXT],
  ['BSD loopback, big-endian', 0, `00000002${DATAGRAM}`, DATAGRAM_TEXT],
  ['FreeBSD loopback, IPv6', 0, `1c000000${DATAGRAM6}`, DATAGRAM6_TEXT],
  ['OpenBSD loopback, IPv6', 108, `00000018${DATAGRAM6}`, DATAGRAM6_TEXT],
  ['BSD loopback, AppleTalk', 0, '10000000ffff', NOT_IP],
  ['PPP with address and control', 9, `ff030021${DATAGRAM}`, DATAGRAM_TEXT],
  ['PPP, compressed protocol', 9, `21${DATAGRAM}`, DATAGRAM_TEXT],
  ['PPP in HDLC', 50, `ff030057${DATAGRAM6}`, DATAGRAM6_TEXT],
  ['Cisco HDLC as PPP', 50, `0f000800${DATAGRAM}`, DATAGRAM_TEXT],
  ['PPP, IPCP', 9, 'ff03802101010004', NOT_IP],
  ['PPPoE', 51, `110000010020${'0021'}${DATAGRAM}`, DATAGRAM_TEXT],
  ['raw, BSD number', 12, DATAGRAM, DATAGRAM_TEXT],
  ['raw, OpenBSD number', 14, DATAGRAM6, DATAGRAM6_TEXT],
  ['raw IPv6', 229, DATAGRAM6, DATAGRAM6_TEXT],
  ['raw, neither', 101, '00000000', MALFORMED],
  ['802.11 from the access point', 105, `08020000${'02'.repeat(18)}0000${SNAP}0800${DATAGRAM}`, DATAGRAM_TEXT],
  [
    '802.11 between access points',
    105,
    `08030000${'02'.repeat(18)}0000${'02'.repeat(6)}${SNAP}0800${DATAGRAM}`,
    DATAGRAM_TEXT,
  ],
  ['802.11 with quality of service', 105, `88010000${'02'.repeat(18)}00000000${SNAP}0800${DATAGRAM}`, DATAGRAM_TEXT],
  [
    '802.11 aggregate',
    105,
    `88010000${'02'.repeat(18)}00008000${'02'.repeat(12)}0028${SNAP}0800${DATAGRAM}`,
    DATAGRAM_TEXT,
  ],
  ['802.11 encrypted', 105, `08410000${'02'.repeat(18)}0000${'55'.repeat(40)}`, ENCRYPTED],
  ['802.11 beacon', 105, `80000000${'02'.repeat(18)}0000${'55'.repeat(40)}`, NOT_IP],
  [
    'radiotap with padding',
    127,
    `00000a0002000000${'2000'}88010000${'02'.repeat(18)}000000000000${SNAP}0800${DATAGRAM}`,
    DATAGRAM_TEXT,
  ],
  [
    'Prism',
    119,
    `4400000090000000${'00'.repeat(136)}08010000${'02'.repeat(18)}0000${SNAP}0800${DATAGRAM}`,
    DATAGRAM_TEXT,
  ],
  ['AVS', 163, `8021100100000040${'00'.repeat(56)}08010000${'02'.repeat(18)}0000${SNAP}0800${DATAGRAM}`, DATAGRAM_TEXT],
  ['PPI with 802.11', 192, `0000080069000000${'08010000'}${'02'.repeat(18)}0000${SNAP}0800${DATAGRAM}`, DATAGRAM_TEXT],
  ['PPI with an unknown link type', 192, '0000080093000000ffff', UNKNOWN_LINK_TYPE],
  ['an unknown link type', 147, DATAGRAM, UNKNOWN_LINK_TYPE],
];

for (const [name, linkType, frame, expected] of LINKS) {
  test(`link: ${name}`, () => {
    assert.equal(decode(new PacketDecoder(), frame, linkType), expected);
  });
}

const INNER = ethernet('0800', DATAGRAM);
const GTP_LENGTH = hex(DATAGRAM.length / 2, 2);
const WITH_EXTENSION = hex(4 + 8 + DATAGRAM.length / 2, 2);
const TUNNELS: readonly (readonly [string, string])[] = [
  ['GRE', ipv4(47, `00000800${DATAGRAM}`)],
  ['GRE with checksum, key and sequence number', ipv4(47, `b0000800${'00'.repeat(12)}${DATAGRAM}`)],
  ['GRE with routing', ipv4(47, `40000800${'00000000'}0800000411223344${'00000000'}${DATAGRAM}`)],
  ['GRE, WCCP version 2', ipv4(47, `0000883e00000000${DATAGRAM}`)],
  ['ERSPAN type I', ipv4(47, `000088be${INNER}`)],
  ['ERSPAN type II', ipv4(47, `100088be00000001${'1000000000000000'}${INNER}`)],
  ['ERSPAN type III', ipv4(47, `100022eb00000001${'200000000000000000000000'}${INNER}`)],
  [
    'ERSPAN type III with a platform header',
    ipv4(47, `100022eb00000001${'200000000000000000000001'}${'00'.repeat(8)}${INNER}`),
  ],
  ['ERSPAN type III with IP', ipv4(47, `100022eb00000001${'200000000000000000000800'}${DATAGRAM}`)],
  ['EtherIP', ipv4(97, `3000${INNER}`)],
  ['MPLS in IP', ipv4(137, `00001140${DATAGRAM}`)],
  ['Ethernet in IPv6', ipv6(143, INNER)],
  ['VXLAN', ipv4(17, udp(40000, 4789, `0800000000000100${INNER}`))],
  ['VXLAN with group policy', ipv4(17, udp(40000, 8472, `8800123400000100${INNER}`))],
  ['VXLAN-GPE', ipv4(17, udp(40000, 4790, `0c00000100000100${DATAGRAM}`))],
  ['GENEVE', ipv4(17, udp(40000, 6081, `0000655800000100${INNER}`))],
  ['GENEVE with options and IP', ipv4(17, udp(40000, 6081, `02400800000001000102800100000000${DATAGRAM}`))],
  ['GTP-U', ipv4(17, udp(2152, 2152, `30ff${GTP_LENGTH}00000001${DATAGRAM}`))],
  [
    'GTP-U with extension headers',
    ipv4(17, udp(2152, 2152, `34ff${WITH_EXTENSION}00000001${'00000085'}${'01000085'}${'01000000'}${DATAGRAM}`)),
  ],
  ['IPv4 in IPv6', ipv6(4, DATAGRAM)],
  ['authentication header, IP in IP', ipv4(51, `0404${'00'.repeat(22)}${DATAGRAM}`)],
];

for (const [name, packet] of TUNNELS) {
  test(`tunnel: ${name}`, () => {
    const isIpv6 = packet.startsWith('6');
    assert.equal(decode(new PacketDecoder(), ethernet(isIpv6 ? '86dd' : '0800', packet)), DATAGRAM_TEXT);
  });
}

test('MPLS: IPv6, and pseudowires with and without a control word', () => {
  assert.equal(decode(new PacketDecoder(), ethernet('8847', `00001040${'00002140'}${DATAGRAM6}`)), DATAGRAM6_TEXT);
  assert.equal(decode(new PacketDecoder(), ethernet('8847', `00001140${INNER}`)), DATAGRAM_TEXT);
  assert.equal(decode(new PacketDecoder(), ethernet('8848', `00001140${'00000000'}${INNER}`)), DATAGRAM_TEXT);
});

test('Teredo: plain, with authentication and origin indications', () => {
  const authentication = `00010000${'11'.repeat(8)}00`;
  const origin = '0000ffff11223344';
  for (const indications of ['', authentication, origin, authentication + origin]) {
    const frame = ethernet('0800', ipv4(17, udp(50000, 3544, `${indications}${DATAGRAM6}`)));
    assert.equal(decode(new PacketDecoder(), frame), DATAGRAM6_TEXT);
  }
});

const NO_TUNNELS: readonly (readonly [string, number, string])[] = [
  ['VXLAN without the I bit', 4789, `0000000000000100${INNER}`],
  ['VXLAN with reserved bits', 4789, `0800000000000101${INNER}`],
  ['VXLAN with ARP inside', 4789, `0800000000000100${ethernet('0806', '00010800060400010200000000010a000001')}`],
  ['VXLAN with a lie inside', 4789, `0800000000000100${ethernet('0800', '4500ffff')}`],
  ['a GTP echo request', 2152, '320100040000000000000000'],
  ['GTP of another length', 2152, `30ff${hex(9, 2)}00000001${DATAGRAM}`],
  ['GTP-U with an endless extension header', 2152, '34ff000c000000010000008500000000000000ff'],
  ['GENEVE of another version', 6081, `4000655800000100${INNER}`],
  ['GENEVE with options beyond the end', 6081, '3f00080000000100'],
  ['text to the port of Teredo', 3544, '474554202f20485454502f312e300d0a0d0a'],
  ['nothing', 2152, ''],
];

for (const [name, port, payload] of NO_TUNNELS) {
  test(`no tunnel but a datagram: ${name}`, () => {
    const decoder = new PacketDecoder();
    const frame = ethernet('0800', ipv4(17, udp(40000, port, payload)));
    assert.equal(decode(decoder, frame), `10.0.0.1:40000 > 10.0.0.2:${port} protocol 17 "${payload}"`);
    assert.equal(decoder.counters.notTunnel, 1);
    assert.equal(decoder.counters.malformed, 0);
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
  const frames = [
    ...REAL_FRAMES,
    ...TUNNELS.map(([, packet]) => ({ hex: packet, linkType: 101 })),
    ...LINKS.map(([, linkType, frame]) => ({ hex: frame, linkType })),
  ];
  const changes = fc.array(fc.tuple(fc.nat({ max: 150 }), fc.nat({ max: 255 })), { maxLength: 6 });
  fc.assert(
    fc.property(fc.constantFrom(...frames), changes, fc.nat({ max: 200 }), (frame, changed, length) => {
      const bytes = new Uint8Array(Buffer.from(frame.hex, 'hex')).subarray(0, length);
      for (const [at, value] of changed) if (at < bytes.length) bytes[at] = value;
      check(decoder, bytes, frame.linkType);
    }),
    { numRuns: 5000 },
  );
});
