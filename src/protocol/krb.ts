/** Kerberos: the requests for tickets, AS-REQ and TGS-REQ (RFC 4120 section 5.4.1). */

import { hexOf, textOf, uint32 } from './bytes.ts';
import { type Element, readChildren, readElement } from './der.ts';
import { FieldList } from './field-list.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';

const AS_REQ = 0x6a;
const TGS_REQ = 0x6c;
const SEQUENCE = 0x30;

export const krb: Protocol = {
  name: 'krb',
  transports: ['udp', 'tcp'],
  fields: {
    'krb.cname': { description: 'Client principal, parts joined by slashes: `alice`.', verbatim: false },
    'krb.realm': { description: 'Realm asked.', verbatim: true },
    'krb.sname': { description: 'Service principal, parts joined by slashes: `krbtgt/EXAMPLE.ORG`.', verbatim: false },
    'krb.nonce': { description: "The nonce's bytes as a number: `0x1f1eb9d9`.", verbatim: false },
    'krb.request': { description: 'The whole request, without the length that TCP puts before it.', verbatim: true },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const { bytes, start, end } = message;
  const list = new FieldList(bytes);
  if (message.transport === 'udp') readRequest(bytes, start, end, list);
  if (message.transport !== 'tcp') return list.fields;
  // RFC 4120 section 7.2.2: four bytes of length before each message.
  for (let at = start; at + 4 <= end; ) {
    const next = at + 4 + uint32(bytes, at);
    if (next > end || !readRequest(bytes, at + 4, next, list)) break;
    at = next;
  }
  return list.fields;
}

function readRequest(bytes: Uint8Array, start: number, end: number, list: FieldList): boolean {
  const outer = readElement(bytes, start, end);
  if (!outer || outer.end !== end || (outer.tag !== AS_REQ && outer.tag !== TGS_REQ)) return false;
  const sequence = readElement(bytes, outer.start, outer.end);
  const parts = sequence?.tag === SEQUENCE && readChildren(bytes, sequence);
  if (!parts) return false;
  // [1] is the protocol version 5, [4] the body.
  const version = parts.find((part) => part.tag === 0xa1);
  const bodyTag = parts.find((part) => part.tag === 0xa4);
  if (!version || hexOf(bytes, version.start, version.end) !== '020105' || !bodyTag) return false;
  const body = readElement(bytes, bodyTag.start, bodyTag.end);
  const members = body?.tag === SEQUENCE && readChildren(bytes, body);
  if (!members) return false;
  for (const member of members) addMember(bytes, member, list);
  list.addBytes('krb.request', start, end);
  return true;
}

/** Members of KDC-REQ-BODY by their context tag. */
function addMember(bytes: Uint8Array, member: Element, list: FieldList): void {
  const value = readElement(bytes, member.start, member.end);
  if (!value) return;
  if (member.tag === 0xa1) addPrincipal(bytes, value, 'krb.cname', list);
  if (member.tag === 0xa2) list.addBytes('krb.realm', value.start, value.end);
  if (member.tag === 0xa3) addPrincipal(bytes, value, 'krb.sname', list);
  if (member.tag === 0xa7) {
    list.add('krb.nonce', `0x${hexOf(bytes, value.start, value.end)}`, value.start, value.end);
  }
}

/** RFC 4120 section 5.2.2: [0] the type, [1] a sequence of strings. */
function addPrincipal(bytes: Uint8Array, principal: Element, name: string, list: FieldList): void {
  const strings = readChildren(bytes, principal)?.find((child) => child.tag === 0xa1);
  const sequence = strings && readElement(bytes, strings.start, strings.end);
  const parts = sequence && readChildren(bytes, sequence);
  if (!parts || parts.length === 0) return;
  const text = parts.map((part) => textOf(bytes, part.start, part.end)).join('/');
  list.add(name, text, parts[0]!.start, parts.at(-1)!.end);
}
