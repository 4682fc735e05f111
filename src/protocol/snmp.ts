/** SNMP versions 1, 2c (RFC 1157, RFC 3416) and 3 (RFC 3412): requests only. */

import { hexOf } from './bytes.ts';
import { type Element, readChildren, readElement } from './der.ts';
import { FieldList } from './field-list.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';

const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;
/** Get, get-next, set, get-bulk; the others are answers and traps. */
const REQUESTS: ReadonlySet<number> = new Set([0xa0, 0xa1, 0xa3, 0xa5]);
const VERSIONS: Readonly<Record<string, string>> = { '00': '1', '01': '2c', '03': '3' };

export const snmp: Protocol = {
  name: 'snmp',
  transports: ['udp'],
  fields: {
    'snmp.version': { description: 'Version: `1`, `2c` or `3`.', verbatim: false },
    'snmp.community': { description: 'Community of versions 1 and 2c.', verbatim: true },
    'snmp.request_id': {
      description: "The request id's bytes as sent: `0x6f0c`; of version 3 if it is not encrypted.",
      verbatim: false,
    },
    'snmp.message_id': { description: 'Message id of version 3, its bytes as sent: `0x4a69`.', verbatim: false },
    'snmp.message': { description: 'The whole message.', verbatim: true },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const { bytes, start, end } = message;
  const list = new FieldList(bytes);
  const outer = readElement(bytes, start, end);
  const parts = outer?.tag === SEQUENCE && outer.end === end && readChildren(bytes, outer, 8);
  if (!parts || parts[0]?.tag !== INTEGER) return [];
  const version = VERSIONS[hexOf(bytes, parts[0].start, parts[0].end)];
  const known = version === '3' ? readVersion3(bytes, parts, list) : version && readCommunity(bytes, parts, list);
  if (!version || !known) return [];
  list.add('snmp.version', version, parts[0].start, parts[0].end);
  list.addBytes('snmp.message', start, end);
  return list.fields;
}

/** Version, community, PDU. */
function readCommunity(bytes: Uint8Array, parts: readonly Element[], list: FieldList): boolean {
  const [, community, pdu] = parts;
  if (parts.length !== 3 || community?.tag !== OCTET_STRING || !pdu || !REQUESTS.has(pdu.tag)) return false;
  const requestId = readElement(bytes, pdu.start, pdu.end);
  if (requestId?.tag !== INTEGER) return false;
  list.addBytes('snmp.community', community.start, community.end);
  addNumber(bytes, 'snmp.request_id', requestId, list);
  return true;
}

/** RFC 3412 section 6: version, global data, security parameters, scoped PDU. */
function readVersion3(bytes: Uint8Array, parts: readonly Element[], list: FieldList): boolean {
  const [, global, parameters, scoped] = parts;
  if (parts.length !== 4 || global?.tag !== SEQUENCE || parameters?.tag !== OCTET_STRING || !scoped) return false;
  const messageId = readElement(bytes, global.start, global.end);
  if (messageId?.tag !== INTEGER) return false;
  const members = scoped.tag === SEQUENCE ? readChildren(bytes, scoped, 4) : undefined;
  const pdu = members?.[2];
  // In the clear, an answer can be told from a request; encrypted it cannot.
  if (pdu && !REQUESTS.has(pdu.tag)) return false;
  addNumber(bytes, 'snmp.message_id', messageId, list);
  const requestId = pdu && readElement(bytes, pdu.start, pdu.end);
  if (requestId?.tag === INTEGER) addNumber(bytes, 'snmp.request_id', requestId, list);
  return true;
}

function addNumber(bytes: Uint8Array, name: string, element: Element, list: FieldList): void {
  list.add(name, `0x${hexOf(bytes, element.start, element.end)}`, element.start, element.end);
}
