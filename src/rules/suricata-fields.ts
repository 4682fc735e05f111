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
  /** Suricata's protocol, where its recognition is as good as ours. */
  readonly protocol?: string;
  /** Bytes of the value's length that stand before it, big-endian. `before` is then what stands before these. */
  readonly lengthSize?: 1 | 2 | 4;
  /** Bytes that no value holds, for classes of a pattern that only say what they exclude. */
  readonly never?: string;
  /** A client waits for an answer behind it, so what follows may be looked at by itself. */
  readonly waits?: boolean;
  /** What the client must have said before, in the same flow. */
  readonly opening?: readonly string[];
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
  'tls.server_name': { keyword: 'tls.sni', protocol: 'tls', since: 6 },
  'snmp.community': { keyword: 'snmp.community', protocol: 'snmp', since: 6 },
};

const line = (before: string, after = '[ \\t]*\\r*\\n'): StreamPlace => ({
  before,
  after,
  any: '[^\\r\\n]',
  never: '\\r\\n',
});
const command = (verbs: string): StreamPlace => line(`(?:^|\\n)(?i:${verbs})`);
/** Where the headers of a request are, whose line ends with the protocol's name and version; not in the body of an HTTP request. */
const inHeaders = (protocol: string): string =>
  `^(?![^\\r\\n]* HTTP/)(?:|.*?\\n)[A-Z]+ [^\\r\\n]+ ${protocol}/\\d\\.\\d\\r?\\n(?:[^\\r\\n]+\\r?\\n)*?`;
const header = (protocol: string, names: string): StreamPlace =>
  line(`${inHeaders(protocol)}(?i:${names})[ \\t]*:[ \\t]*`);
/** RFC 5321 section 4.1.1.4: what follows DATA is a mail, until the flow ends or a dot stands alone; the first line is a command. */
const outsideMail =
  '^(?=(?i:EHLO|HELO|LHLO|VRFY|EXPN|ETRN|HELP|NOOP|RSET|QUIT|DATA|STARTTLS|TURN|MAIL|RCPT|AUTH|BDAT|XCLIENT)\\b)(?:(?!(?i:DATA)[ \\t]*\\r?\\n)[^\\n]*\\n)*?';
/** RFC 5321 section 4.1.1: the address stands between angle brackets; some clients leave them out. */
const envelope = (verb: string): StreamPlace => ({
  before: `${outsideMail}(?i:${verb}):[ \\t]*<?`,
  after: '[>\\s]',
  any: '[^>\\r\\n]',
  waits: true,
});
/** A name list of KEXINIT (RFC 4253 section 7.1): message number, cookie, and so many lists before it. */
const nameList = (before: number): StreamPlace => ({
  before: `\\x14.{16}${'\\x00\\x00..[ -~]*'.repeat(before)}`,
  after: '\\x00\\x00',
  any: '[^\\x00]',
  lengthSize: 4,
  never: '\\x00',
});
/** RFC 905 section 13.3, in a TPKT packet: the fixed part of a connection request. */
const connectionRequest = '^\\x03\\x00..[\\x06-\\xff]\\xe0.{5}';
/** RFC 8446 section 4.1.2: a record with a ClientHello up to its cipher suites' length. */
const clientHello = '\\x16\\x03[\\x00-\\x04]..\\x01\\x00..\\x03[\\x00-\\x04].{32}(?:\\x00|\\x20.{32})';

/** The lowest bit is zero. */
const even = `[${Array.from({ length: 128 }, (_, half) => `\\x${(2 * half).toString(16).padStart(2, '0')}`).join('')}]`;

export const streamPlaces: Readonly<Record<string, StreamPlace>> = {
  'coap.token': { before: '^[\\x48\\x58][\\x01-\\x07]..', after: '[^\\xff]', any: '.' },
  'ftp.command': line('(?:^|\\n)'),
  'ftp.user': { ...command('USER[ \\t]'), protocol: 'ftp', waits: true },
  'ftp.password': {
    ...line('(?:^|\\n)(?i:PASS)[ \\t]', '\\r*\\n'),
    protocol: 'ftp',
    waits: true,
    // A file that begins with PASS is FTP to Suricata, too.
    opening: ['content:"USER "', 'nocase', 'pcre:"/(?:^|\\n)(?i:USER)[ \\t]/s"'],
  },
  'ftp.port': { ...command('PORT[ \\t]'), protocol: 'ftp' },
  // Only where Suricata's own parser does not look: see streamedSignatures.
  'http.method': { before: '(?:^|\\n)', after: ' [^\\r\\n]+ HTTP/1\\.[01]\\r?\\n', any: '[^ \\r\\n]' },
  'http.uri': { before: '(?:^|\\n)[A-Z_]+ ', after: ' HTTP/1\\.[01]\\r?\\n', any: '[^\\r\\n]' },
  'http.header': line('(?:^|\\n)[A-Z_]+ [^\\r\\n]+ HTTP/1\\.[01]\\r?\\n(?:[^\\r\\n]+\\r?\\n)*?'),
  'icap.request_line': line('(?:^|\\n)'),
  'icap.user_agent': header('ICAP', 'User-Agent'),
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
  // MQTT 3.1.1 section 3.1: protocol, level, flags, keep-alive; version 5 has properties behind them.
  'mqtt.client_id': {
    before: `^\\x10[\\x00-\\x7f]\\x00(?:\\x04MQTT|\\x06MQIsdp)(?:[\\x03\\x04]${even}..|\\x05${even}...{1,40}?)`,
    after: '',
    any: '[^\\x00]',
    lengthSize: 2,
  },
  'pptp.vendor': {
    before: '^\\x00\\x9c\\x00\\x01\\x1a\\x2b\\x3c\\x4d\\x00\\x01.{82}',
    after: '\\x00',
    any: '[^\\x00]',
  },
  'rdp.cookie_line': { before: connectionRequest, after: '', any: '.' },
  'rdp.cookie': { before: `${connectionRequest}Cookie: mstshash=`, after: '\\r\\n', any: '[^\\r]' },
  'sip.request_line': line('(?:^|\\n)'),
  'sip.method': { before: '(?:^|\\n)', after: ' [^\\r\\n]+ SIP/', any: '[^ \\r\\n]' },
  'sip.from': header('SIP', 'From|f'),
  'sip.to': header('SIP', 'To|t'),
  'sip.via': header('SIP', 'Via|v'),
  'sip.contact': header('SIP', 'Contact|m'),
  'sip.header': line(inHeaders('SIP')),
  'sip.user_agent': header('SIP', 'User-Agent'),
  'smtp.helo': line(`${outsideMail}(?i:EHLO|HELO|LHLO)[ \\t]+`),
  'smtp.mail_from': envelope('MAIL FROM'),
  'smtp.rcpt_to': envelope('RCPT TO'),
  // The server's answer to DATA may part the mail from the commands.
  'smtp.header': {
    ...line('(?:^|(?i:DATA)[ \\t]*\\r?\\n)(?:[^\\r\\n]+\\r?\\n)*?', '\\r*\\n'),
    protocol: 'smtp',
  },
  'ssh.banner': line('^', '\\r*\\n'),
  'ssh.kex': nameList(0),
  'ssh.host_key_algorithms': nameList(1),
  'ssh.encryption': nameList(2),
  'ssh.mac': nameList(4),
  'ssh.compression': nameList(6),
  'svn.client': { before: '^\\( \\d{1,3} \\( [^)]*\\) \\d{1,5}:.* \\d{1,5}:', after: ' ', any: '[^ ]' },
  'tls.cipher_suites': { before: clientHello, after: '\\x01\\x00', any: '.', lengthSize: 2 },
};

/** Fields whose value is numbers in hex, joined by commas: how many digits each. */
export const hexLists: Readonly<Record<string, number>> = {
  'tls.cipher_suites': 4,
};

/** Signatures for which Suricata's parser of their protocol does not start or gives up: said with bytes of the stream. */
export const streamedSignatures: Readonly<Record<string, readonly SuricataVersion[]>> = {
  // A method that Suricata does not know begins no HTTP until a server answers.
  'http-waf-fingerprint-method': [6, 7, 8],
  'http-sstp-correlation': [6, 7, 8],
  // A Content-Length beyond 63 bits is an error, and the request's headers are given up.
  'http-ip-https': [6, 7],
};
