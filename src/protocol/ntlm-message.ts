/** NTLMSSP messages of a client: NEGOTIATE and AUTHENTICATE (MS-NLMP section 2.2.1). */

import { hexNumber, type Span, textOf, uint16le, uint32le, utf16Of } from './bytes.ts';
import type { FieldList } from './field-list.ts';

const SIGNATURE = 'NTLMSSP\0';
const NEGOTIATE = 1;
const AUTHENTICATE = 3;
/** Flags of MS-NLMP section 2.2.2.5. */
const UNICODE = 0x0000_0001;
const WITH_VERSION = 0x0200_0000;

/**
 * Adds the fields of the NTLMSSP message in the security blob `start` to `end` of `bytes`; SPNEGO (RFC 4178) may wrap it.
 * `wire` is the place of the blob's encoded form if it is not there as it is.
 */
export function addNtlm(bytes: Uint8Array, start: number, end: number, list: FieldList, wire?: Span): void {
  const found = textOf(bytes, start, end).indexOf(SIGNATURE);
  const at = start + found;
  if (found < 0 || at + 16 > end) return;
  const type = uint32le(bytes, at + 8);
  if (type === NEGOTIATE) addNegotiate(bytes, at, end, list, wire);
  else if (type === AUTHENTICATE) addAuthenticate(bytes, at, end, list, wire);
}

/** MS-NLMP section 2.2.1.1. The names in it are always in the OEM character set. */
function addNegotiate(bytes: Uint8Array, at: number, end: number, list: FieldList, wire?: Span): void {
  const flags = uint32le(bytes, at + 12);
  const flagsSpan = wire ?? { start: at + 12, end: at + 16 };
  list.add('ntlm.negotiate_flags', hexNumber(flags, 8), flagsSpan.start, flagsSpan.end);
  let messageEnd = Math.min(end, at + (flags & WITH_VERSION ? 40 : 32));
  for (const [name, header] of [
    ['ntlm.domain', at + 16],
    ['ntlm.workstation', at + 24],
  ] as const) {
    const buffer = readBuffer(bytes, at, header, end);
    if (!buffer) continue;
    messageEnd = Math.max(messageEnd, buffer.end);
    const span = wire ?? buffer;
    list.add(name, textOf(bytes, buffer.start, buffer.end), span.start, span.end);
  }
  const span = wire ?? { start: at, end: messageEnd };
  list.add('ntlm.negotiate', textOf(bytes, at, messageEnd), span.start, span.end);
}

/** MS-NLMP section 2.2.1.3. */
function addAuthenticate(bytes: Uint8Array, at: number, end: number, list: FieldList, wire?: Span): void {
  // Clients before Windows 2000 end the header without flags, and write OEM.
  const unicode = at + 64 <= end && (uint32le(bytes, at + 60) & UNICODE) !== 0;
  for (const [name, header] of [
    ['ntlm.domain', at + 28],
    ['ntlm.user', at + 36],
    ['ntlm.workstation', at + 44],
  ] as const) {
    const buffer = readBuffer(bytes, at, header, end);
    if (!buffer) continue;
    const read = unicode ? utf16Of : textOf;
    const span = wire ?? buffer;
    list.add(name, read(bytes, buffer.start, buffer.end), span.start, span.end);
  }
}

/** What the length, maximum and offset at `header` point to; undefined if it is empty or not there. */
function readBuffer(bytes: Uint8Array, at: number, header: number, end: number): Span | undefined {
  if (header + 8 > end) return undefined;
  const start = at + uint32le(bytes, header + 4);
  const bufferEnd = start + uint16le(bytes, header);
  return start < header + 8 || bufferEnd > end || bufferEnd === start ? undefined : { start, end: bufferEnd };
}
