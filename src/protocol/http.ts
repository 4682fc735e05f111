/** HTTP/1 requests (RFC 9112): what a browser, a script or a proxy's client asks for, on any port. */

import { decodeBase64, textOf } from './bytes.ts';
import { FieldList } from './field-list.ts';
import { type Header, type Request, readRequests } from './http-requests.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';
import { addRequestFields } from './request-fields.ts';

/** Headers whose value is a field of its own. */
const HEADER_FIELDS: ReadonlyMap<string, string> = new Map([
  ['user-agent', 'http.user_agent'],
  ['host', 'http.host'],
  ['cookie', 'http.cookie'],
  ['referer', 'http.referer'],
  ['content-type', 'http.content_type'],
  ['authorization', 'http.authorization'],
]);

export const http: Protocol = {
  name: 'http',
  transports: ['tcp'],
  fields: {
    'http.request_line': { description: 'The whole request line without its line end.', verbatim: true },
    'http.method': { description: 'Method as sent: `GET`.', verbatim: true },
    'http.uri': {
      description: 'Target as sent, not decoded: a path, an absolute URI or host and port.',
      verbatim: true,
    },
    'http.version': { description: 'Version: `1.0`, `1.1`.', verbatim: true },
    'http.user_agent': { description: 'Value of User-Agent.', verbatim: true },
    'http.host': { description: 'Value of Host.', verbatim: true },
    'http.cookie': { description: 'Value of Cookie.', verbatim: true },
    'http.referer': { description: 'Value of Referer.', verbatim: true },
    'http.content_type': { description: 'Value of Content-Type.', verbatim: true },
    'http.authorization': { description: 'Value of Authorization, scheme included.', verbatim: true },
    'http.credentials': {
      description: 'User and password of Basic authentication (also Proxy-Authorization), decoded: `user:password`.',
      verbatim: false,
    },
    'http.header': { description: 'A header line as sent, without its line end: `Accept: text/html`.', verbatim: true },
    'http.header_names': {
      description: "The headers' names as sent, in order, joined by commas; only once all headers have come.",
      verbatim: false,
    },
    'http.body': { description: 'As much of the body as has come; chunks are joined.', verbatim: true },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const list = new FieldList(message.bytes);
  for (const request of readRequests(message, 'HTTP')) addRequest(request, list);
  return list.fields;
}

function addRequest(request: Request, list: FieldList): void {
  addRequestFields(list, request, 'http', 'http.uri', HEADER_FIELDS);
  const versionStart = request.uri.end + ' HTTP/'.length;
  list.addBytes('http.version', versionStart, versionStart + request.version.length);
  for (const header of request.headers) addCredentials(header, list);
  const first = request.headers[0];
  const last = request.headers.at(-1);
  if (request.headersComplete && first && last) {
    const names = request.headers.map((header) => header.sentName).join(',');
    list.add('http.header_names', names, first.line.start, last.line.end);
  }
  const parts = request.body;
  if (parts.length > 0) {
    const body = parts.map((part) => textOf(list.bytes, part.start, part.end)).join('');
    list.add('http.body', body, parts[0]!.start, parts.at(-1)!.end);
  }
}

/** RFC 7617 section 2. */
function addCredentials(header: Header, list: FieldList): void {
  if (header.name !== 'authorization' && header.name !== 'proxy-authorization') return;
  const { value } = header;
  const encoded = /^basic +(\S+)$/i.exec(textOf(list.bytes, value.start, value.end))?.[1];
  const credentials = encoded === undefined ? undefined : decodeBase64(encoded);
  if (credentials === undefined) return;
  list.add('http.credentials', credentials, value.end - encoded!.length, value.end);
}
