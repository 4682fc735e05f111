/** The SSL 2.0 CLIENT-HELLO, also as clients of later versions sent it (RFC 5246 appendix E.2). */

import { hexNumber, hexOf, uint16 } from './bytes.ts';
import { FieldList } from './field-list.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';
import { tlsStart } from './starttls.ts';

const CLIENT_HELLO = 1;
const HEADER_SIZE = 11;

export const ssl2: Protocol = {
  name: 'ssl2',
  transports: ['tcp'],
  fields: {
    'ssl2.version': { description: 'Version offered: `0x0002`, or a later one in the old form.', verbatim: false },
    'ssl2.cipher_specs': {
      description: 'Cipher specs in order, as six hex digits each: `0700c0,060040`.',
      verbatim: false,
    },
    'ssl2.challenge': { description: 'The challenge, 16 to 32 bytes.', verbatim: true },
    'ssl2.hello': { description: 'The whole record.', verbatim: true },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const { bytes } = message;
  const list = new FieldList(bytes);
  const at = tlsStart(message);
  if (at + HEADER_SIZE > message.end || !(bytes[at]! & 0x80) || bytes[at + 2] !== CLIENT_HELLO) return [];
  const end = at + 2 + (uint16(bytes, at) & 0x7fff);
  const version = uint16(bytes, at + 3);
  if (end > message.end || (version !== 2 && (version < 0x0300 || version > 0x0304))) return [];
  const specs = at + HEADER_SIZE;
  const specsEnd = specs + uint16(bytes, at + 5);
  const challenge = specsEnd + uint16(bytes, at + 7);
  const challengeSize = uint16(bytes, at + 9);
  // All three lengths must account for the record exactly; that makes a chance match out of the question.
  if (challenge + challengeSize !== end || challengeSize < 16 || challengeSize > 32) return [];
  if (specsEnd === specs || (specsEnd - specs) % 3 !== 0) return [];
  list.addBytes('ssl2.hello', at, end);
  list.add('ssl2.version', hexNumber(version, 4), at + 3, at + 5);
  const names: string[] = [];
  for (let spec = specs; spec < specsEnd; spec += 3) names.push(hexOf(bytes, spec, spec + 3));
  list.add('ssl2.cipher_specs', names.join(','), specs, specsEnd);
  list.addBytes('ssl2.challenge', challenge, end);
  return list.fields;
}
