/** TLS and DTLS in the clear: the ClientHello, and heartbeats before the encryption starts. */

import { hexNumber, type Span, uint16, uint24 } from './bytes.ts';
import {
  applicationProtocols,
  type ClientHello,
  numbersOf,
  readClientHello,
  serverName,
  supportedVersions,
} from './client-hello.ts';
import { FieldList } from './field-list.ts';
import { ja4 } from './ja4.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';
import { tlsStart } from './starttls.ts';

const ALERT = 21;
const HANDSHAKE = 22;
const HEARTBEAT = 24;
const CLIENT_HELLO = 1;
const RECORD_HEADER = 5;
const DATAGRAM_RECORD_HEADER = 13;
/** RFC 5246 section 6.2.3: 2^14 and what encryption may add. */
const MAX_RECORD = 16_384 + 2048;
/** Records looked at in one flow, and hellos in one datagram. */
const MAX_RECORDS = 64;

export const tls: Protocol = {
  name: 'tls',
  transports: ['tcp', 'udp'],
  identifying: ['tls.ja4'],
  fields: {
    'tls.hello': {
      description: 'The whole record (TLS) or datagram record (DTLS) that the ClientHello is in.',
      verbatim: true,
    },
    'tls.record_version': { description: 'Version in the record header: `0x0301`.', verbatim: false },
    'tls.version': { description: 'Version in the ClientHello: `0x0303`.', verbatim: false },
    'tls.random': { description: 'The 32 random bytes of the ClientHello.', verbatim: true },
    'tls.session_id_size': { description: 'Length of the session id, decimal.', verbatim: false },
    'tls.cipher_suites': {
      description: 'Cipher suites in order, as four hex digits each: `1302,1303`.',
      verbatim: false,
    },
    'tls.extensions': {
      description: 'Extension numbers in order, as four hex digits each: `000d,002b`.',
      verbatim: false,
    },
    'tls.supported_groups': { description: 'Groups in order, as four hex digits each: `001d,0017`.', verbatim: false },
    'tls.signature_algorithms': {
      description: 'Signature algorithms in order, as four hex digits each: `0403,0804`.',
      verbatim: false,
    },
    'tls.supported_versions': {
      description: 'Versions of the extension supported_versions in order: `0304,0303`.',
      verbatim: false,
    },
    'tls.alpn': { description: 'Protocols of ALPN in order, joined by commas: `h2,http/1.1`.', verbatim: false },
    'tls.server_name': { description: 'Host name of the server name extension.', verbatim: true },
    'tls.ja4': { description: 'JA4 of the ClientHello: `t13d1516h2_8daaf6152771_e5627efa2ab1`.', verbatim: false },
    'tls.heartbeat': {
      description: 'A heartbeat message (RFC 6520) in the clear: type, length that it claims, payload.',
      verbatim: true,
    },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const list = new FieldList(message.bytes);
  if (message.transport === 'udp') readDatagram(message, list);
  else if (message.transport === 'tcp') readRecords(message, list);
  return list.fields;
}

function readRecords(message: ClientMessage, list: FieldList): void {
  const { bytes, end } = message;
  let at = tlsStart(message);
  for (let i = 0; i < MAX_RECORDS && at + RECORD_HEADER <= end; i++) {
    const type = bytes[at]!;
    const content = { start: at + RECORD_HEADER, end: at + RECORD_HEADER + uint16(bytes, at + 3) };
    if (bytes[at + 1] !== 3 || content.end - at > MAX_RECORD || content.end > end) return;
    if (type === HANDSHAKE) {
      if (!addHandshake(bytes, at, content, list) && list.fields.length === 0) return;
    } else if (type === HEARTBEAT) {
      // RFC 6520 section 4: request or response; anything else is encrypted or no TLS.
      const kind = bytes[content.start]!;
      if (content.end - content.start < 3 || (kind !== 1 && kind !== 2)) return;
      list.addBytes('tls.heartbeat', content.start, content.end);
    } else if (type !== ALERT) {
      // What comes after ChangeCipherSpec is encrypted, and application data is.
      return;
    }
    at = content.end;
  }
}

/** False if the record has no whole ClientHello. */
function addHandshake(bytes: Uint8Array, at: number, content: Span, list: FieldList): boolean {
  if (content.end - content.start < 4 || bytes[content.start] !== CLIENT_HELLO) return false;
  const helloStart = content.start + 4;
  const helloEnd = helloStart + uint24(bytes, content.start + 1);
  if (helloEnd > content.end) return false;
  const hello = readClientHello(bytes, helloStart, helloEnd, false);
  if (!hello || hello.version >> 8 !== 3) return false;
  list.addBytes('tls.hello', at, content.end);
  list.add('tls.record_version', hexNumber(uint16(bytes, at + 1), 4), at + 1, at + 3);
  addHello(bytes, hello, false, list);
  return true;
}

/** RFC 6347 section 4.1 and 4.2.2: version, epoch, sequence number, length; the handshake names its fragment. */
function readDatagram(message: ClientMessage, list: FieldList): void {
  const { bytes, end } = message;
  let at = message.start;
  for (let i = 0; i < MAX_RECORDS && at + DATAGRAM_RECORD_HEADER <= end; i++) {
    const contentStart = at + DATAGRAM_RECORD_HEADER;
    const contentEnd = contentStart + uint16(bytes, at + 11);
    if (bytes[at + 1] !== 0xfe || contentEnd > end) return;
    const helloStart = contentStart + 12;
    const size = helloStart <= contentEnd ? uint24(bytes, contentStart + 1) : -1;
    const whole = uint24(bytes, contentStart + 6) === 0 && uint24(bytes, contentStart + 9) === size;
    const isHello = bytes[at] === HANDSHAKE && uint16(bytes, at + 3) === 0 && bytes[contentStart] === CLIENT_HELLO;
    if (!isHello || !whole || helloStart + size !== contentEnd) return;
    const hello = readClientHello(bytes, helloStart, contentEnd, true);
    if (!hello || hello.version >> 8 !== 0xfe) return;
    list.addBytes('tls.hello', at, contentEnd);
    list.add('tls.record_version', hexNumber(uint16(bytes, at + 1), 4), at + 1, at + 3);
    addHello(bytes, hello, true, list);
    at = contentEnd;
  }
}

function addHello(bytes: Uint8Array, hello: ClientHello, datagram: boolean, list: FieldList): void {
  const { random, suites, extensionsSpan } = hello;
  const start = random - 2;
  list.add('tls.version', hexNumber(hello.version, 4), start, random);
  list.addBytes('tls.random', random, random + 32);
  list.add('tls.session_id_size', String(hello.sessionIdSize), random + 32, random + 33);
  list.add('tls.cipher_suites', hexList(hello.cipherSuites), suites.start, suites.end);
  if (hello.extensions.length > 0) {
    const types = hello.extensions.map((extension) => extension.type);
    list.add('tls.extensions', hexList(types), extensionsSpan.start, extensionsSpan.end);
  }
  const lists = [
    ['tls.supported_groups', numbersOf(bytes, hello, 'groups')],
    ['tls.signature_algorithms', numbersOf(bytes, hello, 'signatures')],
    ['tls.supported_versions', supportedVersions(bytes, hello)],
  ] as const;
  for (const [name, found] of lists) {
    if (found) list.add(name, hexList(found.numbers), found.span.start, found.span.end);
  }
  const protocols = applicationProtocols(bytes, hello);
  if (protocols) list.add('tls.alpn', protocols.names.join(','), protocols.span.start, protocols.span.end);
  const name = serverName(bytes, hello);
  if (name) list.addBytes('tls.server_name', name.start, name.end);
  list.addComputed('tls.ja4', () => ja4(bytes, hello, datagram), start, extensionsSpan.end);
}

function hexList(numbers: readonly number[]): string {
  return numbers.map((number) => number.toString(16).padStart(4, '0')).join(',');
}
