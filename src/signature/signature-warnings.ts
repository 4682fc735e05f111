/** What is not wrong in a signature, but costs speed or proves less than its author may think. */

import { WINDOW } from '../hot-path/assembly/gram.ts';
import type { SignatureFault } from './check-signature.ts';
import { type CompiledSignature, ordinariness, type PlacedLiteral } from './compile-signatures.ts';

/** Below this, the shipped catalogue may use a number tomorrow. */
const firstUserSid = 9_190_000;

/** First bytes of ordinary flows: a literal that is a beginning of one of them suspects all of these. */
const openings = [
  ...['GET / HTTP/1.', 'POST / HTTP/1.', 'HEAD / HTTP/1.', 'OPTIONS * HTTP/1.', 'PUT /', 'CONNECT www.'],
  ...['SSH-2.0-OpenSSH_', 'EHLO mail.', 'HELO mail.', 'USER anonymous\r\n', 'NICK ', 'REGISTER sip:', 'a001 LOGIN '],
  ...[
    '\x16\x03\x01\x02\x00\x01',
    '\x16\x03\x03\x00',
    '\x00\x00\x00',
    '\x03\x00\x00',
    '\x05\x01\x00',
    '0\x0c\x02\x01\x01',
  ],
];

/** Of eight bytes, at least so many pieces of four from ordinary traffic: each of them makes the search look closer. */
const tooOrdinary = 4;

/** `counted`: ids that some sequence counts. */
export function signatureWarnings(signature: CompiledSignature, counted: ReadonlySet<string>): SignatureFault[] {
  const warnings: SignatureFault[] = [];
  for (const [index, literal] of signature.literals.entries()) {
    const message = literalWarning(literal);
    const path = signature.search.length > 0 ? ['search', index] : ['match'];
    if (message !== '') warnings.push({ path, message: `the literal ${JSON.stringify(literal.bytes)} ${message}` });
  }
  if (signature.grade === 'weak' && !counted.has(signature.id)) {
    warnings.push({ path: ['grade'], message: 'is weak and no sequence counts it: it will never be part of an alert' });
  }
  if (signature.sid < firstUserSid) {
    const message = `is a number that the catalogue may use one day: take one from ${firstUserSid} on`;
    warnings.push({ path: ['sid'], message: `\`sid\` ${signature.sid} ${message}` });
  }
  return warnings;
}

/** Says why a literal finds too much, or gives an empty string. */
function literalWarning({ bytes, anchored }: PlacedLiteral): string {
  if (anchored) {
    const begins = openings.some((opening) => opening.toLowerCase().startsWith(bytes.toLowerCase()));
    if (begins) return 'begins much ordinary traffic, all of which it makes the engine parse';
    return bytes.length < 4
      ? 'is short: the engine parses every flow that begins so; four bytes or more are better'
      : '';
  }
  return windowsOf(bytes).every((window) => ordinariness(window) >= tooOrdinary)
    ? 'has no eight bytes that ordinary traffic does not hold in pieces: take rarer ones with `search`'
    : '';
}

function windowsOf(bytes: string): string[] {
  return Array.from({ length: bytes.length - WINDOW + 1 }, (_, at) => bytes.slice(at, at + WINDOW));
}
