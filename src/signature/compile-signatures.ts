/** The last step of the build: where in each literal the search shall look, so that a start need not find out. */

import { WINDOW } from '../hot-path/assembly/gram.ts';
import type { KnownFields } from './known-fields.ts';
import { type Opening, openingsOf } from './openings.ts';
import { searchLiterals } from './search-literals.ts';
import type { SearchLiteral, Signature } from './signature.ts';

export interface PlacedLiteral extends SearchLiteral {
  /** Offset of the window in an unanchored literal; 0 in an anchored one. */
  readonly window: number;
}

/** A signature as the engine needs it. */
export interface CompiledSignature extends Signature {
  readonly literals: readonly PlacedLiteral[];
  /** One of them is how a message begins that it matches; none: nothing is known of that. */
  readonly openings: readonly Opening[];
}

/** @throws RangeError for an unanchored literal of fewer than eight bytes (the catalogue's check refuses it earlier). */
export function compileSignatures(signatures: readonly Signature[], fields: KnownFields): CompiledSignature[] {
  return signatures.map((signature) => ({
    ...signature,
    literals: searchLiterals(signature, fields).map((literal) => ({
      ...literal,
      window: literal.anchored ? 0 : rarestWindow(literal.bytes),
    })),
    openings: openingsOf(signature),
  }));
}

/** Much ordinary traffic in little: windows avoid its grams, so that the search stays quiet on it. */
const ordinary = [
  'GET / HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: Mozilla/5.0 (compatible; Windows NT 10.0; Win64; x64) ',
  'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36\r\nAccept: text/html,application/xhtml+xml,',
  'application/xml;q=0.9,image/webp,*/*;q=0.8\r\nAccept-Encoding: gzip, deflate\r\nAccept-Language: en-US,en;q=0.5\r\n',
  'Connection: keep-alive\r\nCookie: session\r\nReferer: http://www.\r\nContent-Type: application/x-www-form-urlencoded',
  '\r\nContent-Length: \r\nAuthorization: Basic NTLM Negotiate \r\nCache-Control: no-cache\r\nPragma: https:// .html ',
  '.php .org .net POST HEAD OPTIONS HTTP/1.0\r\n\r\n SIP/2.0\r\nVia: SIP/2.0/UDP ;branch=z9hG4bK\r\nFrom: <sip:\r\nTo: ',
  '<sip:;tag=\r\nCall-ID: CSeq: \r\nContact: <sip:\r\nMax-Forwards: 70\r\nMAIL FROM:<RCPT TO:<\r\nEHLO HELO \r\nUSER ',
  'PASS anonymous SELECT FROM WHERE NTLMSSP\0\x01\0\0\0NTLMSSP\0\x03\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff',
  'SMBr\0\0\0\0\xfeSMB@\0\0\0NT LM 0.12\0\x03www\x06google\x03com\0\0\x01\0\x01\0\x01\0\0\0\0\0\0SSH-2.0-OpenSSH_ ',
  'Microsoft Windows jpg png gif script version xml',
].join('');

const gramLength = 4;
const ordinaryGrams: ReadonlySet<string> = new Set(grams(fold(ordinary)));

/** Where there is a choice, also not these: what clients send before their first request, and what fills and counts. */
const alsoOrdinary = [
  'Cookie: mstshash= 012345678901234567890 abcdefghijklmnopqrstuvwxyz curve25519-sha256,ecdh-sha2-nistp256,',
  'diffie-hellman-group14-sha1,ssh-ed25519,rsa-sha2-512,aes128-ctr,chacha20-poly1305,hmac-sha2-256,hmac-sha1,',
  'umac-64-etm@openssh.com,zlib@openssh.com,none',
].join('');
const alsoOrdinaryGrams: ReadonlySet<string> = new Set(grams(fold(alsoOrdinary)));

/** Offset of the eight bytes that stand out most from ordinary traffic. */
function rarestWindow(bytes: string): number {
  if (bytes.length < WINDOW) {
    throw new RangeError(`A literal that may stand anywhere needs ${WINDOW} bytes: ${JSON.stringify(bytes)}`);
  }
  let best = 0;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let window = 0; window + WINDOW <= bytes.length; window++) {
    const cost = windowCost(bytes.slice(window, window + WINDOW));
    if (cost < bestCost) {
      bestCost = cost;
      best = window;
    }
  }
  return best;
}

/** What the search would pay in much traffic for looking for it: as `ordinariness`, and more for grams that are nearly empty. */
function windowCost(window: string): number {
  let cost = ordinariness(window);
  for (const gram of grams(fold(window))) {
    if (isEmpty(gram)) cost += 4;
    else if (alsoOrdinaryGrams.has(gram)) cost += 1;
  }
  return cost;
}

/** 0: a window of eight bytes that ordinary traffic hardly holds. 5: words of ordinary traffic only. More: padding. */
export function ordinariness(window: string): number {
  let cost = 0;
  for (const gram of grams(fold(window))) {
    // Four equal bytes are padding, which is worse than words.
    if (new Set(gram).size === 1) cost += 10;
    else if (ordinaryGrams.has(gram)) cost += 1;
  }
  return cost;
}

/** Three bytes of four are 0, 1 or 255 (of a folded gram), as numbers, flags and padding of every binary protocol are. */
function isEmpty(gram: string): boolean {
  return gram.replace(/[^ !\xff]/g, '').length >= 3;
}

function grams(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - gramLength + 1) }, (_, at) => text.slice(at, at + gramLength));
}

/** As the search compares: bit 0x20 is ignored. */
function fold(text: string): string {
  return Array.from(text, (character) => String.fromCharCode(character.charCodeAt(0) | 0x20)).join('');
}
