/** SIP requests (RFC 3261) over UDP and TCP. */

import { FieldList } from './field-list.ts';
import { readRequests } from './http-requests.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';
import { addRequestFields } from './request-fields.ts';

/** With the compact forms of RFC 3261 section 7.3.3. */
const HEADER_FIELDS: ReadonlyMap<string, string> = new Map([
  ['from', 'sip.from'],
  ['f', 'sip.from'],
  ['to', 'sip.to'],
  ['t', 'sip.to'],
  ['via', 'sip.via'],
  ['v', 'sip.via'],
  ['contact', 'sip.contact'],
  ['m', 'sip.contact'],
  ['call-id', 'sip.call_id'],
  ['i', 'sip.call_id'],
  ['user-agent', 'sip.user_agent'],
]);

export const sip: Protocol = {
  name: 'sip',
  transports: ['udp', 'tcp'],
  fields: {
    'sip.request_line': { description: 'The whole request line without its line end.', verbatim: true },
    'sip.method': { description: 'Method as sent: `OPTIONS`.', verbatim: true },
    'sip.request_uri': { description: 'Request-URI as sent: `sip:nm`.', verbatim: true },
    'sip.from': { description: 'Value of From (or f), parameters included: `<sip:nm@nm>;tag=root`.', verbatim: true },
    'sip.to': { description: 'Value of To (or t), parameters included.', verbatim: true },
    'sip.via': { description: 'Value of Via (or v), parameters included.', verbatim: true },
    'sip.contact': { description: 'Value of Contact (or m), parameters included.', verbatim: true },
    'sip.call_id': { description: 'Value of Call-ID (or i).', verbatim: true },
    'sip.user_agent': { description: 'Value of User-Agent.', verbatim: true },
    'sip.header': { description: 'A header line as sent, without its line end.', verbatim: true },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const list = new FieldList(message.bytes);
  for (const request of readRequests(message, 'SIP')) {
    addRequestFields(list, request, 'sip', 'sip.request_uri', HEADER_FIELDS);
  }
  return list.fields;
}
