/** iSCSI login and text requests (RFC 7143 sections 11.10 and 11.12). */

import { indexOfByte, textOf, uint24 } from './bytes.ts';
import { FieldList } from './field-list.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';

const HEADER_SIZE = 48;
const LOGIN = 0x03;
const TEXT = 0x04;
/** The lowest opcode of a target. */
const FIRST_ANSWER = 0x20;

export const iscsi: Protocol = {
  name: 'iscsi',
  transports: ['tcp'],
  fields: {
    'iscsi.initiator_name': {
      description: 'Value of the key InitiatorName: `iqn.1993-08.org.debian:01:ab12`.',
      verbatim: true,
    },
    'iscsi.key': {
      description: 'A key of a login or text request with its value: `SessionType=Discovery`.',
      verbatim: true,
    },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const { bytes, end } = message;
  const list = new FieldList(bytes);
  for (let at = message.start; at + HEADER_SIZE <= end; ) {
    const opcode = bytes[at]! & 0x3f;
    // Reserved bit of the first byte; the first message of a connection is a login.
    if (bytes[at]! & 0x80 || opcode >= FIRST_ANSWER || (at === message.start && opcode !== LOGIN)) break;
    const start = at + HEADER_SIZE + 4 * bytes[at + 4]!;
    const dataEnd = start + uint24(bytes, at + 5);
    // RFC 7143 section 11.2.1: data is padded to four bytes.
    const next = start + ((uint24(bytes, at + 5) + 3) & ~3);
    if (dataEnd > end) break;
    if ((opcode === LOGIN || opcode === TEXT) && !addKeys(bytes, start, dataEnd, list)) break;
    at = next;
  }
  return list.fields;
}

/** Keys, each ended by a zero (RFC 7143 section 6.1); false if the data is something else. */
function addKeys(bytes: Uint8Array, start: number, end: number, list: FieldList): boolean {
  for (let at = start; at < end; ) {
    const zero = indexOfByte(bytes, 0, at, end);
    const text = textOf(bytes, at, Math.min(zero, at + 64));
    const key = /^([A-Za-z][A-Za-z0-9.+@_-]{0,62})=/.exec(text);
    if (!key) return false;
    list.addBytes('iscsi.key', at, zero);
    if (key[1] === 'InitiatorName') list.addBytes('iscsi.initiator_name', at + key[0].length, zero);
    at = zero + 1;
  }
  return true;
}
