/** PPTP Start-Control-Connection-Request (RFC 2637 section 2.1). */

import { indexOfByte, uint16, uint32 } from './bytes.ts';
import { FieldList } from './field-list.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';

const SIZE = 156;
const MAGIC = 0x1a2b3c4d;
const CONTROL_MESSAGE = 1;
const START_REQUEST = 1;
const HOST_AT = 28;
const VENDOR_AT = 92;
const TEXT_SIZE = 64;

export const pptp: Protocol = {
  name: 'pptp',
  transports: ['tcp'],
  fields: {
    'pptp.host': { description: 'Host name, without the zeros after it.', verbatim: true },
    'pptp.vendor': { description: 'Vendor name, without the zeros after it.', verbatim: true },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const { bytes, start } = message;
  if (message.end - start < SIZE || uint16(bytes, start) !== SIZE || uint32(bytes, start + 4) !== MAGIC) return [];
  if (uint16(bytes, start + 2) !== CONTROL_MESSAGE || uint16(bytes, start + 8) !== START_REQUEST) return [];
  const list = new FieldList(bytes);
  const host = start + HOST_AT;
  const vendor = start + VENDOR_AT;
  list.addBytes('pptp.host', host, indexOfByte(bytes, 0, host, host + TEXT_SIZE));
  list.addBytes('pptp.vendor', vendor, indexOfByte(bytes, 0, vendor, vendor + TEXT_SIZE));
  return list.fields;
}
