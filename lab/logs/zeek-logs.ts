/**
 * What Zeek's scripts (scripts/base/protocols/NAME/main.zeek) would log of a capture, in Zeek's format, from tshark's reading
 * of it: Zeek itself is not in Debian. tshark knows nothing of our parsers.
 */

import { execFileSync } from 'node:child_process';

type Value = string | readonly string[] | undefined;
type Row = Readonly<Record<string, Value>>;

/** By the log's name; only those that have rows. */
export function zeekLogs(capture: string): ReadonlyMap<string, string> {
  const logs = new Map<string, string>();
  const read = readAll(capture);
  for (const [name, { columns, rows }] of Object.entries(writers)) {
    const lines = rows(read).map((row) => logLine(row, columns));
    if (lines.length > 0)
      logs.set(name, [...header(name, columns), ...lines, '#close\t2026-11-23-00-00-00', ''].join('\n'));
  }
  return logs;
}

type Read = readonly Packet[];

interface Writer {
  /** Names and types behind those that all logs have. */
  readonly columns: Readonly<Record<string, string>>;
  readonly rows: (read: Read) => Row[];
}

const connection = {
  ts: 'time',
  uid: 'string',
  'id.orig_h': 'addr',
  'id.orig_p': 'port',
  'id.resp_h': 'addr',
  'id.resp_p': 'port',
};

const writers: Readonly<Record<string, Writer>> = {
  http: {
    columns: { method: 'string', host: 'string', uri: 'string', referrer: 'string', user_agent: 'string' },
    rows: (read) =>
      packets(read, 'http.request.method', {
        method: 'http.request.method',
        host: 'http.host',
        uri: 'http.request.uri',
        referrer: 'http.referer',
        user_agent: 'http.user_agent',
      }).map((row) => ({ ...row, uri: unescapeUri(String(row.uri ?? '')) })),
  },
  ssh: {
    columns: { client: 'string' },
    rows: (read) => fromClients(packets(read, 'ssh.protocol', { client: 'ssh.protocol' })),
  },
  rdp: {
    columns: { cookie: 'string', client_name: 'string' },
    rows: (read) =>
      ['rdp.rt_cookie', 'rdp.client.name']
        .flatMap((key) => packets(read, key, { cookie: 'rdp.rt_cookie', client_name: 'rdp.client.name' }))
        // Zeek keeps what stands behind the equals sign.
        .map((row) => ({ ...row, cookie: /mstshash=([^\r]*)/.exec(String(row.cookie ?? ''))?.[1] })),
  },
  sip: {
    columns: {
      method: 'string',
      uri: 'string',
      request_from: 'string',
      request_to: 'string',
      request_path: 'vector[string]',
      user_agent: 'string',
      call_id: 'string',
    },
    rows: (read) =>
      packets(read, 'sip.Method', {
        method: 'sip.Method',
        uri: 'sip.r-uri',
        request_from: 'sip.From',
        request_to: 'sip.To',
        request_path: 'sip.Via',
        user_agent: 'sip.User-Agent',
        call_id: 'sip.Call-ID',
      }).map((row) => ({
        ...row,
        request_from: String(row.request_from ?? '').split(/; ?tag=/)[0],
        request_path: String(row.request_path ?? '')
          .split(/; ?branch/)
          .slice(0, 1),
      })),
  },
  ntlm: {
    columns: { username: 'string', hostname: 'string', domainname: 'string' },
    rows: (read) =>
      packets(read, 'ntlmssp.auth.hostname', {
        username: 'ntlmssp.auth.username',
        hostname: 'ntlmssp.auth.hostname',
        domainname: 'ntlmssp.auth.domain',
      }),
  },
  dns: {
    columns: {
      proto: 'enum',
      trans_id: 'count',
      query: 'string',
      qclass_name: 'string',
      qtype_name: 'string',
      opcode: 'count',
    },
    rows: (read) =>
      packets(read.filter(isQuery), 'dns.id', {
        proto: 'udp.srcport',
        trans_id: 'dns.id',
        query: 'dns.qry.name',
        qclass_name: 'dns.qry.class',
        qtype_name: 'dns.qry.type',
        opcode: 'dns.flags.opcode',
      }).map((row) => ({
        ...row,
        proto: row.proto === undefined ? 'tcp' : 'udp',
        trans_id: String(Number(row.trans_id)),
        query: String(row.query ?? '').toLowerCase(),
        qclass_name:
          { 1: 'C_INTERNET', 3: 'C_CHAOS', 255: 'C_ANY' }[Number(row.qclass_name)] ?? `qclass-${row.qclass_name}`,
        qtype_name:
          { 1: 'A', 2: 'NS', 12: 'PTR', 16: 'TXT', 252: 'AXFR', 255: '*' }[Number(row.qtype_name)] ??
          `query-${row.qtype_name}`,
      })),
  },
  smtp: {
    columns: { helo: 'string', mailfrom: 'string', rcptto: 'set[string]' },
    rows: (read) =>
      mails(packets(read, 'smtp.req.command', { command: 'smtp.req.command', parameter: 'smtp.req.parameter' })),
  },
  ftp: {
    columns: { user: 'string', password: 'string', command: 'string', arg: 'string' },
    rows: (read) =>
      logins(packets(read, 'ftp.request.command', { command: 'ftp.request.command', arg: 'ftp.request.arg' })),
  },
  mqtt_connect: {
    columns: { proto_name: 'string', client_id: 'string' },
    rows: (read) => packets(read, 'mqtt.clientid', { proto_name: 'mqtt.protoname', client_id: 'mqtt.clientid' }),
  },
};

/** What tshark reads of one packet, by its own names of fields. */
type Packet = Readonly<Record<string, string>>;

const place = [
  'frame.time_epoch',
  'tcp.stream',
  'udp.stream',
  'ip.src',
  'ipv6.src',
  'tcp.srcport',
  'udp.srcport',
  'ip.dst',
  'ipv6.dst',
  'tcp.dstport',
  'udp.dstport',
];

const wanted = [
  ...['http.request.method', 'http.host', 'http.request.uri', 'http.referer', 'http.user_agent'],
  ...['ssh.protocol', 'rdp.rt_cookie', 'rdp.client.name'],
  ...['sip.Method', 'sip.r-uri', 'sip.From', 'sip.To', 'sip.Via', 'sip.User-Agent', 'sip.Call-ID'],
  ...['ntlmssp.messagetype', 'ntlmssp.auth.username', 'ntlmssp.auth.hostname', 'ntlmssp.auth.domain'],
  ...['dns.flags.response', 'dns.id', 'dns.qry.name', 'dns.qry.class', 'dns.qry.type', 'dns.flags.opcode'],
  ...['smtp.req.command', 'smtp.req.parameter', 'ftp.request.command', 'ftp.request.arg'],
  ...['mqtt.protoname', 'mqtt.clientid'],
];

/** One run of tshark for all logs. */
function readAll(capture: string): Packet[] {
  const filter =
    'http.request or ssh.protocol or rdp or sip.Method or ntlmssp or dns or smtp.req or ftp.request or mqtt';
  const fields = [...place, ...wanted];
  const options = ['-n', '-r', capture, '-Y', filter, '-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=f'];
  const output = execFileSync('tshark', [...options, ...fields.flatMap((field) => ['-e', field])], {
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 28,
  });
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const values = line.split('\t');
      return Object.fromEntries(fields.flatMap((field, index) => (values[index] ? [[field, values[index]]] : [])));
    });
}

/** Those that have the field `key`: addresses, time, and the wanted fields of each under Zeek's names. */
function packets(read: Read, key: string, fields: Readonly<Record<string, string>>): Row[] {
  return read
    .filter((packet) => packet[key] !== undefined)
    .map((packet) => ({
      ts: Number(packet['frame.time_epoch']).toFixed(6),
      uid: packet['tcp.stream'] === undefined ? `Cu${packet['udp.stream']}` : `Ct${packet['tcp.stream']}`,
      'id.orig_h': packet['ip.src'] ?? packet['ipv6.src'],
      'id.orig_p': packet['tcp.srcport'] ?? packet['udp.srcport'],
      'id.resp_h': packet['ip.dst'] ?? packet['ipv6.dst'],
      'id.resp_p': packet['tcp.dstport'] ?? packet['udp.dstport'],
      ...Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, packet[field]])),
    }));
}

function isQuery(packet: Packet): boolean {
  const port = packet['tcp.dstport'] ?? packet['udp.dstport'];
  return /^(0|False)$/.test(packet['dns.flags.response'] ?? '') && (port === '53' || port === '5353');
}

/** Of each connection, the side that spoke first to a port below the other's. */
function fromClients(rows: readonly Row[]): Row[] {
  return rows.filter((row) => Number(row['id.resp_p']) < Number(row['id.orig_p']));
}

/** src/analyzer/protocol/http/HTTP.cc, unescape_URI. */
function unescapeUri(uri: string): string {
  return uri.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

const address = /[^\s<>,:"]+@[^\s<>,:"]+/;

/** A mail begins with MAIL or RCPT; a client that only says EHLO is not logged. */
function mails(commands: readonly Row[]): Row[] {
  const open = new Map<string, Record<string, Value>>();
  const done: Row[] = [];
  for (const { command, parameter, ...row } of commands) {
    const uid = String(row.uid);
    const verb = String(command ?? '').toUpperCase();
    const known = open.get(uid);
    const found = address.exec(String(parameter ?? ''))?.[0];
    if (verb === 'EHLO' || verb === 'HELO') open.set(uid, { ...row, ...known, helo: parameter });
    else if (verb === 'MAIL') {
      if (known?.mailfrom !== undefined) done.push(known);
      open.set(uid, { ...row, helo: known?.helo, mailfrom: found });
    } else if (verb === 'RCPT' && known !== undefined && found !== undefined) {
      open.set(uid, { ...known, rcptto: [...((known.rcptto as readonly string[] | undefined) ?? []), found] });
    }
  }
  return [...done, ...open.values()].filter((mail) => mail.mailfrom !== undefined || mail.rcptto !== undefined);
}

const loggedCommands = new Set(['APPE', 'DELE', 'RETR', 'STOR', 'STOU', 'ACCT', 'PORT', 'PASV', 'EPRT', 'EPSV']);
const guests = new Set(['anonymous', 'ftp', 'ftpuser', 'guest']);

/** Of each connection a row for each of some commands, and one at the end if there was none. */
function logins(commands: readonly Row[]): Row[] {
  const sessions = new Map<string, { user?: Value; password?: Value; last: Row; logged: boolean }>();
  const rows: Row[] = [];
  const write = (row: Row, session: { user?: Value; password?: Value }): void => {
    const { user = '<unknown>', password } = session;
    const hidden = password !== undefined && !guests.has(String(user).toLowerCase()) ? '<hidden>' : password;
    rows.push({ ...row, user, password: hidden, arg: row.command === 'PASS' ? hidden : row.arg });
  };
  for (const row of commands) {
    const uid = String(row.uid);
    const session = sessions.get(uid) ?? { last: row, logged: false };
    sessions.set(uid, session);
    session.last = row;
    const command = String(row.command ?? '').toUpperCase();
    if (command === 'USER') session.user = row.arg;
    if (command === 'PASS') session.password = row.arg;
    if (!loggedCommands.has(command)) continue;
    session.logged = true;
    write(row, session);
  }
  for (const session of sessions.values()) if (!session.logged) write(session.last, session);
  return rows;
}

function header(name: string, columns: Readonly<Record<string, string>>): string[] {
  const all = { ...connection, ...columns };
  return [
    '#separator \\x09',
    '#set_separator\t,',
    '#empty_field\t(empty)',
    '#unset_field\t-',
    `#path\t${name}`,
    '#open\t2026-11-23-00-00-00',
    `#fields\t${Object.keys(all).join('\t')}`,
    `#types\t${Object.values(all).join('\t')}`,
  ];
}

function logLine(row: Row, columns: Readonly<Record<string, string>>): string {
  return Object.keys({ ...connection, ...columns })
    .map((column) => {
      const value = row[column];
      if (value === undefined) return '-';
      if (Array.isArray(value)) return value.length === 0 ? '(empty)' : value.map((one) => escaped(one, ',')).join(',');
      return value === '' ? '(empty)' : escaped(String(value));
    })
    .join('\t');
}

/** src/threading/formatters/Ascii.cc: what is not printable, and what would be misread, as `\xNN`. */
function escaped(text: string, separator = ''): string {
  if (text === '-' || text === '(empty)') return `\\x${text.charCodeAt(0).toString(16)}${text.slice(1)}`;
  return text.replace(/[\x00-\x1f\x7f-\xff]|\\|,/g, (sign) => {
    if (sign === '\\') return '\\\\';
    if (sign === ',' && separator !== ',') return sign;
    return `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
