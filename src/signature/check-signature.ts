/** What the schema cannot say of one signature: its fields exist, its patterns are safe, it can be found. */

import { checkPattern } from './check-pattern.ts';
import type { KnownFields } from './known-fields.ts';
import { gateKey } from './packet-signatures.ts';
import { literalFault, searchLiterals } from './search-literals.ts';
import type { ExampleFlow, SearchLiteral, Signature } from './signature.ts';

/** A fault and the keys that lead to it in the file. */
export interface SignatureFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export function checkSignature(signature: Signature, fields: KnownFields): SignatureFault[] {
  const faults: SignatureFault[] = [];
  for (const { field, test } of signature.match) {
    const known = fields.get(field);
    if (known === undefined) {
      faults.push({
        path: ['match', field],
        message: `no protocol has the field \`${field}\`${nearestField(field, fields)}`,
      });
    } else if (!signature.transports.some((transport) => known.transports.includes(transport))) {
      faults.push({ path: ['match', field], message: `\`${field}\` is only read from ${known.transports.join(', ')}` });
    }
    if (test.matches !== undefined) {
      const fault = checkPattern(test.matches);
      if (fault !== '') faults.push({ path: ['match', field, 'matches'], message: `\`matches\` ${fault}` });
    }
  }
  if (faults.length > 0 || signature.sequence !== undefined) return faults;

  const literals = searchLiterals(signature, fields);
  if (literals.length === 0) {
    if (gateKey(signature) !== undefined) return faults;
    const message = signature.match.some(({ field }) => field.startsWith('packet.'))
      ? 'must say exactly packet.tcp_flags and packet.tcp_options, or packet.icmp_type, _code and _sequence: ' +
        'by these a packet is found'
      : 'no condition gives bytes to search for: add `search`';
    faults.push({ path: ['match'], message });
  }
  for (const [i, literal] of literals.entries()) {
    const fault = literalFault(literal);
    const path = signature.search.length > 0 ? ['search', i] : ['match'];
    if (fault !== '') faults.push({ path, message: `the literal ${JSON.stringify(literal.bytes)} ${fault}` });
  }
  if (literals.length === 0) return faults;
  for (const [i, example] of signature.hits.entries()) {
    if (!example.some((flow) => literals.some((literal) => holds(flow, literal)))) {
      faults.push({ path: ['hits', i], message: 'holds none of the bytes that are searched for' });
    }
  }
  return faults;
}

/** Would the search find the literal in these bytes? ASCII letters compare without case. */
export function holds(flow: ExampleFlow, literal: SearchLiteral): boolean {
  const bytes = foldCase(flow.bytes);
  const wanted = foldCase(literal.bytes);
  // Of a whole packet, the message begins behind the headers; the trial tells exactly.
  return literal.anchored && !flow.packet ? bytes.startsWith(wanted) : bytes.includes(wanted);
}

function foldCase(bytes: string): string {
  return bytes.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function nearestField(field: string, fields: KnownFields): string {
  const protocol = field.slice(0, field.indexOf('.') + 1);
  const siblings = [...fields.keys()].filter((name) => name.startsWith(protocol) && protocol !== '');
  return siblings.length > 0 ? `; it has ${siblings.join(', ')}` : '';
}
