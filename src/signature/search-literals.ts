/** What the hot path searches for: byte strings of which at least one stands in whatever a signature matches. */

import { WINDOW } from '../hot-path/assembly/gram.ts';
import type { KnownFields } from './known-fields.ts';
import type { Condition, SearchLiteral, Signature, Test } from './signature.ts';

/**
 * Shortest literal that can be found anywhere: the search looks at four bytes at every fifth offset, so any eight
 * bytes in a row hold one of its samples.
 */
export const SHORTEST_UNANCHORED = WINDOW;

/** The search does not take more of a literal than this; the conditions judge the rest. */
const LONGEST = 48;

/** Texts that stand in much ordinary traffic: a literal that is only (part of) these costs more than it finds. */
const COMMON = [
  'HTTP/1.0\r\n',
  'HTTP/1.1\r\n',
  ' HTTP/1.1\r\nHost: ',
  '\r\nUser-Agent: Mozilla/5.0 (',
  '\r\nConnection: close\r\n',
  '\r\nConnection: keep-alive\r\n',
  '\r\nContent-Type: ',
  '\r\nContent-Length: ',
  '\r\nAuthorization: Basic ',
  '\r\nAuthorization: NTLM TlRMTVNTUAAB',
  'Cookie: mstshash=',
  'NTLMSSP\x00\x01\x00\x00\x00',
  'NTLMSSP\x00\x03\x00\x00\x00',
  '\xfeSMB@\x00',
  '\xffSMBr\x00\x00\x00\x00',
  'NT LM 0.12\x00',
  'SIP/2.0\r\nVia: SIP/2.0/UDP ',
  '\x00\x01\x00\x00\x00\x00\x00\x00',
];

/**
 * The literals of one signature: its own `search`, or the best that its conditions give. Empty when they give nothing
 * (a sequence has none and needs none).
 */
export function searchLiterals(signature: Signature, fields: KnownFields): readonly SearchLiteral[] {
  if (signature.search.length > 0) return signature.search;
  let best: SearchLiteral | undefined;
  for (const condition of signature.match) {
    for (const literal of conditionLiterals(condition, fields)) {
      if (best === undefined || worth(literal) > worth(best)) best = literal;
    }
  }
  return best === undefined ? [] : [best];
}

/** Says why a literal is a bad one, or gives an empty string. */
export function literalFault(literal: SearchLiteral): string {
  if (!literal.anchored && literal.bytes.length < SHORTEST_UNANCHORED) {
    return `is shorter than ${SHORTEST_UNANCHORED} bytes, and only a payload's first bytes can be found by so few`;
  }
  if (!literal.anchored && isCommon(literal.bytes)) return 'stands in much ordinary traffic';
  return '';
}

function conditionLiterals(condition: Condition, fields: KnownFields): SearchLiteral[] {
  const { field, test } = condition;
  if (field === 'dns.query') return queryLiterals(test);
  if (fields.get(field)?.verbatim !== true) return [];
  const literals: SearchLiteral[] = [];
  const anchored = field === 'payload';
  if (test.is !== undefined) literals.push({ bytes: test.is, anchored });
  if (test.starts !== undefined) literals.push({ bytes: test.starts, anchored });
  if (test.ends !== undefined) literals.push({ bytes: test.ends, anchored: false });
  if (test.contains !== undefined) {
    literals.push({ bytes: test.contains, anchored: anchored && test.at === 0 });
  }
  return literals.flatMap((literal) => shorten(literal));
}

/** A name as it stands on the wire: each label behind its length (RFC 1035 section 3.1). The root label is left out. */
function queryLiterals(test: Test): SearchLiteral[] {
  const whole = test.is ?? test.ends?.replace(/^\./, '');
  if (whole === undefined || whole === '') return [];
  const bytes = whole
    .replace(/\.$/, '')
    .split('.')
    .map((label) => String.fromCharCode(label.length) + label)
    .join('');
  return shorten({ bytes, anchored: false });
}

/** A literal of bearable length; of a long one that may stand anywhere, the piece with the most different bytes. */
function shorten(literal: SearchLiteral): SearchLiteral[] {
  const { bytes, anchored } = literal;
  if (anchored) return [{ bytes: bytes.slice(0, LONGEST), anchored }];
  if (bytes.length < SHORTEST_UNANCHORED) return [];
  if (bytes.length <= LONGEST) return [literal];
  let best = bytes.slice(0, LONGEST);
  for (let i = 8; i + LONGEST <= bytes.length; i += 8) {
    const piece = bytes.slice(i, i + LONGEST);
    if (variety(piece) > variety(best)) best = piece;
  }
  return [{ bytes: best, anchored: false }];
}

/** How rare a literal probably is: more different bytes are rarer, and the first bytes of a flow are cheapest to test. */
function worth(literal: SearchLiteral): number {
  if (literal.anchored) return literal.bytes.length >= 4 ? 1000 + variety(literal.bytes) : 1;
  return isCommon(literal.bytes) ? 2 : 10 + variety(literal.bytes);
}

function variety(bytes: string): number {
  return new Set(bytes.toLowerCase()).size;
}

function isCommon(bytes: string): boolean {
  if (variety(bytes) <= 2) return true;
  const folded = bytes.toLowerCase();
  return COMMON.some((text) => text.toLowerCase().includes(folded));
}
