/** SSH: the identification line (RFC 4253 section 4.2) and the client's first packet, KEXINIT (section 7.1). */

import { textOf, uint32 } from './bytes.ts';
import { FieldList } from './field-list.ts';
import { readLine } from './lines.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';

/** RFC 4253 section 4.2: 255 characters, line end included. */
const MAX_BANNER = 255;
const BANNER = /^SSH-\d\.\d{1,2}-([ -~\x80-\xff]*)$/;
/** RFC 4253 section 6.1: what every implementation must be able to take. */
const MAX_PACKET = 35_000;
const KEXINIT = 20;
/** The lists of KEXINIT in the order of the wire; empty: not given. */
const NAME_LISTS = [
  'ssh.kex',
  'ssh.host_key_algorithms',
  'ssh.encryption',
  '',
  'ssh.mac',
  '',
  'ssh.compression',
  '',
  '',
  '',
] as const;

export const ssh: Protocol = {
  name: 'ssh',
  transports: ['tcp'],
  fields: {
    'ssh.banner': {
      description: 'The identification line without its line end: `SSH-2.0-OpenSSH_9.6`.',
      verbatim: true,
    },
    'ssh.software': { description: 'The identification line after `SSH-2.0-`.', verbatim: true },
    'ssh.kex': { description: 'Key exchange methods offered, in order, joined by commas.', verbatim: true },
    'ssh.host_key_algorithms': { description: 'Host key algorithms offered, joined by commas.', verbatim: true },
    'ssh.encryption': { description: 'Ciphers offered from client to server, joined by commas.', verbatim: true },
    'ssh.mac': { description: 'MAC algorithms offered from client to server, joined by commas.', verbatim: true },
    'ssh.compression': { description: 'Compression offered from client to server, joined by commas.', verbatim: true },
    'ssh.hassh': {
      description:
        'HASSH of the client, 32 hex digits: MD5 over kex, encryption, mac and compression, joined by semicolons.',
      verbatim: false,
    },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const list = new FieldList(message.bytes);
  const line = readLine(message, message.start);
  if (!line || line.next - line.start > MAX_BANNER) return [];
  const banner = BANNER.exec(textOf(message.bytes, line.start, line.end));
  if (!banner) return [];
  list.addBytes('ssh.banner', line.start, line.end);
  list.addBytes('ssh.software', line.end - banner[1]!.length, line.end);
  readKeyExchange(message, line.next, list);
  return list.fields;
}

function readKeyExchange(message: ClientMessage, at: number, list: FieldList): void {
  const { bytes } = message;
  if (at + 6 > message.end) return;
  const end = at + 4 + uint32(bytes, at) - bytes[at + 4]!;
  if (end - at > MAX_PACKET || end > message.end || bytes[at + 5] !== KEXINIT) return;
  const lists: { start: number; end: number }[] = [];
  // Length, length of the padding, message number, 16 bytes of cookie.
  let position = at + 4 + 1 + 1 + 16;
  for (let i = 0; i < NAME_LISTS.length; i++) {
    if (position + 4 > end) return;
    const start = position + 4;
    position = start + uint32(bytes, position);
    if (position > end) return;
    lists.push({ start, end: position });
  }
  NAME_LISTS.forEach((name, i) => {
    if (name !== '') list.addBytes(name, lists[i]!.start, lists[i]!.end);
  });
  const hassh = (): string => {
    const offered = [0, 2, 4, 6].map((i) => textOf(bytes, lists[i]!.start, lists[i]!.end)).join(';');
    return process.getBuiltinModule('node:crypto').createHash('md5').update(offered, 'latin1').digest('hex');
  };
  list.addComputed('ssh.hassh', hassh, lists[0]!.start, lists[6]!.end);
}
