/** CoAP requests over UDP (RFC 7252 section 3). */

import { textOf } from './bytes.ts';
import { FieldList } from './field-list.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';

const PAYLOAD_MARKER = 0xff;
const URI_PATH = 11;
/** Methods GET to iPATCH (RFC 7252 section 12.1.1, RFC 8132). */
const LAST_METHOD = 7;
/** Options of requests in the IANA registry, below its experimental part. */
const OPTIONS: ReadonlySet<number> = new Set([
  1, 3, 4, 5, 6, 7, 9, 11, 12, 14, 15, 16, 17, 19, 20, 21, 23, 27, 28, 31, 35, 39, 60, 252, 258, 292,
]);

export const coap: Protocol = {
  name: 'coap',
  transports: ['udp'],
  fields: {
    'coap.token': { description: 'Token of the request, up to 8 bytes (may be empty).', verbatim: true },
    'coap.uri_path': { description: 'Uri-Path options joined by slashes: `.well-known/core`.', verbatim: false },
    'coap.message': { description: 'The whole message.', verbatim: true },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const { bytes, start, end } = message;
  const list = new FieldList(bytes);
  if (end - start < 5) return [];
  const tokenSize = bytes[start]! & 0x0f;
  // Version 1; confirmable (0) or not (1).
  const isRequest = bytes[start]! >> 5 === 2 && bytes[start + 1]! >= 1 && bytes[start + 1]! <= LAST_METHOD;
  const token = start + 4;
  if (!isRequest || tokenSize > 8 || token + tokenSize > end) return [];
  const path: string[] = [];
  let pathStart = 0;
  let pathEnd = 0;
  let number = 0;
  let at = token + tokenSize;
  // Without any option nothing tells a request from chance bytes.
  if (at === end || bytes[at] === PAYLOAD_MARKER) return [];
  while (at < end && bytes[at] !== PAYLOAD_MARKER) {
    const delta = readNibble(bytes, bytes[at]! >> 4, at + 1, end);
    const size = delta && readNibble(bytes, bytes[at]! & 15, delta.next, end);
    if (!delta || !size || size.next + size.value > end) return [];
    number += delta.value;
    at = size.next + size.value;
    if (!OPTIONS.has(number)) return [];
    if (number !== URI_PATH) continue;
    path.push(textOf(bytes, size.next, at));
    pathStart ||= size.next;
    pathEnd = at;
  }
  // RFC 7252 section 3: a marker with nothing behind it is an error.
  if (at + 1 === end) return [];
  list.addBytes('coap.token', token, token + tokenSize);
  if (path.length > 0) list.add('coap.uri_path', path.join('/'), pathStart, pathEnd);
  list.addBytes('coap.message', start, end);
  return list.fields;
}

/** RFC 7252 section 3.1: 13 and 14 mean that one or two bytes follow, 15 is reserved. */
function readNibble(
  bytes: Uint8Array,
  nibble: number,
  at: number,
  end: number,
): { value: number; next: number } | undefined {
  if (nibble < 13) return { value: nibble, next: at };
  if (nibble === 13 && at + 1 <= end) return { value: 13 + bytes[at]!, next: at + 1 };
  if (nibble === 14 && at + 2 <= end) return { value: 269 + bytes[at]! * 256 + bytes[at + 1]!, next: at + 2 };
  return undefined;
}
