/** POP3, the client's half (RFC 1939, RFC 2449, RFC 5034). */

import { readCommandLines } from './command-lines.ts';
import { FieldList } from './field-list.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';
import { MECHANISM } from './sasl.ts';

/** FTP servers understand USER and PASS too. */
const FTP_PORTS: ReadonlySet<number> = new Set([21, 990]);

const FIRST_LINE = new RegExp(
  `^(?:(?:CAPA|STLS|QUIT|NOOP|STAT|LIST|UIDL|AUTH)[ \\t]*$|(?:USER|APOP)[ \\t]+\\S|AUTH[ \\t]+(?:${MECHANISM})(?:[ \\t]+\\S+)?[ \\t]*$)`,
  'i',
);

export const pop3: Protocol = {
  name: 'pop3',
  transports: ['tcp'],
  fields: {
    'pop3.command': { description: 'A line without its line end (answers to AUTH included).', verbatim: true },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const list = new FieldList(message.bytes);
  if (FTP_PORTS.has(message.destinationPort)) return [];
  for (const line of readCommandLines(message, message.start, FIRST_LINE)) {
    list.addBytes('pop3.command', line.start, line.end);
  }
  return list.fields;
}
