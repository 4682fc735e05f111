/**
 * The logs that are understood, and which of our fields each carries under which name. Names of Zeek's logs are those of
 * its scripts (scripts/base/protocols/NAME/main.zeek), names of EVE those of Suricata's etc/schema.json; of web server logs
 * those of Sigma's taxonomy for `category: webserver` (W3C extended log file format).
 */

import type { Transport } from '../protocol/protocol.ts';

export type LogKind =
  | 'web'
  | `zeek-${'http' | 'ssh' | 'rdp' | 'smtp' | 'sip' | 'ntlm' | 'dns' | 'ftp' | 'irc' | 'mqtt_connect' | 'smb_files' | 'smb_mapping' | 'socks'}`
  | `eve-${'http' | 'ssh' | 'rdp' | 'smtp' | 'sip' | 'dns' | 'ftp' | 'smb' | 'tls' | 'mqtt' | 'pgsql'}`;

export interface LoggedField {
  /** As rules name it; undefined: only `trespass import` puts it together. */
  readonly name?: string;
  /**
   * exact: the value as it was sent. beginning: what follows some sign is cut off. decoded: percent escapes are undone.
   * Exact is the default.
   */
  readonly nature?: 'exact' | 'beginning' | 'decoded';
  /** What else may hide behind the logged value; no client but a scanner sends it, or it means the same. */
  readonly remark?: string;
}

export interface LogSource {
  readonly kind: LogKind;
  /** For people: `Zeek http.log`. */
  readonly title: string;
  readonly logsource: {
    readonly category?: string;
    readonly product?: string;
    readonly service?: string;
    readonly definition?: string;
  };
  /** What every record of this kind has: `event_type: http`. */
  readonly selection?: Readonly<Record<string, string | readonly string[]>>;
  readonly transports: readonly Transport[];
  /** Name of the field that tells the transport, if there are two: values are lower case in Zeek, upper case in EVE. */
  readonly transportName?: string;
  readonly sourceName: string;
  readonly targetName?: string;
  readonly targetPortName?: string;
  /** A record is one command; `trespass import` puts those of a flow together. */
  readonly perFlow?: boolean;
  /** By our field's name. */
  readonly fields: Readonly<Record<string, LoggedField>>;
}

const decodedTarget: LoggedField = {
  name: 'uri',
  nature: 'decoded',
  remark: 'the target is logged decoded, so other spellings of the same target match, too',
};
const listsWithoutGrease = 'GREASE values (RFC 8701) are left out of a JA3 string';
const softwareWithoutComment = 'a comment behind the software name is not logged';
const cookieLine = 'how the word Cookie was written is not logged';
const addressOnly = 'only the address within the argument is logged';

function zeek(service: string, transports: readonly Transport[], fields: LogSource['fields']): Omit<LogSource, 'kind'> {
  return {
    title: `Zeek ${service}.log`,
    logsource: { product: 'zeek', service },
    transports,
    ...(transports.length > 1 && { transportName: 'proto' }),
    sourceName: 'id.orig_h',
    targetName: 'id.resp_h',
    targetPortName: 'id.resp_p',
    fields,
  };
}

function eve(type: string, transports: readonly Transport[], fields: LogSource['fields']): Omit<LogSource, 'kind'> {
  return {
    title: `Suricata EVE ${type}`,
    logsource: { product: 'suricata', service: type, definition: `eve.json, event_type ${type}` },
    selection: { event_type: type },
    transports,
    ...(transports.length > 1 && { transportName: 'proto' }),
    sourceName: 'src_ip',
    targetName: 'dest_ip',
    targetPortName: 'dest_port',
    fields,
  };
}

const sources: Readonly<Record<LogKind, Omit<LogSource, 'kind'>>> = {
  web: {
    title: 'web server access log',
    logsource: { category: 'webserver' },
    transports: ['tcp'],
    sourceName: 'c-ip',
    fields: {
      'http.request_line': {},
      'http.method': { name: 'cs-method' },
      'http.uri': {},
      'http.version': {},
      'http.user_agent': { name: 'cs-user-agent' },
      'http.referer': { name: 'cs-referer' },
      'http.host': { name: 'cs-host' },
      'http.cookie': { name: 'cs-cookie' },
      'http.content_type': {},
    },
  },
  'zeek-http': zeek('http', ['tcp'], {
    'http.method': { name: 'method' },
    'http.uri': decodedTarget,
    'http.user_agent': { name: 'user_agent' },
    'http.referer': { name: 'referrer' },
    'http.host': { name: 'host' },
  }),
  'zeek-ssh': zeek('ssh', ['tcp'], { 'ssh.banner': { name: 'client' } }),
  'zeek-rdp': zeek('rdp', ['tcp'], {
    'rdp.cookie': { name: 'cookie' },
    'rdp.cookie_line': { remark: cookieLine },
    'rdp.client_name': { name: 'client_name' },
  }),
  'zeek-smtp': zeek('smtp', ['tcp'], {
    'smtp.helo': { name: 'helo' },
    'smtp.mail_from': { name: 'mailfrom', remark: addressOnly },
    'smtp.rcpt_to': { name: 'rcptto', remark: addressOnly },
  }),
  'zeek-sip': zeek('sip', ['udp', 'tcp'], {
    'sip.method': { name: 'method' },
    'sip.request_uri': { name: 'uri' },
    'sip.from': { name: 'request_from', nature: 'beginning' },
    'sip.to': { name: 'request_to' },
    'sip.via': { name: 'request_path', nature: 'beginning' },
    'sip.call_id': { name: 'call_id' },
    'sip.user_agent': { name: 'user_agent' },
  }),
  'zeek-ntlm': zeek('ntlm', ['tcp'], {
    'ntlm.user': { name: 'username' },
    'ntlm.workstation': { name: 'hostname' },
    'ntlm.domain': { name: 'domainname' },
  }),
  'zeek-dns': zeek('dns', ['udp', 'tcp'], {
    'dns.id': { name: 'trans_id' },
    'dns.query': { name: 'query' },
    'dns.type': { name: 'qtype_name' },
    'dns.class': { name: 'qclass_name' },
    'dns.opcode': { name: 'opcode' },
  }),
  'zeek-ftp': zeek('ftp', ['tcp'], {
    'ftp.user': { name: 'user' },
    'ftp.password': { name: 'password' },
    'ftp.port': {},
  }),
  'zeek-irc': zeek('irc', ['tcp'], { 'irc.nick': { name: 'nick' } }),
  'zeek-mqtt_connect': zeek('mqtt_connect', ['tcp'], { 'mqtt.client_id': { name: 'client_id' } }),
  'zeek-smb_files': zeek('smb_files', ['tcp'], { 'smb.file_name': { name: 'name' } }),
  'zeek-smb_mapping': zeek('smb_mapping', ['tcp'], { 'smb.tree_path': { name: 'path' } }),
  'zeek-socks': zeek('socks', ['tcp'], {
    'socks.user': { name: 'user' },
    'socks.password': { name: 'password' },
  }),
  'eve-http': eve('http', ['tcp'], {
    'http.method': { name: 'http.http_method' },
    'http.uri': { name: 'http.url' },
    'http.user_agent': { name: 'http.http_user_agent' },
    'http.referer': { name: 'http.http_refer' },
    'http.host': {},
    'http.cookie': {},
    'http.content_type': {},
  }),
  'eve-ssh': eve('ssh', ['tcp'], { 'ssh.banner': { remark: softwareWithoutComment } }),
  'eve-rdp': eve('rdp', ['tcp'], {
    'rdp.cookie': { name: 'rdp.cookie' },
    'rdp.cookie_line': { remark: cookieLine },
    'rdp.client_name': { name: 'rdp.client.client_name' },
  }),
  'eve-smtp': eve('smtp', ['tcp'], {
    'smtp.helo': { name: 'smtp.helo' },
    'smtp.mail_from': {},
    'smtp.rcpt_to': {},
  }),
  'eve-sip': eve('sip', ['udp', 'tcp'], {
    'sip.method': { name: 'sip.method' },
    'sip.request_uri': { name: 'sip.uri' },
    'sip.request_line': { name: 'sip.request_line' },
  }),
  'eve-dns': {
    ...eve('dns', ['udp', 'tcp'], {
      'dns.id': { name: 'dns.id' },
      'dns.query': { name: 'dns.rrname' },
      'dns.type': { name: 'dns.rrtype' },
      'dns.opcode': { name: 'dns.opcode' },
    }),
    // Versions 2 and 3 of the record; what the server says has other types.
    selection: { event_type: 'dns', 'dns.type': ['query', 'request'] },
  },
  'eve-ftp': {
    ...eve('ftp', ['tcp'], { 'ftp.command': {}, 'ftp.user': {}, 'ftp.password': {}, 'ftp.port': {} }),
    perFlow: true,
  },
  'eve-smb': eve('smb', ['tcp'], {
    'smb.native_os': { name: 'smb.request.native_os' },
    'smb.native_lanman': { name: 'smb.request.native_lm' },
    'smb.tree_path': { name: 'smb.share' },
    'smb.file_name': { name: 'smb.filename' },
    'ntlm.workstation': { name: 'smb.ntlmssp.host' },
    'ntlm.domain': { name: 'smb.ntlmssp.domain' },
    'ntlm.user': { name: 'smb.ntlmssp.user' },
  }),
  'eve-tls': eve('tls', ['tcp'], {
    'tls.server_name': { name: 'tls.sni' },
    'tls.cipher_suites': { remark: listsWithoutGrease },
    'tls.extensions': { remark: listsWithoutGrease },
    'tls.supported_groups': { remark: listsWithoutGrease },
    'tls.ja4': { name: 'tls.ja4' },
  }),
  'eve-mqtt': eve('mqtt', ['tcp'], { 'mqtt.client_id': { name: 'mqtt.connect.client_id' } }),
  'eve-pgsql': eve('pgsql', ['tcp'], { 'postgresql.user': {}, 'postgresql.database': {} }),
};

export const logSources = Object.freeze(
  Object.fromEntries(Object.entries(sources).map(([kind, source]) => [kind, { kind, ...source }])),
) as Readonly<Record<LogKind, LogSource>>;
