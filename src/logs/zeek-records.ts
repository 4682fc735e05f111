/** Which column of which of Zeek's logs holds which of our fields (scripts/base/protocols/NAME/main.zeek). */

import type { Transport } from '../protocol/protocol.ts';
import type { LogKind } from '../rules/log-sources.ts';
import type { JsonObject } from './json-values.ts';

/** What our field holds, from the column's text; undefined: nothing. */
type Convert = (value: string, row: JsonObject) => string | undefined;

export interface ZeekLog {
  readonly kind: LogKind;
  /** Where no column tells it. */
  readonly transport: Transport;
  /** Those that only this log has together: they tell it where neither path nor name does. */
  readonly columns: readonly string[];
  readonly fields: readonly (readonly [field: string, column: string, convert?: Convert])[];
}

/** `<hidden>` stands for a password that is not logged, `<unknown>` for a user that was not said. */
const said: Convert = (value) => (/^<(hidden|unknown|problem-decoding)>/.test(value) ? undefined : value);

/** As docs/fields.md: `0x` and four digits. */
const identifier: Convert = (value) =>
  /^\d{1,5}$/.test(value) && Number(value) <= 0xffff ? `0x${Number(value).toString(16).padStart(4, '0')}` : undefined;

/** base/protocols/dns/consts.zeek. */
const classes: Readonly<Record<string, string>> = {
  C_INTERNET: 'IN',
  C_CHAOS: 'CH',
  C_HESIOD: 'HS',
  C_NONE: 'NONE',
  C_ANY: 'ANY',
};
const types: Readonly<Record<string, string>> = { '*': 'ANY' };

/** By the name in `#path`. */
export const zeekLogs: ReadonlyMap<string, ZeekLog> = new Map<string, ZeekLog>([
  [
    'http',
    {
      kind: 'zeek-http',
      transport: 'tcp',
      columns: ['trans_depth', 'request_body_len', 'response_body_len'],
      fields: [
        ['http.method', 'method'],
        ['http.uri', 'uri'],
        ['http.user_agent', 'user_agent'],
        ['http.referer', 'referrer'],
        ['http.host', 'host'],
      ],
    },
  ],
  [
    'ssh',
    { kind: 'zeek-ssh', transport: 'tcp', columns: ['auth_attempts', 'client'], fields: [['ssh.banner', 'client']] },
  ],
  [
    'rdp',
    {
      kind: 'zeek-rdp',
      transport: 'tcp',
      columns: ['cookie', 'cert_count'],
      fields: [
        ['rdp.cookie', 'cookie'],
        // The parser takes what stands between `Cookie: mstshash=` and CR LF (analyzer/protocol/rdp/rdp-protocol.pac).
        ['rdp.cookie_line', 'cookie', (value) => `Cookie: mstshash=${value}\r\n`],
        ['rdp.client_name', 'client_name'],
      ],
    },
  ],
  [
    'smtp',
    {
      kind: 'zeek-smtp',
      transport: 'tcp',
      columns: ['trans_depth', 'helo', 'tls'],
      fields: [
        ['smtp.helo', 'helo'],
        ['smtp.mail_from', 'mailfrom', (value) => value.replace(/^<(.*)>$/s, '$1')],
        ['smtp.rcpt_to', 'rcptto', (value) => value.replace(/^<(.*)>$/s, '$1')],
      ],
    },
  ],
  [
    'sip',
    {
      kind: 'zeek-sip',
      transport: 'udp',
      columns: ['trans_depth', 'request_path', 'response_path'],
      fields: [
        ['sip.method', 'method'],
        ['sip.request_uri', 'uri'],
        ['sip.from', 'request_from'],
        ['sip.to', 'request_to'],
        ['sip.via', 'request_path'],
        ['sip.call_id', 'call_id'],
        ['sip.user_agent', 'user_agent'],
      ],
    },
  ],
  [
    'ntlm',
    {
      kind: 'zeek-ntlm',
      transport: 'tcp',
      columns: ['username', 'hostname', 'domainname'],
      fields: [
        ['ntlm.user', 'username'],
        ['ntlm.workstation', 'hostname'],
        ['ntlm.domain', 'domainname'],
      ],
    },
  ],
  [
    'dns',
    {
      kind: 'zeek-dns',
      transport: 'udp',
      columns: ['trans_id', 'qtype_name'],
      fields: [
        ['dns.id', 'trans_id', identifier],
        ['dns.query', 'query', (value) => value.toLowerCase()],
        ['dns.type', 'qtype_name', (value) => types[value] ?? value],
        ['dns.class', 'qclass_name', (value) => classes[value] ?? value],
        ['dns.opcode', 'opcode'],
      ],
    },
  ],
  [
    'ftp',
    {
      kind: 'zeek-ftp',
      transport: 'tcp',
      columns: ['user', 'password', 'command'],
      fields: [
        ['ftp.user', 'user', said],
        ['ftp.password', 'password', said],
        ['ftp.port', 'arg', (value, row) => (row.command === 'PORT' ? value : undefined)],
      ],
    },
  ],
  ['irc', { kind: 'zeek-irc', transport: 'tcp', columns: ['nick', 'addl'], fields: [['irc.nick', 'nick']] }],
  [
    'mqtt_connect',
    {
      kind: 'zeek-mqtt_connect',
      transport: 'tcp',
      columns: ['proto_version', 'client_id'],
      fields: [['mqtt.client_id', 'client_id']],
    },
  ],
  [
    'smb_files',
    {
      kind: 'zeek-smb_files',
      transport: 'tcp',
      columns: ['action', 'times.modified'],
      fields: [['smb.file_name', 'name']],
    },
  ],
  [
    'smb_mapping',
    {
      kind: 'zeek-smb_mapping',
      transport: 'tcp',
      columns: ['share_type', 'path'],
      fields: [['smb.tree_path', 'path']],
    },
  ],
  [
    'socks',
    {
      kind: 'zeek-socks',
      transport: 'tcp',
      columns: ['bound_p', 'request_p'],
      fields: [
        ['socks.user', 'user', said],
        ['socks.password', 'password', said],
      ],
    },
  ],
]);
