import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LogRecord } from './log-record.ts';
import { zeekLogParser } from './zeek-log.ts';

const ids = 'ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p';
const connection = '1791665736.250000\tC1\t10.0.0.1\t40000\t10.0.0.80\t80';

/** A log as Zeek writes it, its header before it. */
function parse(path: string, columns: string, types: string, ...rows: string[]): LogRecord[] {
  const parser = zeekLogParser('x.log');
  const header = [
    '#separator \\x09',
    '#set_separator\t,',
    '#empty_field\t(empty)',
    '#unset_field\t-',
    `#path\t${path}`,
    '#open\t2026-10-10-13-55-36',
    `#fields\t${ids}\t${columns}`,
    `#types\ttime\tstring\taddr\tport\taddr\tport\t${types}`,
  ];
  for (const line of header) assert.equal(parser.parse(line), 'other');
  return rows.map((row) => {
    const parsed = parser.parse(`${connection}\t${row}`);
    assert.equal(typeof parsed, 'object', `${row}: ${String(parsed)}`);
    return parsed as LogRecord;
  });
}

describe("Zeek's logs", () => {
  it('http.log, TSV', () => {
    const [record] = parse(
      'http',
      'method\thost\turi\treferrer\tuser_agent\ttags',
      'string\tstring\tstring\tstring\tstring\tset[enum]',
      'GET\t10.0.0.80\t/a\\x09b\t-\tcurl \\xe9\t(empty)',
    );
    assert.deepEqual(record, {
      kind: 'zeek-http',
      time: 1791665736_250000,
      transport: 'tcp',
      source: '10.0.0.1',
      sourcePort: 40000,
      target: '10.0.0.80',
      targetPort: 80,
      flow: 'C1',
      values: [
        ['http.method', 'GET'],
        ['http.uri', '/a\tb'],
        ['http.user_agent', 'curl \xe9'],
        ['http.host', '10.0.0.80'],
      ],
    });
  });

  it('ssh.log, rdp.log, ntlm.log', () => {
    const [ssh] = parse('ssh', 'client', 'string', 'SSH-2.0-Nmap-SSH2-Hostkey');
    assert.deepEqual(ssh?.values, [['ssh.banner', 'SSH-2.0-Nmap-SSH2-Hostkey']]);
    const [rdp] = parse('rdp', 'cookie\tclient_name', 'string\tstring', 'nmap\t-');
    assert.deepEqual(rdp?.values, [
      ['rdp.cookie', 'nmap'],
      ['rdp.cookie_line', 'Cookie: mstshash=nmap\r\n'],
    ]);
    const [ntlm] = parse('ntlm', 'username\thostname\tdomainname', 'string\tstring\tstring', '(empty)\tnmap\t-');
    assert.deepEqual(ntlm?.values, [
      ['ntlm.user', ''],
      ['ntlm.workstation', 'nmap'],
    ]);
  });

  it('smtp.log: sets have several values; sip.log: vectors, over UDP', () => {
    const [smtp] = parse(
      'smtp',
      'helo\tmailfrom\trcptto',
      'string\tstring\tset[string]',
      'nmap.scanme.org\t<antispam@a>\tb@c,x\\x2cy@z',
    );
    assert.deepEqual(smtp?.values, [
      ['smtp.helo', 'nmap.scanme.org'],
      ['smtp.mail_from', 'antispam@a'],
      ['smtp.rcpt_to', 'b@c'],
      ['smtp.rcpt_to', 'x,y@z'],
    ]);
    const [sip] = parse('sip', 'method\trequest_path', 'string\tvector[string]', 'OPTIONS\tSIP/2.0/UDP nm');
    assert.equal(sip?.transport, 'udp');
    assert.deepEqual(sip?.values, [
      ['sip.method', 'OPTIONS'],
      ['sip.via', 'SIP/2.0/UDP nm'],
    ]);
  });

  it("dns.log: numbers and names as this project's fields have them", () => {
    const [dns] = parse(
      'dns',
      'proto\ttrans_id\tquery\tqclass_name\tqtype_name',
      'enum\tcount\tstring\tstring\tstring',
      'udp\t48879\tPortTest.dns-oarc.net\tC_CHAOS\t*',
    );
    assert.equal(dns?.transport, 'udp');
    assert.deepEqual(dns?.values, [
      ['dns.id', '0xbeef'],
      ['dns.query', 'porttest.dns-oarc.net'],
      ['dns.type', 'ANY'],
      ['dns.class', 'CH'],
    ]);
  });

  it('ftp.log: what was not logged is not there, PORT has its argument', () => {
    const [hidden, port] = parse(
      'ftp',
      'user\tpassword\tcommand\targ',
      'string\tstring\tstring\tstring',
      'bob\t<hidden>\tRETR\tftp://10.0.0.80/x',
      'anonymous\tIEUser@\tPORT\t45,33,32,156,0,80',
    );
    assert.deepEqual(hidden?.values, [['ftp.user', 'bob']]);
    assert.deepEqual(port?.values, [
      ['ftp.user', 'anonymous'],
      ['ftp.password', 'IEUser@'],
      ['ftp.port', '45,33,32,156,0,80'],
    ]);
  });

  it('JSON, told by the name of the file, by _path or by the columns', () => {
    const row = {
      ts: 1791665736.25,
      uid: 'C1',
      'id.orig_h': '10.0.0.1',
      'id.orig_p': 40000,
      'id.resp_h': '10.0.0.80',
      'id.resp_p': 22,
      auth_attempts: 0,
      client: 'SSH-2.0-x',
    };
    for (const [name, extra] of [
      ['ssh.log', {}],
      ['logs/ssh.00:00:00-01:00:00.log.gz', {}],
      ['-', { _path: 'ssh' }],
      ['-', {}],
      ['-', { ts: '2026-10-10T20:55:36.250000Z' }],
    ] as const) {
      const parsed = zeekLogParser(name).parse(JSON.stringify({ ...row, ...extra })) as LogRecord;
      assert.deepEqual(parsed.values, [['ssh.banner', 'SSH-2.0-x']], name);
      assert.equal(parsed.time, 1791665736_250000);
    }
  });

  it('JSON with the connection as an object of its own', () => {
    const row = {
      ts: 1,
      id: { orig_h: '10.0.0.1', orig_p: 40000, resp_h: '10.0.0.80', resp_p: 22 },
      client: 'SSH-2.0-x',
    };
    const parsed = zeekLogParser('ssh.log').parse(JSON.stringify(row)) as LogRecord;
    assert.deepEqual(
      [parsed.source, parsed.sourcePort, parsed.target, parsed.targetPort],
      ['10.0.0.1', 40000, '10.0.0.80', 22],
    );
  });

  it('other logs, and rows that do not fit their header, give nothing', () => {
    const parser = zeekLogParser('conn.log');
    assert.equal(parser.parse('a\tb'), 'malformed');
    parser.parse('#path\tconn');
    parser.parse('#fields\tts\tuid');
    assert.equal(parser.parse('1\tC1'), 'other');
    parser.parse('#path\tssh');
    assert.equal(parser.parse('1\tC1'), 'without-address');
    assert.equal(parser.parse('1\tC1\textra'), 'malformed');
    assert.equal(parser.parse('-\tC1'), 'without-time');
    assert.equal(parser.parse('{"_path":"conn"}'), 'other');
    assert.equal(parser.parse('{"_path":'), 'malformed');
    assert.equal(parser.parse(''), 'other');
  });

  it('a log of another separator and other words for nothing', () => {
    const parser = zeekLogParser('x.log');
    const lines = ['#separator ,', '#set_separator,;', '#unset_field,NIL', '#path,ssh'];
    for (const line of [...lines, `#fields,${ids.replaceAll('\t', ',')},client`]) parser.parse(line);
    const parsed = parser.parse(`${connection.replaceAll('\t', ',')},NIL`) as LogRecord;
    assert.deepEqual(parsed.values, []);
  });
});
