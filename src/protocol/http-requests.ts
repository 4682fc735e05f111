/** Requests of HTTP/1 and of the protocols with its shape (RTSP, ICAP, SIP): start line, headers, body (RFC 9112). */

import { hasTextAt, indexOfByte, type Span, textOf } from './bytes.ts';
import { type Line, readLine, trimEnd, trimStart } from './lines.ts';
import type { ClientMessage } from './protocol.ts';

/**
 * A method is a token (RFC 9110 section 5.6.2). A path or an absolute address may hold blanks, scanners send them; any other
 * target is one word after a method in capitals, or else prose and SQL would be requests.
 */
const REQUEST_LINE =
  /^(?:([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}) ((?:\/|\*|[A-Za-z][A-Za-z0-9+.-]{0,31}:\/\/).*)|([A-Z][A-Z0-9_-]{0,63}) ([^\s"'<>()]+)) [A-Z]{3,4}\/(\d\.\d)$/s;
/** Empty lines before a request line that are skipped (RFC 9112 section 2.2). */
const MAX_EMPTY_LINES = 4;
/** Chunk sizes above this are nonsense; it also keeps sums exact. */
const MAX_LENGTH = 0xffff_ffff;

export interface Header {
  /** Lower case. */
  readonly name: string;
  /** As sent, with its letter case. */
  readonly sentName: string;
  /** Without the blanks around it. */
  readonly value: Span;
  /** The whole line, with the lines that continue it. */
  readonly line: Span;
}

export interface Request {
  readonly line: Span;
  readonly method: string;
  readonly uri: Span;
  readonly version: string;
  readonly headers: readonly Header[];
  /** Has the empty line after the headers come (or does nothing follow)? */
  readonly headersComplete: boolean;
  /** The parts of the body that have arrived: one, or one per chunk. */
  readonly body: readonly Span[];
}

/** The requests from `start` on, as far as each can be told from the next. `protocol` is `HTTP`, `RTSP` ... */
export function readRequests(message: ClientMessage, protocol: string): Request[] {
  const requests: Request[] = [];
  for (let at = message.start; at < message.end; ) {
    const read = readRequest(message, at, protocol);
    if (!read) break;
    requests.push(read.request);
    if (read.next < 0) break;
    at = read.next;
  }
  return requests;
}

/** `next`: where the next request starts, -1 if that cannot be told. */
function readRequest(
  message: ClientMessage,
  at: number,
  protocol: string,
): { request: Request; next: number } | undefined {
  const line = skipEmptyLines(message, at);
  if (!line) return undefined;
  // The end of the line is looked at first: most lines are no request line, and long ones are not worth a string.
  const lineEnd = trimEnd(message.bytes, line.start, line.end);
  if (!hasTextAt(message.bytes, lineEnd - protocol.length - 5, lineEnd, ` ${protocol}/`)) return undefined;
  const parts = REQUEST_LINE.exec(textOf(message.bytes, line.start, lineEnd));
  if (!parts) return undefined;
  const method = parts[1] ?? parts[3]!;
  const uriStart = line.start + method.length + 1;
  const { headers, next, complete } = readHeaders(message, line.next);
  const request = {
    line: { start: line.start, end: line.end },
    method,
    uri: { start: uriStart, end: uriStart + (parts[2] ?? parts[4]!).length },
    version: parts[5]!,
    headers,
    headersComplete: complete,
  };
  if (!complete) return { request: { ...request, body: [] }, next: -1 };
  const body = readBody(message, next, headers);
  return { request: { ...request, body: body.parts }, next: body.next };
}

function skipEmptyLines(message: ClientMessage, at: number): Line | undefined {
  let line = readLine(message, at);
  for (let i = 0; i < MAX_EMPTY_LINES && line && line.start === line.end; i++) line = readLine(message, line.next);
  return line;
}

function readHeaders(message: ClientMessage, at: number): { headers: Header[]; next: number; complete: boolean } {
  const { bytes } = message;
  const headers: Header[] = [];
  let pending: Span | undefined;
  for (let line = readLine(message, at); line; line = readLine(message, at)) {
    at = line.next;
    const empty = line.end === line.start;
    // RFC 9112 section 5.2: a line that begins with a blank continues the one before.
    if (pending && !empty && (bytes[line.start] === 0x20 || bytes[line.start] === 0x09)) {
      pending = { start: pending.start, end: line.end };
      continue;
    }
    if (pending) addHeader(bytes, pending, headers);
    if (empty) return { headers, next: at, complete: true };
    pending = { start: line.start, end: line.end };
  }
  // The line after it has begun, with something that does not continue it.
  const last = at < message.end && bytes[at] !== 0x20 && bytes[at] !== 0x09;
  if (pending && (message.ended || last)) addHeader(bytes, pending, headers);
  return { headers, next: at, complete: message.ended };
}

function addHeader(bytes: Uint8Array, line: Span, headers: Header[]): void {
  const colon = indexOfByte(bytes, 0x3a, line.start, line.end);
  if (colon === line.end || colon === line.start) return;
  const sentName = textOf(bytes, line.start, trimEnd(bytes, line.start, colon));
  const start = trimStart(bytes, colon + 1, line.end);
  headers.push({
    name: sentName.toLowerCase(),
    sentName,
    value: { start, end: trimEnd(bytes, start, line.end) },
    line,
  });
}

/** RFC 9112 section 6.3: chunks, else Content-Length, else a request has no body. */
function readBody(message: ClientMessage, at: number, headers: readonly Header[]): { parts: Span[]; next: number } {
  const valueText = (header: Header) => textOf(message.bytes, header.value.start, header.value.end);
  const encoding = headers.find((header) => header.name === 'transfer-encoding');
  if (encoding) return /chunked$/i.test(valueText(encoding)) ? readChunks(message, at) : rest(message, at);
  // SIP (RFC 3261 section 20.14) writes Content-Length also as `l`; no HTTP header is called so.
  const length = headers.find((header) => header.name === 'content-length' || header.name === 'l');
  if (!length) return { parts: [], next: at };
  const text = valueText(length);
  if (!/^\d{1,10}$/.test(text) || Number(text) > MAX_LENGTH) return rest(message, at);
  const end = at + Number(text);
  const part = { start: at, end: Math.min(end, message.end) };
  return { parts: part.start < part.end ? [part] : [], next: end <= message.end ? end : -1 };
}

/** All that has arrived belongs to a body whose end is unknown. */
function rest(message: ClientMessage, at: number): { parts: Span[]; next: number } {
  return { parts: at < message.end ? [{ start: at, end: message.end }] : [], next: -1 };
}

/** RFC 9112 section 7.1. */
function readChunks(message: ClientMessage, at: number): { parts: Span[]; next: number } {
  const parts: Span[] = [];
  for (let line = readLine(message, at); line; line = readLine(message, at)) {
    const size = /^([0-9a-f]{1,8})(?:[ \t;]|$)/i.exec(
      textOf(message.bytes, line.start, Math.min(line.end, line.start + 64)),
    );
    if (!size) break;
    const length = Number.parseInt(size[1]!, 16);
    if (length === 0) return { parts, next: skipTrailer(message, line.next) };
    const end = line.next + length;
    if (line.next < message.end) parts.push({ start: line.next, end: Math.min(end, message.end) });
    const lineEnd = readLine(message, end);
    if (!lineEnd || lineEnd.start !== lineEnd.end) break;
    at = lineEnd.next;
  }
  return { parts, next: -1 };
}

function skipTrailer(message: ClientMessage, at: number): number {
  for (let line = readLine(message, at); line; line = readLine(message, line.next)) {
    if (line.start === line.end) return line.next;
  }
  return -1;
}
