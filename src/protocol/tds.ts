/** TDS, the protocol of Microsoft SQL Server: PRELOGIN and LOGIN7 (MS-TDS sections 2.2.6.4 and 2.2.6.5). */

import { type Span, uint16, uint16le, uint32le, utf16Of } from './bytes.ts';
import { FieldList } from './field-list.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';

const HEADER_SIZE = 8;
const LOGIN7 = 0x10;
const SSPI = 0x11;
const PRELOGIN = 0x12;
/** Request types of MS-TDS section 2.2.3.1.1. */
const TYPES: ReadonlySet<number> = new Set([1, 2, 3, 6, 7, 8, 14, LOGIN7, SSPI, PRELOGIN]);
/** Offset and length of each text of LOGIN7, from the start of its data. */
const TEXTS: readonly (readonly [string, number])[] = [
  ['tds.host_name', 36],
  ['tds.user', 40],
  ['tds.app_name', 48],
  ['tds.server_name', 52],
  ['tds.library', 60],
  ['tds.database', 68],
];
const SSPI_REFERENCE = 78;
const LOGIN7_FIXED_SIZE = 86;

export const tds: Protocol = {
  name: 'tds',
  transports: ['tcp'],
  fields: {
    'tds.prelogin': { description: 'A whole PRELOGIN packet, its header of 8 bytes included.', verbatim: true },
    'tds.host_name': { description: "HostName of LOGIN7: the client's computer.", verbatim: false },
    'tds.user': { description: 'UserName of LOGIN7.', verbatim: false },
    'tds.app_name': { description: 'AppName of LOGIN7: the application.', verbatim: false },
    'tds.server_name': { description: 'ServerName of LOGIN7.', verbatim: false },
    'tds.library': { description: 'CltIntName of LOGIN7: the client library.', verbatim: false },
    'tds.database': { description: 'Database of LOGIN7.', verbatim: false },
  },
  parse,
};

interface Packet {
  readonly type: number;
  readonly start: number;
  readonly data: number;
  readonly end: number;
}

function parse(message: ClientMessage): Field[] {
  const { bytes } = message;
  const list = new FieldList(bytes);
  for (const packet of readPackets(message)) {
    if (packet.type === PRELOGIN && isPrelogin(bytes, packet)) list.addBytes('tds.prelogin', packet.start, packet.end);
    if (packet.type === LOGIN7 && isLogin(bytes, packet)) addLogin(bytes, packet, list);
  }
  return list.fields;
}

/** NTLM in LOGIN7 and in the SSPI messages after it. */
export function readTdsSecurityBlobs(message: ClientMessage): Span[] {
  const { bytes } = message;
  const blobs: Span[] = [];
  for (const packet of readPackets(message)) {
    if (packet.type === SSPI) blobs.push({ start: packet.data, end: packet.end });
    if (packet.type !== LOGIN7 || !isLogin(bytes, packet)) continue;
    const start = packet.data + uint16le(bytes, packet.data + SSPI_REFERENCE);
    const end = start + uint16le(bytes, packet.data + SSPI_REFERENCE + 2);
    if (end <= packet.end) blobs.push({ start, end });
  }
  return blobs;
}

/** MS-TDS section 2.2.3.1: type, status, length, process id, packet number, window (always 0). */
function readPackets(message: ClientMessage): Packet[] {
  const { bytes, end } = message;
  const packets: Packet[] = [];
  for (let at = message.start; at + HEADER_SIZE <= end; ) {
    const next = at + uint16(bytes, at + 2);
    const isHeader = TYPES.has(bytes[at]!) && bytes[at + 1]! <= 0x1f && bytes[at + 7] === 0;
    if (!isHeader || next <= at + HEADER_SIZE || next > end) break;
    packets.push({ type: bytes[at]!, start: at, data: at + HEADER_SIZE, end: next });
    at = next;
  }
  return packets;
}

/** The first option is VERSION and lies in the packet; a TLS handshake in a PRELOGIN packet begins with 0x16 instead. */
function isPrelogin(bytes: Uint8Array, packet: Packet): boolean {
  const { data, end } = packet;
  return data + 6 <= end && bytes[data] === 0 && data + uint16(bytes, data + 1) + uint16(bytes, data + 3) <= end;
}

function isLogin(bytes: Uint8Array, packet: Packet): boolean {
  const { data, end } = packet;
  return data + LOGIN7_FIXED_SIZE <= end && uint32le(bytes, data) === end - data;
}

function addLogin(bytes: Uint8Array, packet: Packet, list: FieldList): void {
  for (const [name, reference] of TEXTS) {
    const start = packet.data + uint16le(bytes, packet.data + reference);
    const end = start + 2 * uint16le(bytes, packet.data + reference + 2);
    if (start >= packet.data + LOGIN7_FIXED_SIZE && end > start && end <= packet.end) {
      list.add(name, utf16Of(bytes, start, end), start, end);
    }
  }
}
