/** Oracle's TNS: CONNECT, and the DATA packets after it (as Wireshark's packet-tns.c describes them). */

import { uint16 } from './bytes.ts';
import { FieldList } from './field-list.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';

const HEADER_SIZE = 8;
const CONNECT = 1;
const DATA = 6;
/** Length of the fixed part of CONNECT before version 315; the connect data's offset must lie behind it. */
const CONNECT_FIXED_SIZE = 34;
/** Offsets in CONNECT: length and offset of the connect data. */
const DATA_LENGTH_AT = 24;
const DATA_OFFSET_AT = 26;

export const tns: Protocol = {
  name: 'tns',
  transports: ['tcp'],
  fields: {
    'tns.connect_data': {
      description: 'Connect descriptor: `(DESCRIPTION=(CONNECT_DATA=...))`; also where it follows in a DATA packet.',
      verbatim: true,
    },
    'tns.connect': { description: 'The whole CONNECT packet.', verbatim: true },
    'tns.data': { description: 'Content of a DATA packet after CONNECT, without its flags.', verbatim: true },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const { bytes, end } = message;
  const list = new FieldList(bytes);
  let wanted = 0;
  for (let at = message.start; at + HEADER_SIZE <= end; ) {
    const next = at + uint16(bytes, at);
    const type = bytes[at + 4]!;
    if (next < at + HEADER_SIZE || next > end) break;
    if (at === message.start && type !== CONNECT) break;
    if (type === CONNECT) {
      const length = addConnect(bytes, at, next, list);
      if (length < 0) break;
      wanted = length;
    } else if (type === DATA && next >= at + HEADER_SIZE + 2) {
      const start = at + HEADER_SIZE + 2;
      // A descriptor above 230 bytes comes in a packet of its own.
      list.addBytes(wanted > 0 && next - start === wanted ? 'tns.connect_data' : 'tns.data', start, next);
      wanted = 0;
    }
    at = next;
  }
  return list.fields;
}

/** Bytes of the descriptor that are still to come, 0 if it is here; -1: no CONNECT. */
function addConnect(bytes: Uint8Array, at: number, end: number, list: FieldList): number {
  // Packet checksum, reserved byte and header checksum are zero in all implementations.
  const plain = uint16(bytes, at + 2) === 0 && uint16(bytes, at + 6) === 0;
  if (!plain || end - at < CONNECT_FIXED_SIZE) return -1;
  const length = uint16(bytes, at + DATA_LENGTH_AT);
  const start = at + uint16(bytes, at + DATA_OFFSET_AT);
  if (start < at + CONNECT_FIXED_SIZE || start > end) return -1;
  list.addBytes('tns.connect', at, end);
  if (start + length > end) return length;
  list.addBytes('tns.connect_data', start, start + length);
  return 0;
}
