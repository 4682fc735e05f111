/** Requests of SMB2 and SMB3 (MS-SMB2 section 2.2). */

import { hexNumber, uint16le, utf16Of } from './bytes.ts';
import { FieldList } from './field-list.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';
import { readSmbMessages, SMB2_HEADER_SIZE, type SmbMessage } from './smb-messages.ts';

const COMMANDS = [
  'negotiate',
  'session_setup',
  'logoff',
  'tree_connect',
  'tree_disconnect',
  'create',
  'close',
  'flush',
  'read',
  'write',
  'lock',
  'ioctl',
  'cancel',
  'echo',
  'query_directory',
  'change_notify',
  'query_info',
  'set_info',
  'oplock_break',
] as const;
const NEGOTIATE = 0;
const TREE_CONNECT = 3;
const CREATE = 5;

export const smb2: Protocol = {
  name: 'smb2',
  transports: ['tcp'],
  fields: {
    'smb2.signature': {
      description: 'Signature field of a request, 16 bytes; zero if it is not signed.',
      verbatim: true,
    },
    'smb2.client_guid': { description: 'ClientGuid of a negotiation, 16 bytes as on the wire.', verbatim: true },
    'smb2.dialects': {
      description: 'Dialects of a negotiation, in order: `0x0202,0x0210`.',
      verbatim: false,
    },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const list = new FieldList(message.bytes);
  for (const part of readSmbMessages(message)) if (part.kind === 'smb2') addHeader(message.bytes, part, list);
  return list.fields;
}

function addHeader(bytes: Uint8Array, message: SmbMessage, list: FieldList): void {
  list.addBytes('smb2.signature', message.start + 48, message.start + 64);
  const body = message.start + SMB2_HEADER_SIZE;
  // MS-SMB2 section 2.2.3: the dialects follow 36 bytes.
  if (uint16le(bytes, message.start + 12) !== NEGOTIATE || body + 36 > message.end) return;
  list.addBytes('smb2.client_guid', body + 12, body + 28);
  const start = body + 36;
  const end = start + 2 * uint16le(bytes, body + 2);
  if (end > message.end || end === start) return;
  const dialects: string[] = [];
  for (let at = start; at < end; at += 2) dialects.push(hexNumber(uint16le(bytes, at), 4));
  list.add('smb2.dialects', dialects.join(','), start, end);
}

/** Adds the fields that SMB2 has in common with SMB1, under the names of `smb`. */
export function addSmb2(bytes: Uint8Array, message: SmbMessage, list: FieldList): void {
  const command = uint16le(bytes, message.start + 12);
  list.add('smb.command', COMMANDS[command] ?? String(command), message.start + 12, message.start + 14);
  const body = message.start + SMB2_HEADER_SIZE;
  // MS-SMB2 section 2.2.9 and 2.2.13: offset (from the header) and length of the name, 16 bits each.
  if (command === TREE_CONNECT && body + 8 <= message.end) addName('smb.tree_path', body + 4);
  if (command === CREATE && body + 56 <= message.end) addName('smb.file_name', body + 44);

  function addName(name: string, at: number): void {
    const start = message.start + uint16le(bytes, at);
    const end = start + uint16le(bytes, at + 2);
    if (start >= body && end <= message.end) list.add(name, utf16Of(bytes, start, end), start, end);
  }
}
