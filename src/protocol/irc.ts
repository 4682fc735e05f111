/** IRC, the client's half (RFC 2812). */

import { readCommandLines } from './command-lines.ts';
import { FieldList } from './field-list.ts';
import { trimEnd } from './lines.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';

const FIRST_LINE =
  /^(?:NICK :?[^ :]{1,64}(?: \d+)?$|USER [^ :]+ \S+ \S+ :?\S|PASS :?\S+$|CAP (?:LS|REQ|LIST|END)\b|LIST [#&]|(?:TIME|VERSION|ADMIN|LUSERS|MOTD)$|JOIN [#&+!]|PING :?\S+$)/i;

export const irc: Protocol = {
  name: 'irc',
  transports: ['tcp'],
  fields: {
    'irc.command': { description: 'A line without its line end.', verbatim: true },
    'irc.nick': { description: 'Argument of NICK.', verbatim: true },
    'irc.user': { description: 'Arguments of USER: `nmap +iw nmap :Nmap Wuz Here`.', verbatim: true },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const list = new FieldList(message.bytes);
  for (const line of readCommandLines(message, message.start, FIRST_LINE)) {
    list.addBytes('irc.command', line.start, line.end);
    const argument = /^(?:NICK :?|USER )/i.exec(line.text)?.[0].length;
    if (!argument) continue;
    const start = line.start + argument;
    const field = /^N/i.test(line.text) ? 'irc.nick' : 'irc.user';
    list.addBytes(field, start, trimEnd(message.bytes, start, line.end));
  }
  return list.fields;
}
