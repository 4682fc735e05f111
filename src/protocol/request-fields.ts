/** Fields that every protocol with HTTP's shape has: request line, target, headers. */

import type { FieldList } from './field-list.ts';
import type { Request } from './http-requests.ts';

/**
 * Begins a request of the list, and adds `<protocol>.request_line`, `.method`, `.uri` (under the name `uri`), and for each
 * header `.header` and the field that `headerFields` has for its lower-case name.
 */
export function addRequestFields(
  list: FieldList,
  request: Request,
  protocol: string,
  uri: string,
  headerFields: ReadonlyMap<string, string>,
): void {
  const { line } = request;
  list.nextRequest();
  list.addBytes(`${protocol}.request_line`, line.start, line.end);
  list.addBytes(`${protocol}.method`, line.start, line.start + request.method.length);
  list.addBytes(uri, request.uri.start, request.uri.end);
  for (const header of request.headers) {
    list.addBytes(`${protocol}.header`, header.line.start, header.line.end);
    const field = headerFields.get(header.name);
    if (field) list.addBytes(field, header.value.start, header.value.end);
  }
}
