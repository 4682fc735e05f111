/** NTLM authentication, wherever a protocol has its place for it. */

import { decodeBase64, type Span, textOf } from './bytes.ts';
import { readElement } from './der.ts';
import { FieldList } from './field-list.ts';
import { readRequests } from './http-requests.ts';
import { imap } from './imap.ts';
import { nntp } from './nntp.ts';
import { addNtlm } from './ntlm-message.ts';
import { pop3 } from './pop3.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';
import { readSmbSecurityBlobs } from './smb-messages.ts';
import { smtp } from './smtp.ts';
import { readTdsSecurityBlobs } from './tds.ts';
import { readTelnetNtlm } from './telnet.ts';

/** RFC 4954, RFC 5034 (AUTH); RFC 9051 (AUTHENTICATE, after a tag); NNTP: RFC 4643 and Microsoft's GENERIC. */
const AUTHENTICATION =
  /^(?:AUTH|[^\s]{1,64} AUTHENTICATE|AUTHINFO[ \t]+(?:GENERIC|SASL))[ \t]+(?:NTLM|GSSAPI|GSS-SPNEGO)(?:[ \t]+(\S+))?[ \t]*$/i;
/** `AUTHINFO GENERIC` stands before each answer too. */
const GENERIC_ANSWER = /^AUTHINFO[ \t]+GENERIC[ \t]+(\S+)[ \t]*$/i;

export const ntlm: Protocol = {
  name: 'ntlm',
  transports: ['tcp'],
  fields: {
    'ntlm.negotiate': {
      description:
        'The whole NEGOTIATE message, decoded: from HTTP headers, mail and news AUTH, SMB, TDS, telnet, CredSSP in the clear.',
      verbatim: false,
    },
    'ntlm.negotiate_flags': { description: 'Flags of NEGOTIATE: `0x00088215`.', verbatim: false },
    'ntlm.workstation': {
      description: "Name of the client's computer, of AUTHENTICATE or, if given, of NEGOTIATE.",
      verbatim: false,
    },
    'ntlm.domain': { description: 'Domain, of AUTHENTICATE or, if given, of NEGOTIATE.', verbatim: false },
    'ntlm.user': { description: 'User name of AUTHENTICATE.', verbatim: false },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const { bytes } = message;
  const list = new FieldList(bytes);
  const blobs = [...readSmbSecurityBlobs(message), ...readTdsSecurityBlobs(message), ...readTelnetNtlm(message)];
  for (const blob of blobs) addNtlm(bytes, blob.start, blob.end, list);
  addCredSsp(message, list);
  addHttp(message, list);
  for (const mail of [smtp, imap, pop3, nntp]) addMail(mail.parse(message), list);
  return list.fields;
}

/** MS-CSSP section 2.2.1: a TSRequest, which TLS hides where the client obeys the server. */
function addCredSsp(message: ClientMessage, list: FieldList): void {
  const { bytes, start, end } = message;
  const request = readElement(bytes, start, end);
  if (request?.tag !== 0x30) return;
  const version = readElement(bytes, request.start, request.end);
  if (version?.tag !== 0xa0 || version.end - version.start !== 3 || bytes[version.start] !== 2) return;
  const tokens = readElement(bytes, version.end, request.end);
  if (tokens?.tag === 0xa1) addNtlm(bytes, tokens.start, tokens.end, list);
}

/** RFC 4559 section 4: `Authorization: NTLM ...` or `Negotiate ...`. */
function addHttp(message: ClientMessage, list: FieldList): void {
  for (const request of readRequests(message, 'HTTP')) {
    for (const { name, value } of request.headers) {
      if (name !== 'authorization' && name !== 'proxy-authorization') continue;
      const encoded = /^(?:NTLM|Negotiate) +(\S+)$/i.exec(textOf(list.bytes, value.start, value.end))?.[1];
      if (encoded !== undefined) addEncoded(encoded, { start: value.end - encoded.length, end: value.end }, list);
    }
  }
}

/** `commands`: the lines of a client. What follows AUTH and is base64 as a whole is an answer. */
function addMail(commands: readonly Field[], list: FieldList): void {
  let answering = false;
  for (const { name, value, start } of commands) {
    if (!name.endsWith('.command')) continue;
    const authentication = AUTHENTICATION.exec(value);
    const answer: string | undefined = answering ? (GENERIC_ANSWER.exec(value)?.[1] ?? value) : undefined;
    const encoded: string | undefined = authentication ? authentication[1] : answer;
    answering = authentication !== null || (encoded !== undefined && decodeBase64(encoded) !== undefined);
    if (encoded === undefined) continue;
    const at = start + value.lastIndexOf(encoded);
    addEncoded(encoded, { start: at, end: at + encoded.length }, list);
  }
}

function addEncoded(encoded: string, wire: Span, list: FieldList): void {
  const decoded = decodeBase64(encoded);
  if (decoded === undefined) return;
  const blob = Buffer.from(decoded, 'latin1');
  addNtlm(blob, 0, blob.length, list, wire);
}
