/** Where a field of ours stands for Suricata: in a sticky buffer of its own, or in the stream between known bytes. */

import type { SuricataVersion } from './suricata-detection.ts';

/** A sticky buffer that holds just the field's value. */
export interface BufferPlace {
  readonly keyword: string;
  /** Suricata's protocol, whose parser fills the buffer. */
  readonly protocol: string;
  readonly since: SuricataVersion;
}

/** The stream (or datagram) around the value, as patterns. */
export interface StreamPlace {
  readonly before: string;
  /** What follows when the value must end. */
  readonly after: string;
  /** A byte of a value. */
  readonly any: string;
  /** Bytes of the value's length that stand before it, big-endian. `before` is then what stands before these. */
  readonly lengthSize?: 1 | 2 | 4;
}

export const bufferPlaces: Readonly<Record<string, BufferPlace>> = {
  'http.request_line': { keyword: 'http.request_line', protocol: 'http', since: 6 },
  'http.method': { keyword: 'http.method', protocol: 'http', since: 6 },
  'http.uri': { keyword: 'http.uri.raw', protocol: 'http', since: 6 },
  'http.user_agent': { keyword: 'http.user_agent', protocol: 'http', since: 6 },
  'http.host': { keyword: 'http.host.raw', protocol: 'http', since: 6 },
  'http.cookie': { keyword: 'http.cookie', protocol: 'http', since: 6 },
  'http.referer': { keyword: 'http.referer', protocol: 'http', since: 6 },
  'http.content_type': { keyword: 'http.content_type', protocol: 'http', since: 6 },
  'http.body': { keyword: 'http.request_body', protocol: 'http', since: 6 },
  'http.header': { keyword: 'http.request_header', protocol: 'http', since: 7 },
  'ssh.software': { keyword: 'ssh.software', protocol: 'ssh', since: 6 },
  'smb.tree_path': { keyword: 'smb.share', protocol: 'smb', since: 6 },
  'tls.server_name': { keyword: 'tls.sni', protocol: 'tls', since: 6 },
  'snmp.community': { keyword: 'snmp.community', protocol: 'snmp', since: 6 },
};

const line = (before: string, after = '[ \\t]*\\r*\\n'): StreamPlace => ({ before, after, any: '[^\\r\\n]' });
const command = (verbs: string): StreamPlace => line(`(?:^|\\n)(?i:${verbs})`);
const header = (names: string): StreamPlace => line(`\\n(?i:${names})[ \\t]*:[ \\t]*`);
/** RFC 5321 section 4.1.1: the address stands between angle brackets; some clients leave them out. */
const envelope = (verb: string): StreamPlace => ({
  before: `(?:^|\\n)(?i:${verb}):[ \\t]*<?`,
  after: '[>\\s]',
  any: '[^>\\r\\n]',
});
/** One name list of KEXINIT (RFC 4253 section 7.1). */
const nameList: StreamPlace = { before: '', after: '\\x00\\x00', any: '[^\\x00]', lengthSize: 4 };
/** RFC 905 section 13.3, in a TPKT packet: the fixed part of a connection request. */
const connectionRequest = '^\\x03\\x00..[\\x06-\\xff]\\xe0.{5}';
/** RFC 8446 section 4.1.2: a record with a ClientHello up to its cipher suites' length. */
const clientHello = '\\x16\\x03[\\x00-\\x04]..\\x01\\x00..\\x03[\\x00-\\x04].{32}(?:\\x00|\\x20.{32})';

export const streamPlaces: Readonly<Record<string, StreamPlace>> = {
  'coap.token': { before: '^[\\x48\\x58][\\x01-\\x07]..', after: '[^\\xff]', any: '.' },
  'ftp.command': line('(?:^|\\n)'),
  'ftp.user': command('USER[ \\t]'),
  'ftp.password': line('(?:^|\\n)(?i:PASS)[ \\t]', '\\r*\\n'),
  'ftp.port': command('PORT[ \\t]'),
  'icap.request_line': line('(?:^|\\n)'),
  'icap.user_agent': header('User-Agent'),
  'imap.command': line('(?:^|\\n)', '\\r*\\n'),
  'irc.command': line('(?:^|\\n)'),
  'irc.nick': command('NICK :?'),
  'irc.user': command('USER '),
  'iscsi.initiator_name': {
    before: '^[\\x03\\x43].*\\x00InitiatorName=|^[\\x03\\x43].{47}InitiatorName=',
    after: '\\x00',
    any: '[^\\x00]',
  },
  'postgresql.user': { before: '^....\\x00\\x03.*\\x00user\\x00', after: '\\x00', any: '[^\\x00]' },
  'postgresql.database': { before: '^....\\x00\\x03.*\\x00database\\x00', after: '\\x00', any: '[^\\x00]' },
  'pptp.vendor': {
    before: '^\\x00\\x9c\\x00\\x01\\x1a\\x2b\\x3c\\x4d\\x00\\x01.{82}',
    after: '\\x00',
    any: '[^\\x00]',
  },
  'rdp.cookie_line': { before: connectionRequest, after: '', any: '.' },
  'rdp.cookie': { before: `${connectionRequest}Cookie: mstshash=`, after: '\\r\\n', any: '[^\\r]' },
  'rdp.requested_protocols': { before: `${connectionRequest}.*\\x01.\\x08\\x00`, after: '', any: '.' },
  'sip.request_line': line('(?:^|\\n)'),
  'sip.method': { before: '(?:^|\\n)', after: ' [^\\r\\n]+ SIP/', any: '[^ \\r\\n]' },
  'sip.from': header('From|f'),
  'sip.to': header('To|t'),
  'sip.via': header('Via|v'),
  'sip.contact': header('Contact|m'),
  'sip.user_agent': header('User-Agent'),
  'smtp.helo': command('(?:EHLO|HELO|LHLO)[ \\t]+'),
  'smtp.mail_from': envelope('MAIL FROM'),
  'smtp.rcpt_to': envelope('RCPT TO'),
  'smtp.header': line('\\n', '\\r*\\n'),
  'socks.user': { before: '^\\x05[^\\x00]{2,}?\\x01', after: '', any: '.', lengthSize: 1 },
  'socks.password': { before: '', after: '', any: '.', lengthSize: 1 },
  'ssh.kex': nameList,
  'ssh.host_key_algorithms': nameList,
  'ssh.encryption': nameList,
  'ssh.mac': nameList,
  'ssh.compression': nameList,
  'svn.client': { before: '^\\( \\d{1,3} \\( [^)]*\\) \\d{1,5}:.* \\d{1,5}:', after: ' ', any: '[^ ]' },
  'tls.cipher_suites': { before: clientHello, after: '\\x01\\x00', any: '.', lengthSize: 2 },
};

/** Fields whose value is numbers in hex, joined by commas: how many digits each. */
export const hexLists: Readonly<Record<string, number>> = {
  'rdp.requested_protocols': 8,
  'tls.cipher_suites': 4,
};
