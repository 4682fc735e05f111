/** PostgreSQL StartupMessage (PostgreSQL documentation, "Message Formats"). */

import { hasTextAt, indexOfByte, textOf, uint32 } from './bytes.ts';
import { FieldList } from './field-list.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';

/** SSLRequest and GSSENCRequest may come before it. */
const ENCRYPTION_REQUESTS = ['\0\0\0\x08\x04\xd2\x16\x2f', '\0\0\0\x08\x04\xd2\x16\x30'];
const MAJOR_VERSION = 3;
/** The server's own limit, MAX_STARTUP_PACKET_LENGTH. */
const MAX_SIZE = 10_000;
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['user', 'postgresql.user'],
  ['database', 'postgresql.database'],
  ['application_name', 'postgresql.application_name'],
]);

export const postgresql: Protocol = {
  name: 'postgresql',
  transports: ['tcp'],
  fields: {
    'postgresql.user': { description: 'Parameter user.', verbatim: true },
    'postgresql.database': { description: 'Parameter database.', verbatim: true },
    'postgresql.application_name': { description: 'Parameter application_name.', verbatim: true },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const { bytes } = message;
  const list = new FieldList(bytes);
  let start = message.start;
  for (const request of ENCRYPTION_REQUESTS) if (hasTextAt(bytes, start, message.end, request)) start += request.length;
  if (start + 9 > message.end) return [];
  const end = start + uint32(bytes, start);
  if (end - start > MAX_SIZE || end > message.end || uint32(bytes, start + 4) >>> 16 !== MAJOR_VERSION) return [];
  let at = start + 8;
  while (at < end && bytes[at] !== 0) {
    const nameEnd = indexOfByte(bytes, 0, at, end);
    const valueEnd = indexOfByte(bytes, 0, nameEnd + 1, end);
    if (valueEnd >= end) return [];
    const field = FIELDS.get(textOf(bytes, at, Math.min(nameEnd, at + 32)));
    if (field) list.addBytes(field, nameEnd + 1, valueEnd);
    at = valueEnd + 1;
  }
  // A zero after the last parameter ends the message.
  return at + 1 === end ? list.fields : [];
}
