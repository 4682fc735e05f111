/** IMAP, the client's half (RFC 9051). */

import { textOf } from './bytes.ts';
import { FieldList } from './field-list.ts';
import { readLine } from './lines.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';

/** A command that is also an English word counts only after a tag with a digit or a lone dot. */
const FIRST_LINE =
  /^(?:[^\s*+(){%"\\]{1,64} (?:CAPABILITY|STARTTLS|LOGOUT|NOOP|AUTHENTICATE [A-Z0-9_-]+(?: \S+)?)|(?:\.|[A-Z.]{0,32}\d[A-Z0-9.]{0,32}) (?:ID|LOGIN|SELECT|EXAMINE|LIST|LSUB|STATUS|IDLE|ENABLE|NAMESPACE|APPEND)(?: .*)?)[ \t]*$/is;
/** RFC 9051 section 4.3: so many bytes of data follow the line. */
const LITERAL = /\{(\d{1,10})\+?\}$/;
const MAX_COMMAND = 65_536;

export const imap: Protocol = {
  name: 'imap',
  transports: ['tcp'],
  fields: {
    'imap.command': {
      description:
        'A line without its line end, tag included (answers to AUTHENTICATE too; the data of literals is left out).',
      verbatim: true,
    },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const list = new FieldList(message.bytes);
  let at = message.start;
  for (let line = readLine(message, at); line; line = readLine(message, at)) {
    if (line.end - line.start > MAX_COMMAND) break;
    const text = textOf(message.bytes, line.start, line.end);
    if (at === message.start && !FIRST_LINE.test(text)) break;
    if (/^[\0-\x08\x0e-\x1f]/.test(text)) break;
    if (line.end > line.start) list.addBytes('imap.command', line.start, line.end);
    const literal = LITERAL.exec(text.slice(-16));
    at = line.next + (literal ? Number(literal[1]) : 0);
  }
  return list.fields;
}
