/** The ClientHello, the same in TLS (RFC 8446 section 4.1.2) and DTLS (RFC 6347 section 4.2.1) but for the cookie. */

import { type Span, textOf, uint16 } from './bytes.ts';

const SERVER_NAME = 0;
const SUPPORTED_GROUPS = 10;
const SIGNATURE_ALGORITHMS = 13;
const ALPN = 16;
const SUPPORTED_VERSIONS = 43;

export interface Extension {
  readonly type: number;
  readonly data: Span;
}

export interface ClientHello {
  readonly version: number;
  /** Where the 32 random bytes start. */
  readonly random: number;
  readonly sessionIdSize: number;
  readonly cipherSuites: readonly number[];
  readonly suites: Span;
  readonly extensions: readonly Extension[];
  readonly extensionsSpan: Span;
}

/** The hello that fills `start` to `end` exactly; undefined if the bytes are none. */
export function readClientHello(
  bytes: Uint8Array,
  start: number,
  end: number,
  datagram: boolean,
): ClientHello | undefined {
  let at = start + 2 + 32;
  if (at + 1 > end) return undefined;
  const sessionIdSize = bytes[at]!;
  at += 1 + sessionIdSize;
  if (sessionIdSize > 32) return undefined;
  if (datagram) at += 1 + (at < end ? bytes[at]! : 0);
  if (at + 2 > end) return undefined;
  const suites = { start: at + 2, end: at + 2 + uint16(bytes, at) };
  at = suites.end;
  if (at + 1 > end || (suites.end - suites.start) % 2 !== 0) return undefined;
  // Compression methods.
  at += 1 + bytes[at]!;
  if (at > end) return undefined;
  const extensions: Extension[] = [];
  const extensionsSpan = { start: Math.min(at + 2, end), end };
  if (at < end) {
    if (at + 2 > end || at + 2 + uint16(bytes, at) !== end) return undefined;
    for (at += 2; at < end; ) {
      if (at + 4 > end) return undefined;
      const data = { start: at + 4, end: at + 4 + uint16(bytes, at + 2) };
      if (data.end > end) return undefined;
      extensions.push({ type: uint16(bytes, at), data });
      at = data.end;
    }
  }
  const cipherSuites = readNumbers(bytes, suites);
  return {
    version: uint16(bytes, start),
    random: start + 2,
    sessionIdSize,
    cipherSuites,
    suites,
    extensions,
    extensionsSpan,
  };
}

/** The 16-bit numbers of a list that a length of 16 bits precedes, in the extension of that type. */
export function numbersOf(
  bytes: Uint8Array,
  hello: ClientHello,
  type: 'groups' | 'signatures',
): NumberList | undefined {
  const wanted = type === 'groups' ? SUPPORTED_GROUPS : SIGNATURE_ALGORITHMS;
  return numberList(bytes, dataOf(hello, wanted), 2);
}

/** The versions of the extension `supported_versions`, whose length has 8 bits. */
export function supportedVersions(bytes: Uint8Array, hello: ClientHello): NumberList | undefined {
  return numberList(bytes, dataOf(hello, SUPPORTED_VERSIONS), 1);
}

export interface NumberList {
  readonly numbers: readonly number[];
  readonly span: Span;
}

/** Protocol names of ALPN (RFC 7301 section 3.1); undefined without the extension. */
export function applicationProtocols(
  bytes: Uint8Array,
  hello: ClientHello,
): { names: string[]; span: Span } | undefined {
  const data = dataOf(hello, ALPN);
  if (!data || data.end - data.start < 2) return undefined;
  const names: string[] = [];
  for (let at = data.start + 2; at < data.end; ) {
    const end = at + 1 + bytes[at]!;
    if (end > data.end) break;
    names.push(textOf(bytes, at + 1, end));
    at = end;
  }
  return { names, span: { start: data.start + 2, end: data.end } };
}

/** Host name of the server name extension (RFC 6066 section 3). */
export function serverName(bytes: Uint8Array, hello: ClientHello): Span | undefined {
  const data = dataOf(hello, SERVER_NAME);
  if (!data || data.end - data.start < 5 || bytes[data.start + 2] !== 0) return undefined;
  const start = data.start + 5;
  const end = start + uint16(bytes, data.start + 3);
  return end <= data.end ? { start, end } : undefined;
}

export function hasServerName(hello: ClientHello): boolean {
  return dataOf(hello, SERVER_NAME) !== undefined;
}

function dataOf(hello: ClientHello, type: number): Span | undefined {
  return hello.extensions.find((extension) => extension.type === type)?.data;
}

function numberList(bytes: Uint8Array, data: Span | undefined, lengthSize: number): NumberList | undefined {
  if (!data || data.end - data.start < lengthSize) return undefined;
  const size = lengthSize === 1 ? bytes[data.start]! : uint16(bytes, data.start);
  const start = data.start + lengthSize;
  if (start + size > data.end) return undefined;
  const span = { start, end: start + (size & ~1) };
  return { numbers: readNumbers(bytes, span), span };
}

function readNumbers(bytes: Uint8Array, span: Span): number[] {
  const numbers: number[] = [];
  for (let at = span.start; at + 2 <= span.end; at += 2) numbers.push(uint16(bytes, at));
  return numbers;
}
