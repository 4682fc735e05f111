/** RDP before its encryption: the X.224 connection request and the MCS Connect Initial (MS-RDPBCGR section 2.2.1). */

import { hasTextAt, hexNumber, textOf, uint16, uint16le, uint32le, utf16Of } from './bytes.ts';
import { FieldList } from './field-list.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';

const TPKT_VERSION = 3;
const CONNECTION_REQUEST = 0xe0;
const NEGOTIATION_REQUEST = 1;
/** MS-RDPBCGR section 2.2.1.3.2. */
const CLIENT_CORE_DATA = 0xc001;
const COOKIE = 'Cookie: mstshash=';
/** Packets that are looked at: a request, a Connect Initial and what comes between. */
const MAX_PACKETS = 16;

export const rdp: Protocol = {
  name: 'rdp',
  transports: ['tcp'],
  fields: {
    'rdp.connection_request': { description: 'The whole connection request packet.', verbatim: true },
    'rdp.cookie': {
      description: 'What stands after `Cookie: mstshash=` up to CR LF: the user name, cut.',
      verbatim: true,
    },
    'rdp.cookie_line': { description: 'The whole line `Cookie: mstshash=...` with its CR LF.', verbatim: true },
    'rdp.requested_protocols': {
      description: 'Security protocols of the negotiation request: `0x00000003` is TLS or CredSSP.',
      verbatim: false,
    },
    'rdp.client_name': {
      description: "Name of the client's computer, from the client core data of MCS Connect Initial.",
      verbatim: false,
    },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const { bytes } = message;
  const list = new FieldList(bytes);
  let at = message.start;
  for (let i = 0; i < MAX_PACKETS; i++) {
    const end = tpktEnd(bytes, at, message.end);
    if (end < 0) break;
    if (i === 0) addConnectionRequest(bytes, at, end, list);
    // X.224 data (RFC 905 section 13.7), then BER application tag 101 (T.125): MCS Connect Initial.
    if (hasTextAt(bytes, at + 4, end, '\x02\xf0\x80\x7f\x65')) addClientName(bytes, at + 9, end, list);
    at = end;
  }
  return list.fields;
}

/** Where the TPKT packet (RFC 1006 section 6) at `at` ends, -1 if there is none, or not all of it. */
export function tpktEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at + 7 > end || bytes[at] !== TPKT_VERSION || bytes[at + 1] !== 0) return -1;
  const length = uint16(bytes, at + 2);
  return length < 7 || at + length > end ? -1 : at + length;
}

/** MS-RDPBCGR section 2.2.1.1. S7 and MMS send X.224 requests too, with parameters where RDP has its cookie. */
function addConnectionRequest(bytes: Uint8Array, at: number, end: number, list: FieldList): void {
  const fixedEnd = at + 11;
  if (end < fixedEnd || bytes[at + 4] !== end - at - 5 || bytes[at + 5] !== CONNECTION_REQUEST) return;
  let position = fixedEnd;
  const line = textOf(bytes, position, end);
  const lineEnd = line.indexOf('\r\n');
  if (lineEnd >= 0 && (line.startsWith('Cookie: ') || line.startsWith('tsv:'))) position += lineEnd + 2;
  const negotiation =
    position + 8 <= end && bytes[position] === NEGOTIATION_REQUEST && uint16le(bytes, position + 2) === 8;
  // Nothing may follow that is neither: RDP's other structures (correlation information) come after a negotiation request.
  if (position < end && !negotiation) return;
  list.addBytes('rdp.connection_request', at, end);
  if (line.startsWith(COOKIE) && lineEnd >= 0) {
    list.addBytes('rdp.cookie', fixedEnd + COOKIE.length, fixedEnd + lineEnd);
    list.addBytes('rdp.cookie_line', fixedEnd, fixedEnd + lineEnd + 2);
  }
  if (negotiation) {
    const protocols = hexNumber(uint32le(bytes, position + 4), 8);
    list.add('rdp.requested_protocols', protocols, position + 4, position + 8);
  }
}

/** MS-RDPBCGR section 2.2.1.3: blocks of type and length follow the H.221 key `Duca` and their length (T.124). */
function addClientName(bytes: Uint8Array, start: number, end: number, list: FieldList): void {
  const key = textOf(bytes, start, end).indexOf('Duca');
  if (key < 0) return;
  const lengthAt = start + key + 4;
  let at = lengthAt + (lengthAt < end && bytes[lengthAt]! & 0x80 ? 2 : 1);
  while (at + 4 <= end) {
    const size = uint16le(bytes, at + 2);
    if (size < 4 || at + size > end) return;
    if (uint16le(bytes, at) === CLIENT_CORE_DATA && size >= 56) {
      let nameEnd = at + 24;
      while (nameEnd < at + 56 && (bytes[nameEnd] !== 0 || bytes[nameEnd + 1] !== 0)) nameEnd += 2;
      list.add('rdp.client_name', utf16Of(bytes, at + 24, nameEnd), at + 24, nameEnd);
      return;
    }
    at += size;
  }
}
