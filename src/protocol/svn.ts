/** Subversion's own protocol: the client's answer to the greeting (subversion/libsvn_ra_svn/protocol, section 2). */

import { textOf } from './bytes.ts';
import { FieldList } from './field-list.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';

/** Version, capabilities, and the length of the address. */
const START = /^\( \d{1,3} \( (?:[A-Za-z][A-Za-z0-9-]{0,63} ){0,64}\) (\d{1,5}):/;
const MAX_START = 4096;

export const svn: Protocol = {
  name: 'svn',
  transports: ['tcp'],
  fields: {
    'svn.url': { description: 'Address of the repository.', verbatim: true },
    'svn.client': {
      description: 'Name that the client gives itself: `SVN/1.14.2 (x86_64-pc-linux-gnu)`.',
      verbatim: true,
    },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const { bytes, start, end } = message;
  const list = new FieldList(bytes);
  const opening = START.exec(textOf(bytes, start, Math.min(end, start + MAX_START)));
  if (!opening) return [];
  const url = start + opening[0].length;
  const urlEnd = url + Number(opening[1]);
  if (urlEnd + 1 > end || bytes[urlEnd] !== 0x20) return [];
  list.addBytes('svn.url', url, urlEnd);
  const length = /^(\d{1,5}):/.exec(textOf(bytes, urlEnd + 1, Math.min(end, urlEnd + 8)));
  if (!length) return list.fields;
  const client = urlEnd + 1 + length[0].length;
  const clientEnd = client + Number(length[1]);
  // A string ends with a blank (libsvn_ra_svn/protocol, section 1).
  if (clientEnd + 1 <= end && bytes[clientEnd] === 0x20) list.addBytes('svn.client', client, clientEnd);
  return list.fields;
}
