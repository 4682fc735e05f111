/** SMB of all versions, and the NetBIOS session below it: what a client asks of a file server. */

import { FieldList } from './field-list.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';
import { readSmbMessages, type SmbMessage } from './smb-messages.ts';
import { addSmb1 } from './smb1.ts';
import { addSmb2 } from './smb2.ts';

export const smb: Protocol = {
  name: 'smb',
  transports: ['tcp'],
  fields: {
    'smb.command': {
      description:
        'Request: negotiate, session_setup, tree_connect, nt_create, create, transaction ..., else the decimal number.',
      verbatim: false,
    },
    'smb.dialects': {
      description: 'Dialects of an SMB1 negotiation, in order, joined by commas; an empty one shows as nothing.',
      verbatim: false,
    },
    'smb.negotiate': {
      description: 'A whole SMB1 negotiation, with the four bytes of NetBIOS before it.',
      verbatim: true,
    },
    'smb.account': { description: 'Account name of an SMB1 session setup without extended security.', verbatim: false },
    'smb.domain': { description: 'Domain of an SMB1 session setup without extended security.', verbatim: false },
    'smb.native_os': {
      description: 'NativeOS of an SMB1 session setup: `Unix`. UTF-16 on the wire if the client chose it.',
      verbatim: false,
    },
    'smb.native_lanman': { description: 'NativeLanMan of an SMB1 session setup, as NativeOS.', verbatim: false },
    'smb.tree_path': { description: 'Share of a tree connect (SMB1, SMB2): `\\\\host\\share`.', verbatim: false },
    'smb.file_name': { description: 'Name of the file to open, create or delete (SMB1, SMB2).', verbatim: false },
    'smb.called_name': {
      description: 'NetBIOS name of the server in a session request, decoded, without suffix and blanks at its end.',
      verbatim: false,
    },
    'smb.calling_name': { description: 'NetBIOS name of the client in a session request, likewise.', verbatim: false },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const list = new FieldList(message.bytes);
  for (const part of readSmbMessages(message)) {
    if (part.kind === 'smb1') addSmb1(message.bytes, part, list);
    else if (part.kind === 'smb2') addSmb2(message.bytes, part, list);
    else addSessionRequest(message.bytes, part, list);
  }
  return list.fields;
}

/** RFC 1002 section 4.3.2: two names of 32 letters, each with a length before and a zero behind. */
function addSessionRequest(bytes: Uint8Array, request: SmbMessage, list: FieldList): void {
  let at = request.start;
  for (const name of ['smb.called_name', 'smb.calling_name']) {
    if (at + 34 > request.end || bytes[at] !== 32 || bytes[at + 33] !== 0) return;
    const decoded = decodeName(bytes, at + 1);
    if (decoded === undefined) return;
    list.add(name, decoded, at + 1, at + 33);
    at += 34;
  }
}

/** RFC 1001 section 14.1: each half byte is a letter from A to P. The 16th byte is the suffix. */
function decodeName(bytes: Uint8Array, at: number): string | undefined {
  let name = '';
  for (let i = at; i < at + 32; i += 2) {
    const high = bytes[i]! - 0x41;
    const low = bytes[i + 1]! - 0x41;
    if (high < 0 || high > 15 || low < 0 || low > 15) return undefined;
    name += String.fromCharCode((high << 4) | low);
  }
  return name.slice(0, 15).replace(/[ \0]+$/, '');
}
