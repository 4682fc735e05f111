/** JA4, the TLS client fingerprint of FoxIO (BSD 3-Clause; its other fingerprints are not): technical_details/JA4.md. */

import { applicationProtocols, type ClientHello, hasServerName, numbersOf, supportedVersions } from './client-hello.ts';

const VERSIONS: ReadonlyMap<number, string> = new Map([
  [0x0304, '13'],
  [0x0303, '12'],
  [0x0302, '11'],
  [0x0301, '10'],
  [0x0300, 's3'],
  [0x0002, 's2'],
  [0xfeff, 'd1'],
  [0xfefd, 'd2'],
  [0xfefc, 'd3'],
]);
const EMPTY = '000000000000';
const SERVER_NAME = '0000';
const ALPN = '0010';

/** `t13d1516h2_8daaf6152771_e5627efa2ab1`. */
export function ja4(bytes: Uint8Array, hello: ClientHello, datagram: boolean): string {
  const suites = hexList(hello.cipherSuites);
  const extensions = hexList(hello.extensions.map((extension) => extension.type));
  const hashed = extensions.filter((type) => type !== SERVER_NAME && type !== ALPN).sort();
  const signatures = hexList(numbersOf(bytes, hello, 'signatures')?.numbers ?? []);
  const start = [
    datagram ? 'd' : 't',
    VERSIONS.get(version(bytes, hello)) ?? '00',
    hasServerName(hello) ? 'd' : 'i',
    count(suites.length),
    count(extensions.length),
    alpnMark(applicationProtocols(bytes, hello)?.names[0] ?? ''),
  ].join('');
  const extensionText = hashed.join(',') + (signatures.length > 0 ? `_${signatures.join(',')}` : '');
  const middle = suites.length > 0 ? shortHash([...suites].sort().join(',')) : EMPTY;
  return `${start}_${middle}_${hashed.length > 0 ? shortHash(extensionText) : EMPTY}`;
}

/** The highest version offered; DTLS numbers fall as versions rise, and only like is compared with like. */
function version(bytes: Uint8Array, hello: ClientHello): number {
  const offered = supportedVersions(bytes, hello)?.numbers.filter((number) => !isGrease(number)) ?? [];
  if (offered.length === 0) return hello.version;
  const datagram = offered.every((number) => number >= 0xfe00);
  return offered.reduce((best, number) => ((datagram ? number < best : number > best) ? number : best));
}

/** RFC 8701: 0x0a0a, 0x1a1a ... 0xfafa, sent to keep servers tolerant. */
function isGrease(number: number): boolean {
  return (number & 0x0f0f) === 0x0a0a && number >> 8 === (number & 0xff);
}

function hexList(numbers: readonly number[]): string[] {
  return numbers.filter((number) => !isGrease(number)).map((number) => number.toString(16).padStart(4, '0'));
}

function count(size: number): string {
  return String(Math.min(size, 99)).padStart(2, '0');
}

function alpnMark(name: string): string {
  if (name === '') return '00';
  if (/^[0-9A-Za-z]$/.test(name.charAt(0)) && /^[0-9A-Za-z]$/.test(name.charAt(name.length - 1))) {
    return name.charAt(0) + name.charAt(name.length - 1);
  }
  const hex = Buffer.from(name, 'latin1').toString('hex');
  return hex.charAt(0) + hex.charAt(hex.length - 1);
}

function shortHash(text: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('hex').slice(0, 12);
}
