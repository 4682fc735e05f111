import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENCRYPTED, MALFORMED, NOT_IP, UNKNOWN_LINK_TYPE } from './decode-result.ts';
import {
  DATAGRAM,
  DATAGRAM_TEXT,
  DATAGRAM6,
  DATAGRAM6_TEXT,
  decode,
  ethernet,
  SEGMENT,
  SEGMENT_TEXT,
} from './packet-builder.test.helper.ts';
import { PacketDecoder } from './packet-decoder.ts';

/** LLC and SNAP with the organisation of EtherTypes. */
const SNAP = 'aaaa03000000';

const LINKS: readonly (readonly [string, number, string, string | number])[] = [
  ['Ethernet', 1, ethernet('0800', SEGMENT), SEGMENT_TEXT],
  ['Ethernet with LLC and SNAP', 1, ethernet('0025', `${SNAP}0800${DATAGRAM}`), DATAGRAM_TEXT],
  ['Ethernet with LLC', 1, ethernet('0021', `060603${DATAGRAM}`), DATAGRAM_TEXT],
  ['MAC in MAC', 1, ethernet('88e7', `00000001${ethernet('0800', DATAGRAM)}`), DATAGRAM_TEXT],
  ['old QinQ', 1, ethernet('9100', `00018100000286dd${DATAGRAM6}`), DATAGRAM6_TEXT],
  ['VN-Tag', 1, ethernet('8926', `000000010800${DATAGRAM}`), DATAGRAM_TEXT],
  ['E-Tag', 1, ethernet('893f', `00000000000086dd${DATAGRAM6}`), DATAGRAM6_TEXT],
  ['netfilter log', 239, `02000000${'080001000800010107000a006c6f0000'}2400${'0900'}${DATAGRAM}`, DATAGRAM_TEXT],
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
