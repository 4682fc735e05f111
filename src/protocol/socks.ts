/** SOCKS 4, 4a and 5 requests (RFC 1928, RFC 1929). */

import { indexOfByte, textOf, uint16 } from './bytes.ts';
import { FieldList } from './field-list.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';

const USER_AND_PASSWORD = 2;
/** Longest user of SOCKS4; the protocol has no limit, programs have. */
const MAX_USER = 255;

export const socks: Protocol = {
  name: 'socks',
  transports: ['tcp'],
  fields: {
    'socks.user': { description: 'User of SOCKS 5 (RFC 1929), or user id of SOCKS 4 (may be empty).', verbatim: true },
    'socks.password': { description: 'Password of SOCKS 5.', verbatim: true },
    'socks.methods': { description: 'Authentication methods of SOCKS 5 in order: `0,2`.', verbatim: false },
    'socks.request': {
      description: 'What is asked for: `connect`, `bind` or `udp`, a blank, the address, a colon, the port.',
      verbatim: false,
    },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const list = new FieldList(message.bytes);
  if (message.bytes[message.start] === 4) parseVersion4(message, list);
  if (message.bytes[message.start] === 5) parseVersion5(message, list);
  return list.fields;
}

/** Version, command, port, address, user id and a zero; for the addresses 0.0.0.x a host name and a zero follow (4a). */
function parseVersion4(message: ClientMessage, list: FieldList): void {
  const { bytes, start, end } = message;
  if (start + 9 > end || (bytes[start + 1] !== 1 && bytes[start + 1] !== 2) || uint16(bytes, start + 2) === 0) return;
  const zero = indexOfByte(bytes, 0, start + 8, Math.min(end, start + 9 + MAX_USER));
  const user = textOf(bytes, start + 8, zero);
  if (bytes[zero] !== 0 || zero >= end || !/^[ -~]*$/.test(user)) return;
  let host = dotted(bytes, start + 4);
  let requestEnd = zero + 1;
  if (/^0\.0\.0\.[1-9]/.test(host)) {
    const hostEnd = indexOfByte(bytes, 0, zero + 1, Math.min(end, zero + 258));
    if (hostEnd >= end || bytes[hostEnd] !== 0) return;
    host = textOf(bytes, zero + 1, hostEnd);
    requestEnd = hostEnd + 1;
    if (!/^[!-~]+$/.test(host)) return;
  }
  list.addBytes('socks.user', start + 8, zero);
  list.add('socks.request', `${commandName(bytes[start + 1]!)} ${host}:${uint16(bytes, start + 2)}`, start, requestEnd);
}

function parseVersion5(message: ClientMessage, list: FieldList): void {
  const { bytes, start, end } = message;
  if (start + 3 > end) return;
  const count = bytes[start + 1]!;
  let at = start + 2 + count;
  const methods = [...bytes.subarray(start + 2, Math.min(at, end))];
  // Nobody offers a method twice, or "none acceptable" (0xff).
  if (count === 0 || at > end || new Set(methods).size !== count || methods.includes(0xff)) return;
  const credentials = methods.includes(USER_AND_PASSWORD) ? readCredentials(bytes, at, end) : undefined;
  const requestStart = credentials ? credentials.end : at;
  const request = requestStart < end ? readRequest(bytes, requestStart, end) : undefined;
  // After the methods come credentials (version 1) or the request (version 5), now or later.
  if (requestStart < end && !request && bytes[requestStart] !== 1 && bytes[requestStart] !== 5) return;
  list.add('socks.methods', methods.join(','), start + 2, at);
  if (credentials) {
    at = credentials.end;
    list.addBytes('socks.user', credentials.user, credentials.user + credentials.userSize);
    list.addBytes('socks.password', credentials.user + credentials.userSize + 1, at);
  }
  if (request) list.add('socks.request', request.text, requestStart, request.end);
}

/** RFC 1929 section 2. */
function readCredentials(
  bytes: Uint8Array,
  at: number,
  end: number,
): { user: number; userSize: number; end: number } | undefined {
  if (at + 3 > end || bytes[at] !== 1) return undefined;
  const userSize = bytes[at + 1]!;
  const password = at + 2 + userSize;
  if (password >= end || password + 1 + bytes[password]! > end) return undefined;
  return { user: at + 2, userSize, end: password + 1 + bytes[password]! };
}

/** RFC 1928 section 4. */
function readRequest(bytes: Uint8Array, at: number, end: number): { text: string; end: number } | undefined {
  if (at + 7 > end || bytes[at] !== 5 || bytes[at + 2] !== 0) return undefined;
  const command = bytes[at + 1]!;
  const type = bytes[at + 3]!;
  const size = type === 1 ? 4 : type === 4 ? 16 : type === 3 ? bytes[at + 4]! : 0;
  const host = at + (type === 3 ? 5 : 4);
  if (command < 1 || command > 3 || size === 0 || host + size + 2 > end) return undefined;
  const name = type === 1 ? dotted(bytes, host) : type === 4 ? grouped(bytes, host) : textOf(bytes, host, host + size);
  return { text: `${commandName(command)} ${name}:${uint16(bytes, host + size)}`, end: host + size + 2 };
}

function commandName(command: number): string {
  return ['connect', 'bind', 'udp'][command - 1]!;
}

function dotted(bytes: Uint8Array, at: number): string {
  return bytes.subarray(at, at + 4).join('.');
}

/** IPv6 in brackets, eight groups, nothing left out. */
function grouped(bytes: Uint8Array, at: number): string {
  return `[${[0, 2, 4, 6, 8, 10, 12, 14].map((i) => uint16(bytes, at + i).toString(16)).join(':')}]`;
}
