/** The headers of a packet (IP, then TCP or ICMP): what raw packets are known by that say nothing. */

import { hexNumber, hexOf, uint16, uint32 } from './bytes.ts';
import { FieldList } from './field-list.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';
import { transports } from './transport.ts';

/** Bytes of an IPv6 header without extensions (RFC 8200 section 3). */
const IPV6_HEADER = 40;

export const packet: Protocol = {
  name: 'packet',
  transports: transports.filter((one) => one !== 'sctp'),
  fields: {
    'packet.ip_version': { description: '`4` or `6`.', verbatim: false },
    'packet.ttl': { description: 'Time to live, or hop limit, as it arrived: decimal.', verbatim: false },
    'packet.traffic_class': { description: 'Type of service, or traffic class: `0x04`.', verbatim: false },
    'packet.ip_id': { description: 'Identification of an IPv4 packet: `0x1042`.', verbatim: false },
    'packet.dont_fragment': { description: "IPv4's flag: `0` or `1`.", verbatim: false },
    'packet.flow_label': { description: 'Flow label of an IPv6 packet: `0x12345`.', verbatim: false },
    'packet.tcp_flags': {
      description: 'Byte 13 of the TCP header (FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128): `0x02`.',
      verbatim: false,
    },
    'packet.tcp_reserved': { description: 'The four bits before the flags: `0x8`.', verbatim: false },
    'packet.window': { description: 'Window of a TCP header, not scaled: decimal.', verbatim: false },
    'packet.urgent_pointer': { description: 'Urgent pointer of a TCP header: `0xf7f5`.', verbatim: false },
    'packet.tcp_options': {
      description: 'All options of a TCP header with their padding: `020405b4`.',
      verbatim: false,
    },
    'packet.icmp_type': { description: 'Type of an ICMP or ICMPv6 message: decimal.', verbatim: false },
    'packet.icmp_code': { description: 'Its code: decimal.', verbatim: false },
    'packet.icmp_id': { description: 'Identifier of an echo request: `0xabcd`.', verbatim: false },
    'packet.icmp_sequence': { description: 'Sequence number of an echo request: decimal.', verbatim: false },
    'packet.size': { description: 'Bytes behind these headers: decimal.', verbatim: false },
  },
  parse,
};

/** Only of what is one whole packet: a TCP flow has no header of its own. */
function parse({ bytes, start, end, transport, headers }: ClientMessage): Field[] {
  if (headers === undefined) return [];
  const list = new FieldList(bytes);
  const { ipStart, transportStart } = headers;
  addIp(list, ipStart, transportStart);
  if (transport === 'tcp') addTcp(list, transportStart, start);
  else if (transport === 'icmp') addIcmp(list, transportStart, start);
  list.add('packet.size', String(end - start), start, end);
  return list.fields;
}

/** RFC 791 section 3.1, RFC 8200 section 3. */
function addIp(list: FieldList, at: number, end: number): void {
  const { bytes } = list;
  const version = bytes[at]! >> 4;
  if (end - at < (version === 6 ? IPV6_HEADER : 20)) return;
  list.add('packet.ip_version', String(version), at, at + 1);
  if (version === 4) {
    list.add('packet.ttl', String(bytes[at + 8]), at + 8, at + 9);
    list.add('packet.traffic_class', hexNumber(bytes[at + 1]!, 2), at + 1, at + 2);
    list.add('packet.ip_id', hexNumber(uint16(bytes, at + 4), 4), at + 4, at + 6);
    list.add('packet.dont_fragment', String((bytes[at + 6]! >> 6) & 1), at + 6, at + 7);
  } else {
    list.add('packet.ttl', String(bytes[at + 7]), at + 7, at + 8);
    list.add('packet.traffic_class', hexNumber((uint16(bytes, at) >> 4) & 0xff, 2), at, at + 2);
    list.add('packet.flow_label', hexNumber(uint32(bytes, at) % 0x100000, 5), at + 1, at + 4);
  }
}

/** RFC 9293 section 3.1. */
function addTcp(list: FieldList, at: number, end: number): void {
  const { bytes } = list;
  if (end - at < 20) return;
  list.add('packet.tcp_flags', hexNumber(bytes[at + 13]!, 2), at + 13, at + 14);
  list.add('packet.tcp_reserved', hexNumber(bytes[at + 12]! & 15, 1), at + 12, at + 13);
  list.add('packet.window', String(uint16(bytes, at + 14)), at + 14, at + 16);
  list.add('packet.urgent_pointer', hexNumber(uint16(bytes, at + 18), 4), at + 18, at + 20);
  // Cut by the snap length: nobody knows them all.
  if (end - at === (bytes[at + 12]! >> 4) * 4) list.add('packet.tcp_options', hexOf(bytes, at + 20, end), at + 20, end);
}

/** RFC 792, RFC 4443 section 4.1. The four bytes behind the checksum mean this in echo requests and replies. */
function addIcmp(list: FieldList, at: number, end: number): void {
  const { bytes } = list;
  if (end - at < 8) return;
  list.add('packet.icmp_type', String(bytes[at]), at, at + 1);
  list.add('packet.icmp_code', String(bytes[at + 1]), at + 1, at + 2);
  list.add('packet.icmp_id', hexNumber(uint16(bytes, at + 4), 4), at + 4, at + 6);
  list.add('packet.icmp_sequence', String(uint16(bytes, at + 6)), at + 6, at + 8);
}
