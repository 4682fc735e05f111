/** What of EVE's protocol records holds which of our fields: what the client sent, never the server's part. */

import type { LogKind } from '../rules/log-sources.ts';
import { asObject, asText, asTexts, type JsonObject } from './json-values.ts';
import type { LoggedValue } from './log-record.ts';

export interface EveProtocol {
  readonly kind: LogKind;
  /** Logged with the addresses as in a packet, not as in the flow. */
  readonly ofPacket?: boolean;
  /** Undefined: this record is not about something that the client sent. */
  readonly values: (event: JsonObject) => readonly LoggedValue[] | undefined;
}

/** By `event_type`, which is also `app_proto`. */
export const eveProtocols: ReadonlyMap<string, EveProtocol> = new Map<string, EveProtocol>([
  ['http', { kind: 'eve-http', values: within('http', httpValues) }],
  ['ssh', { kind: 'eve-ssh', values: within('ssh', sshValues) }],
  ['rdp', { kind: 'eve-rdp', ofPacket: true, values: within('rdp', rdpValues) }],
  ['smtp', { kind: 'eve-smtp', values: within('smtp', smtpValues) }],
  ['sip', { kind: 'eve-sip', ofPacket: true, values: within('sip', sipValues) }],
  ['dns', { kind: 'eve-dns', values: within('dns', dnsValues) }],
  ['ftp', { kind: 'eve-ftp', values: within('ftp', ftpValues) }],
  ['smb', { kind: 'eve-smb', values: within('smb', smbValues) }],
  ['tls', { kind: 'eve-tls', values: within('tls', tlsValues) }],
  ['mqtt', { kind: 'eve-mqtt', values: within('mqtt', mqttValues) }],
  ['pgsql', { kind: 'eve-pgsql', values: within('pgsql', pgsqlValues) }],
]);

type Values = (record: JsonObject) => readonly LoggedValue[] | undefined;

function within(name: string, values: Values): (event: JsonObject) => readonly LoggedValue[] | undefined {
  return (event) => {
    const record = asObject(event[name]);
    return record && values(record);
  };
}

/** All that is text, under our names; lists give several values. */
function texts(pairs: readonly (readonly [field: string, value: unknown])[]): LoggedValue[] {
  return pairs.flatMap(([field, value]) => asTexts(value).map((text) => [field, text] as const));
}

/** `hostname` is no use: it is cleaned, and may come from the target. Headers are there with `dump-all-headers`. */
function httpValues(record: JsonObject): LoggedValue[] {
  const headers = Array.isArray(record.request_headers) ? record.request_headers : [];
  const sent = (wanted: string): string[] =>
    headers.flatMap((item) => {
      const header = asObject(item);
      return asText(header?.name)?.toLowerCase() === wanted ? asTexts(header?.value) : [];
    });
  return texts([
    ['http.method', record.http_method],
    ['http.uri', record.url],
    ['http.user_agent', record.http_user_agent],
    ['http.referer', record.http_refer],
    ['http.host', sent('host')],
    ['http.cookie', [...sent('cookie'), ...asTexts(record.cookie)]],
    ['http.content_type', sent('content-type')],
  ]);
}

/** The comment that may follow the software's name is left out (rust/src/ssh/parser.rs). */
function sshValues(record: JsonObject): LoggedValue[] {
  const client = asObject(record.client);
  const version = asText(client?.proto_version);
  const software = asText(client?.software_version);
  return version === undefined || software === undefined ? [] : [['ssh.banner', `SSH-${version}-${software}`]];
}

function rdpValues(record: JsonObject): LoggedValue[] | undefined {
  if (record.event_type === 'connect_request')
    return texts([['rdp.client_name', asObject(record.client)?.client_name]]);
  if (record.event_type !== 'initial_request') return undefined;
  const cookie = asText(record.cookie);
  return cookie === undefined
    ? []
    : texts([
        ['rdp.cookie', cookie],
        ['rdp.cookie_line', `Cookie: mstshash=${cookie}\r\n`],
      ]);
}

function smtpValues(record: JsonObject): LoggedValue[] {
  const bare = (value: unknown): string[] => asTexts(value).map((text) => text.replace(/^<(.*)>$/s, '$1'));
  return texts([
    ['smtp.helo', record.helo],
    ['smtp.mail_from', bare(record.mail_from)],
    ['smtp.rcpt_to', bare(record.rcpt_to)],
  ]);
}

function sipValues(record: JsonObject): LoggedValue[] | undefined {
  if (record.method === undefined) return undefined;
  return texts([
    ['sip.request_line', record.request_line],
    ['sip.method', record.method],
    ['sip.request_uri', record.uri],
  ]);
}

/** Version 2 says query and answer, version 3 request and response with a list of queries. */
function dnsValues(record: JsonObject): LoggedValue[] | undefined {
  if (record.type !== 'query' && record.type !== 'request') return undefined;
  const list: readonly unknown[] = Array.isArray(record.queries) ? record.queries : [];
  const queries = [record, ...list.map((item) => asObject(item) ?? {})];
  const { id, opcode } = record;
  return texts([
    ['dns.id', typeof id === 'number' && id >= 0 && id <= 0xffff ? `0x${hex(id)}` : undefined],
    ['dns.opcode', typeof opcode === 'number' ? String(opcode) : undefined],
    ['dns.query', queries.flatMap((query) => asTexts(query.rrname).map((name) => name.toLowerCase()))],
    ['dns.type', queries.flatMap((query) => asTexts(query.rrtype))],
  ]);
}

function hex(number: number): string {
  return Math.trunc(number).toString(16).padStart(4, '0');
}

/** One command a record. */
function ftpValues(record: JsonObject): LoggedValue[] {
  const command = asText(record.command);
  if (command === undefined || record.command_truncated === true) return [];
  const argument = asText(record.command_data);
  const field = { USER: 'ftp.user', PASS: 'ftp.password', PORT: 'ftp.port' }[command];
  return texts([
    ['ftp.command', argument === undefined ? command : `${command} ${argument}`],
    ...(field === undefined ? [] : ([[field, argument]] as const)),
  ]);
}

function smbValues(record: JsonObject): LoggedValue[] {
  const request = asObject(record.request);
  const ntlm = asObject(record.ntlmssp);
  return texts([
    ['smb.native_os', request?.native_os],
    ['smb.native_lanman', request?.native_lm],
    ['smb.tree_path', record.share],
    ['smb.file_name', record.filename],
    ['ntlm.workstation', ntlm?.host],
    ['ntlm.domain', ntlm?.domain],
    ['ntlm.user', ntlm?.user],
  ]);
}

/** A JA3 string is `version,ciphers,extensions,groups,formats` in decimal, hyphens between, without GREASE. */
function tlsValues(record: JsonObject): LoggedValue[] {
  const parts = (asText(asObject(record.ja3)?.string) ?? '').split(',');
  const list = (text: string | undefined): string | undefined => {
    if (parts.length !== 5 || text === undefined || !/^\d{1,5}(-\d{1,5})*$/.test(text)) return undefined;
    return text
      .split('-')
      .map((number) => hex(Number(number)))
      .join(',');
  };
  return texts([
    ['tls.server_name', record.sni],
    ['tls.ja4', record.ja4],
    ['tls.cipher_suites', list(parts[1])],
    ['tls.extensions', list(parts[2])],
    ['tls.supported_groups', list(parts[3])],
  ]);
}

function mqttValues(record: JsonObject): LoggedValue[] | undefined {
  const connect = asObject(record.connect);
  return connect && texts([['mqtt.client_id', connect.client_id]]);
}

function pgsqlValues(record: JsonObject): LoggedValue[] | undefined {
  const startup = asObject(asObject(record.request)?.startup_parameters);
  if (startup === undefined) return undefined;
  const others = Array.isArray(startup.optional_parameters) ? startup.optional_parameters : [];
  return texts([
    ['postgresql.user', startup.user],
    ['postgresql.database', others.flatMap((item) => asTexts(asObject(item)?.database))],
  ]);
}
