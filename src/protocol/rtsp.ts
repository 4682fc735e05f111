/** RTSP requests (RFC 2326, RFC 7826). */

import { FieldList } from './field-list.ts';
import { readRequests } from './http-requests.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';
import { addRequestFields } from './request-fields.ts';

const HEADER_FIELDS: ReadonlyMap<string, string> = new Map([['user-agent', 'rtsp.user_agent']]);

export const rtsp: Protocol = {
  name: 'rtsp',
  transports: ['tcp'],
  fields: {
    'rtsp.request_line': { description: 'The whole request line without its line end.', verbatim: true },
    'rtsp.method': { description: 'Method as sent: `DESCRIBE`.', verbatim: true },
    'rtsp.uri': { description: 'Target as sent: `rtsp://host/path` or `*`.', verbatim: true },
    'rtsp.user_agent': { description: 'Value of User-Agent.', verbatim: true },
    'rtsp.header': { description: 'A header line as sent, without its line end.', verbatim: true },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const list = new FieldList(message.bytes);
  for (const request of readRequests(message, 'RTSP')) {
    addRequestFields(list, request, 'rtsp', 'rtsp.uri', HEADER_FIELDS);
  }
  return list.fields;
}
