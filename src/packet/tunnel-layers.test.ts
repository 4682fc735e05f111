import assert from 'node:assert/strict';
import { test } from 'node:test';
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
  udp,
} from './packet-builder.test.helper.ts';
import { PacketDecoder } from './packet-decoder.ts';

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
  ['VXLAN-GPE on the port of VXLAN', ipv4(17, udp(40000, 4789, `0c00000300000100${INNER}`))],
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
