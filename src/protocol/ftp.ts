/** FTP, the client's half of the control connection (RFC 959 and its extensions). */

import { readCommandLines } from './command-lines.ts';
import { FieldList } from './field-list.ts';
import { trimEnd } from './lines.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';

/** Commands with which a client begins. What follows the verb is checked, because prose starts with words too. */
const FIRST_LINE =
  /^(?:(?:USER|ACCT|HOST|CLNT|SITE|CWD|PORT|EPRT|LANG|MODE|TYPE|STRU|OPTS|PBSZ|PROT)[ \t]+\S|(?:HELP|FEAT|SYST|NOOP|QUIT|STAT|PWD|REIN|PASV|EPSV|ABOR|CCC)[ \t]*$|HELP[ \t]+\S+[ \t]*$|AUTH[ \t]+(?:TLS|SSL|TLS-C|TLS-P|GSSAPI|KERBEROS_V4)[ \t]*$)/i;
/** An IRC registration (RFC 2812 section 3.1.3) has the same verb. */
const IRC_USER = /^USER[ \t]+\S+[ \t]+\S+[ \t]+\S+[ \t]+:/i;
const ARGUMENT = /^(USER|PASS|PORT)[ \t]/i;
const ARGUMENT_FIELDS: Readonly<Record<string, string>> = { USER: 'ftp.user', PASS: 'ftp.password', PORT: 'ftp.port' };
/** Mail servers understand USER and PASS too. */
const POP3_PORTS: ReadonlySet<number> = new Set([110, 995]);
const IAC = 0xff;

export const ftp: Protocol = {
  name: 'ftp',
  transports: ['tcp'],
  fields: {
    'ftp.command': { description: 'A command line without its line end.', verbatim: true },
    'ftp.user': { description: 'Argument of USER.', verbatim: true },
    'ftp.password': { description: 'Argument of PASS.', verbatim: true },
    'ftp.port': { description: 'Argument of PORT: `h1,h2,h3,h4,p1,p2`.', verbatim: true },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const list = new FieldList(message.bytes);
  if (POP3_PORTS.has(message.destinationPort)) return [];
  // RFC 959 section 4.1.3: telnet signals (IAC IP, IAC DM) may come before a command.
  let start = message.start;
  while (start + 2 <= message.end && message.bytes[start] === IAC && message.bytes[start + 1]! >= 0xf0) start += 2;
  const lines = readCommandLines(message, start, FIRST_LINE);
  if (lines[0] && IRC_USER.test(lines[0].text)) return [];
  for (const line of lines) {
    list.addBytes('ftp.command', line.start, line.end);
    const verb = ARGUMENT.exec(line.text)?.[1];
    // A password may begin or end with blanks, so only the one blank after the verb is no part of the argument.
    if (!verb) continue;
    const argument = line.start + verb.length + 1;
    const end = verb.toUpperCase() === 'PASS' ? line.end : trimEnd(message.bytes, argument, line.end);
    list.addBytes(ARGUMENT_FIELDS[verb.toUpperCase()]!, argument, end);
  }
  return list.fields;
}
