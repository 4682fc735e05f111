/** What SMB1 (MS-CIFS) and SMB2/3 (MS-SMB2) share: the messages of a NetBIOS session (RFC 1002 section 4.3.1). */

import { hasTextAt, type Span, uint16, uint16le, uint24, uint32le } from './bytes.ts';
import type { ClientMessage } from './protocol.ts';

const SESSION_MESSAGE = 0x00;
const SESSION_REQUEST = 0x81;
const SESSION_KEEP_ALIVE = 0x85;
export const SMB1_HEADER_SIZE = 32;
export const SMB2_HEADER_SIZE = 64;
/** Requests chained in one SMB2 message (MS-SMB2 section 3.3.5.2.7); real clients chain a handful. */
const MAX_CHAINED = 64;

export interface SmbMessage {
  readonly kind: 'smb1' | 'smb2' | 'session_request';
  /** Where the header of the NetBIOS session stands. */
  readonly recordStart: number;
  /** Where the SMB header or, for a session request, the first name stands. */
  readonly start: number;
  readonly end: number;
}

/** A client's messages in order, each of them whole; none if the first bytes are no NetBIOS session of SMB. */
export function readSmbMessages(message: ClientMessage): SmbMessage[] {
  const { bytes, end } = message;
  const messages: SmbMessage[] = [];
  for (let at = message.start; at + 4 <= end; ) {
    const type = bytes[at]!;
    const start = at + 4;
    // Type 0 has 24 bits of length over TCP 445 (MS-SMB2 section 2.1), 17 over NetBIOS.
    const next = start + (type === SESSION_MESSAGE ? uint24(bytes, at + 1) : uint16(bytes, at + 2));
    if (next > end) break;
    if (type === SESSION_REQUEST) {
      messages.push({ kind: 'session_request', recordStart: at, start, end: next });
    } else if (type === SESSION_MESSAGE) {
      if (!addSmb(bytes, at, start, next, messages)) break;
    } else if (type !== SESSION_KEEP_ALIVE) break;
    at = next;
  }
  return messages;
}

/** False if `start` to `end` is no SMB of a client. An encrypted or compressed message is passed over. */
function addSmb(bytes: Uint8Array, recordStart: number, start: number, end: number, messages: SmbMessage[]): boolean {
  if (hasTextAt(bytes, start, end, '\xfdSMB') || hasTextAt(bytes, start, end, '\xfcSMB')) return true;
  if (hasTextAt(bytes, start, end, '\xffSMB')) {
    // MS-CIFS section 2.2.3.1: bit 7 of Flags is set in answers.
    if (end - start < SMB1_HEADER_SIZE + 3 || bytes[start + 9]! & 0x80) return false;
    messages.push({ kind: 'smb1', recordStart, start, end });
    return true;
  }
  for (let at = start, i = 0; i < MAX_CHAINED; i++) {
    if (!hasTextAt(bytes, at, end, '\xfeSMB\x40\0') || at + SMB2_HEADER_SIZE > end) return i > 0;
    // MS-SMB2 section 2.2.1: bit 0 of Flags is set in answers.
    if (bytes[at + 16]! & 1) return false;
    const next = uint32le(bytes, at + 20);
    const messageEnd = next === 0 ? end : at + next;
    if (messageEnd > end || (next !== 0 && next < SMB2_HEADER_SIZE)) return false;
    messages.push({ kind: 'smb2', recordStart, start: at, end: messageEnd });
    if (next === 0) return true;
    at = messageEnd;
  }
  return true;
}

const SMB1_SESSION_SETUP = 0x73;
const SMB2_SESSION_SETUP = 1;

/** The security blobs (SPNEGO or NTLM) in the session setups of a client. */
export function readSmbSecurityBlobs(message: ClientMessage): Span[] {
  const { bytes } = message;
  const blobs: Span[] = [];
  for (const smb of readSmbMessages(message)) {
    const blob = smb.kind === 'smb1' ? smb1Blob(bytes, smb) : smb.kind === 'smb2' ? smb2Blob(bytes, smb) : undefined;
    if (blob && blob.start < blob.end && blob.end <= smb.end) blobs.push(blob);
  }
  return blobs;
}

/** MS-SMB section 2.2.4.6.1: SESSION_SETUP_ANDX with extended security has 12 words, the eighth is the blob's length. */
function smb1Blob(bytes: Uint8Array, smb: SmbMessage): Span | undefined {
  const words = smb.start + SMB1_HEADER_SIZE + 1;
  const data = words + 24 + 2;
  if (bytes[smb.start + 4] !== SMB1_SESSION_SETUP || bytes[words - 1] !== 12 || data > smb.end) return undefined;
  return { start: data, end: data + uint16le(bytes, words + 14) };
}

/** MS-SMB2 section 2.2.5. */
function smb2Blob(bytes: Uint8Array, smb: SmbMessage): Span | undefined {
  const body = smb.start + SMB2_HEADER_SIZE;
  if (uint16le(bytes, smb.start + 12) !== SMB2_SESSION_SETUP || body + 24 > smb.end) return undefined;
  const start = smb.start + uint16le(bytes, body + 12);
  return start < body + 24 ? undefined : { start, end: start + uint16le(bytes, body + 14) };
}
