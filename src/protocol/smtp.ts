/** SMTP and LMTP, the client's half (RFC 5321, RFC 2033, RFC 3030). */

import { textOf } from './bytes.ts';
import { beginsLikeProse } from './command-lines.ts';
import { FieldList } from './field-list.ts';
import { type Line, readLine, trimEnd } from './lines.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';
import { MECHANISM } from './sasl.ts';

/** RFC 5321 section 4.1.1 and the extensions that define a verb. What follows the verb is checked: prose starts with words too. */
const FIRST_LINE = new RegExp(
  `^(?:(?:EHLO|HELO|LHLO|VRFY|EXPN|ETRN)[ \\t]+\\S+[ \\t]*|(?:EHLO|HELO|LHLO|HELP|NOOP|RSET|QUIT|DATA|STARTTLS|TURN)[ \\t]*|HELP[ \\t]+\\S+|MAIL FROM:.*|RCPT TO:.*|AUTH[ \\t]+(?:${MECHANISM})(?:[ \\t]+\\S+)?[ \\t]*|BDAT[ \\t]+\\d+(?:[ \\t]+LAST)?|XCLIENT[ \\t]+\\S+=.*)$`,
  'is',
);
const GREETING = /^(?:EHLO|HELO|LHLO)[ \t]+/i;
const ENVELOPE = /^(MAIL FROM|RCPT TO):[ \t]*(?:<([^>]*)>?|(\S*))/is;
const AUTHENTICATION = /^AUTH[ \t]+/i;
const CHUNK = /^BDAT[ \t]+(\d{1,12})(?:[ \t]+LAST)?[ \t]*$/i;
const HEADER = /^[!-9;-~]+[ \t]*:/;
/** RFC 5321 section 4.5.3.1.4 allows 512 bytes, RFC 4954 12288 for AUTH. */
const MAX_COMMAND = 12_288;

export const smtp: Protocol = {
  name: 'smtp',
  transports: ['tcp'],
  fields: {
    'smtp.helo': { description: 'Argument of EHLO, HELO or LHLO, blanks at its end removed.', verbatim: true },
    'smtp.mail_from': { description: 'Sender: what MAIL FROM has between `<` and `>`.', verbatim: true },
    'smtp.rcpt_to': { description: 'Recipient: what RCPT TO has between `<` and `>`.', verbatim: true },
    'smtp.auth': {
      description: 'Argument of AUTH: the mechanism and the first answer, if it is there.',
      verbatim: true,
    },
    'smtp.command': {
      description: 'A line said outside of a mail, without its line end (answers to AUTH included).',
      verbatim: true,
    },
    'smtp.header': {
      description:
        'A header line of a mail said after DATA, with the lines that continue it, without its last line end.',
      verbatim: true,
    },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const { bytes } = message;
  const list = new FieldList(bytes);
  let at = message.start;
  for (let line = readLine(message, at); line; line = readLine(message, at)) {
    if (line.end - line.start > MAX_COMMAND) break;
    const text = textOf(bytes, line.start, line.end);
    if (at === message.start && (!FIRST_LINE.test(text) || beginsLikeProse(text))) break;
    // After STARTTLS comes TLS: a control character is in no command.
    if (/^[\0-\x08\x0e-\x1f]/.test(text)) break;
    addCommand(text, line, list);
    at = line.next;
    const chunk = CHUNK.exec(text);
    if (chunk) at += Number(chunk[1]);
    else if (/^DATA[ \t]*$/i.test(text)) at = readMail(message, at, list);
    if (at < 0) break;
  }
  return list.fields;
}

function addCommand(text: string, line: Line, list: FieldList): void {
  if (line.end > line.start) list.addBytes('smtp.command', line.start, line.end);
  const end = trimEnd(list.bytes, line.start, line.end);
  const greeting = GREETING.exec(text);
  if (greeting) list.addBytes('smtp.helo', Math.min(end, line.start + greeting[0].length), end);
  const authentication = AUTHENTICATION.exec(text);
  if (authentication) list.addBytes('smtp.auth', Math.min(end, line.start + authentication[0].length), end);
  const envelope = ENVELOPE.exec(text);
  if (!envelope) return;
  const address = envelope[2] ?? envelope[3] ?? '';
  const start = line.start + text.indexOf(address, envelope[1]!.length + 1);
  list.addBytes(/^M/i.test(text) ? 'smtp.mail_from' : 'smtp.rcpt_to', start, start + address.length);
}

/** Adds the header lines of the mail that starts at `at`; returns where the next command starts, -1 if the mail has no end yet. */
function readMail(message: ClientMessage, at: number, list: FieldList): number {
  let inHeaders = true;
  let header: { start: number; end: number } | undefined;
  for (let line = readLine(message, at); line; line = readLine(message, at)) {
    at = line.next;
    const first = message.bytes[line.start]!;
    const empty = line.end === line.start;
    const folded = header !== undefined && !empty && (first === 0x20 || first === 0x09);
    if (inHeaders && header && !folded) {
      list.addBytes('smtp.header', header.start, header.end);
      header = undefined;
    }
    // RFC 5321 section 4.1.1.4: a dot alone ends the mail.
    if (line.end - line.start === 1 && first === 0x2e) return at;
    if (!inHeaders) continue;
    if (folded) header = { start: header!.start, end: line.end };
    else if (!empty && HEADER.test(textOf(message.bytes, line.start, line.end))) header = line;
    else inHeaders = false;
  }
  if (header && message.ended) list.addBytes('smtp.header', header.start, header.end);
  return -1;
}
