/** ICAP requests (RFC 3507): what a proxy says to a content scanner. */

import { FieldList } from './field-list.ts';
import { readRequests } from './http-requests.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';
import { addRequestFields } from './request-fields.ts';

const HEADER_FIELDS: ReadonlyMap<string, string> = new Map([
  ['user-agent', 'icap.user_agent'],
  ['host', 'icap.host'],
]);

export const icap: Protocol = {
  name: 'icap',
  transports: ['tcp'],
  fields: {
    'icap.request_line': { description: 'The whole request line without its line end.', verbatim: true },
    'icap.method': { description: 'Method as sent: `OPTIONS`.', verbatim: true },
    'icap.uri': { description: 'Target as sent: `icap://host/service`.', verbatim: true },
    'icap.user_agent': { description: 'Value of User-Agent.', verbatim: true },
    'icap.host': { description: 'Value of Host.', verbatim: true },
    'icap.header': { description: 'A header line as sent, without its line end.', verbatim: true },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const list = new FieldList(message.bytes);
  for (const request of readRequests(message, 'ICAP')) {
    addRequestFields(list, request, 'icap', 'icap.uri', HEADER_FIELDS);
    // RFC 3507 section 4.4: what is encapsulated follows, and has no length of its own. HTTP requests in it are not ICAP's.
    if (request.headers.some((header) => header.name === 'encapsulated')) break;
  }
  return list.fields;
}
