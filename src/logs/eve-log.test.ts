import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sequenceLinks } from '../rules/suricata-sequences.ts';
import { roles } from '../rules/suricata-sids.ts';
import type { Alert } from '../scan/alert.ts';
import { exampleSignature } from '../scan/example-evidence.ts';
import { defaultScanSettings } from '../scan/scan-settings.ts';
import { ScanTracker } from '../scan/scan-tracker.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import { eveLogParser } from './eve-log.ts';
import { LogJudge } from './log-judge.ts';
import type { LogRecord } from './log-record.ts';

const parser = eveLogParser({ catalogue: [{ ...exampleSignature(), literals: [], openings: [] }] });
const place = {
  timestamp: '2026-10-10T20:55:36.250000+0000',
  flow_id: 1234567890123456,
  src_ip: '10.0.0.1',
  src_port: 40000,
  dest_ip: '10.0.0.80',
  dest_port: 80,
  proto: 'TCP',
};

function record(event: object, using = parser): LogRecord {
  const parsed = using.parse(JSON.stringify({ ...place, ...event }));
  assert.equal(typeof parsed, 'object', `${JSON.stringify(event)}: ${String(parsed)}`);
  return parsed as LogRecord;
}

function values(event_type: string, content: object): unknown {
  return record({ event_type, [event_type]: content }).values;
}

describe('EVE: records of protocols', () => {
  it('who, to whom, when', () => {
    assert.deepEqual(record({ event_type: 'http', http: {} }), {
      kind: 'eve-http',
      time: Date.UTC(2026, 9, 10, 20, 55, 36, 250) * 1000,
      transport: 'tcp',
      source: '10.0.0.1',
      sourcePort: 40000,
      target: '10.0.0.80',
      targetPort: 80,
      flow: '1234567890123456',
      values: [],
    });
  });

  it('what the client sent, by protocol', () => {
    assert.deepEqual(
      values('http', {
        hostname: 'a.example',
        url: '/x%20y',
        http_user_agent: 'curl',
        http_method: 'GET',
        http_content_type: 'text/html',
        request_headers: [
          { name: 'Host', value: 'A.example:8080' },
          { name: 'Content-Type', value: 'a/b' },
        ],
      }),
      [
        ['http.method', 'GET'],
        ['http.uri', '/x%20y'],
        ['http.user_agent', 'curl'],
        ['http.host', 'A.example:8080'],
        ['http.content_type', 'a/b'],
      ],
    );
    assert.deepEqual(values('ssh', { client: { proto_version: '2.0', software_version: 'x' } }), [
      ['ssh.banner', 'SSH-2.0-x'],
    ]);
    assert.deepEqual(values('smtp', { helo: 'a', mail_from: '<b@c>', rcpt_to: ['<d@e>', '<f@g>'] }), [
      ['smtp.helo', 'a'],
      ['smtp.mail_from', 'b@c'],
      ['smtp.rcpt_to', 'd@e'],
      ['smtp.rcpt_to', 'f@g'],
    ]);
    assert.deepEqual(values('ftp', { command: 'PORT', command_data: '1,2,3,4,5,6' }), [
      ['ftp.command', 'PORT 1,2,3,4,5,6'],
      ['ftp.port', '1,2,3,4,5,6'],
    ]);
    assert.deepEqual(values('tls', { sni: 'a', ja3: { string: '771,4865-47,0-10,29,0' } }), [
      ['tls.server_name', 'a'],
      ['tls.cipher_suites', '1301,002f'],
      ['tls.extensions', '0000,000a'],
      ['tls.supported_groups', '001d'],
    ]);
    assert.deepEqual(values('smb', { request: { native_os: 'Nmap', native_lm: 'Native Lanman' } }), [
      ['smb.native_os', 'Nmap'],
      ['smb.native_lanman', 'Native Lanman'],
    ]);
    assert.deepEqual(values('mqtt', { connect: { client_id: 'nmap' } }), [['mqtt.client_id', 'nmap']]);
    const startup = { user: 'a', optional_parameters: [{ database: 'b' }, { client_encoding: 'c' }] };
    assert.deepEqual(values('pgsql', { request: { startup_parameters: startup } }), [
      ['postgresql.user', 'a'],
      ['postgresql.database', 'b'],
    ]);
  });

  it('dns of version 2 and of version 3; answers are not the client’s', () => {
    const asked = [
      ['dns.id', '0xbeef'],
      ['dns.opcode', '0'],
      ['dns.query', 'a.example'],
      ['dns.type', 'TXT'],
    ];
    assert.deepEqual(
      values('dns', { type: 'query', id: 0xbeef, opcode: 0, rrname: 'A.example', rrtype: 'TXT' }),
      asked,
    );
    const queries = [{ rrname: 'a.example', rrtype: 'TXT' }];
    assert.deepEqual(values('dns', { type: 'request', id: 0xbeef, opcode: 0, queries }), asked);
    for (const type of ['answer', 'response']) {
      assert.equal(parser.parse(JSON.stringify({ ...place, event_type: 'dns', dns: { type } })), 'other');
    }
  });

  it('rdp has the addresses of a packet: the server is told by its port, or nothing is', () => {
    const rdp = { event_type: 'rdp', rdp: { event_type: 'initial_request', cookie: 'nmap' } };
    assert.equal(record({ ...rdp, dest_port: 3389 }).source, '10.0.0.1');
    assert.equal(record({ ...rdp, src_port: 3389, dest_port: 40000 }).source, '10.0.0.80');
    assert.equal(record({ ...rdp, src_port: 13389, dest_port: 40000 }).source, '10.0.0.80');
    const unclear = JSON.stringify({ ...place, ...rdp, src_port: 40000, dest_port: 50001 });
    assert.equal(parser.parse(unclear), 'other');
  });

  it('says why a line gives nothing', () => {
    const cases: [event: object, why: string][] = [
      [{}, 'malformed'],
      [{ event_type: 7 }, 'malformed'],
      [{ event_type: 'flow' }, 'other'],
      [{ event_type: 'http' }, 'other'],
      [{ event_type: 'http', http: [] }, 'other'],
      [{ event_type: 'http', http: {}, timestamp: 'soon' }, 'without-time'],
      [{ event_type: 'http', http: {}, src_ip: 'scanner' }, 'without-address'],
    ];
    for (const [event, why] of cases) assert.equal(parser.parse(JSON.stringify({ ...place, ...event })), why);
    assert.equal(parser.parse('{"event_type":"http"'), 'malformed');
  });
});

describe('EVE: alerts of our rules', () => {
  const alert = (signature_id: number, more: object = {}) => ({
    event_type: 'alert',
    alert: { signature_id },
    app_proto: 'smtp',
    payload: Buffer.from('EHLO nmap.scanme.org\r\n').toString('base64'),
    ...more,
  });

  it('name the signature, whatever direction the rule is for, and bring the bytes', () => {
    for (const sid of [9100301, 9200301, 9300301]) {
      const { found } = record(alert(sid));
      assert.equal(found?.signature.id, 'smtp-ehlo-scanme');
      assert.equal(Buffer.from(found?.bytes ?? []).toString('latin1'), 'EHLO nmap.scanme.org\r\n');
    }
    assert.equal(
      record(
        alert(5_000_301),
        eveLogParser({ catalogue: [{ ...exampleSignature(), literals: [], openings: [] }], sidBase: 5_000_000 }),
      ).found?.signature.sid,
      9100301,
    );
  });

  it('on a strong signature stand for two, for Suricata saw another before; of a rule that only marks they are none', () => {
    const strong = { ...exampleSignature({ grade: 'strong' }), literals: [], openings: [] };
    const using = eveLogParser({ catalogue: [strong] });
    const corroborated = record(alert(9100301), using);
    assert.equal(corroborated.found?.corroborated, true);
    const [evidence] = new LogJudge([strong]).judge(corroborated);
    assert.ok(evidence);
    const alerts: Alert[] = [];
    const tracker = new ScanTracker({
      settings: defaultScanSettings,
      signatures: [strong],
      onAlert: (one) => alerts.push(one),
    });
    const { corroborated: _, ...alone } = evidence;
    tracker.add({ ...alone, source: '10.0.0.99' });
    tracker.add(evidence);
    tracker.close();
    assert.deepEqual(
      alerts.map(({ source, state }) => [source, state]),
      [
        ['10.0.0.1', 'open'],
        ['10.0.0.1', 'closed'],
      ],
    );
    const mark = 9_100_301 + 100_000 * roles.indexOf('mark');
    assert.equal(using.parse(JSON.stringify({ ...place, ...alert(mark) })), 'other');
  });

  it('behind a port scan prove the sequence as well', () => {
    const catalogue = loadCatalogue();
    const behind = roles.indexOf('behind-internal');
    const links = sequenceLinks(catalogue);
    const member = catalogue.find(({ id, grade }) => grade === 'weak' && links(id).completes.length > 0);
    assert.ok(member);
    const sequence = links(member.id).completes[0];
    const using = eveLogParser({ catalogue });
    const proto = member.transports[0]?.toUpperCase();
    const found = new LogJudge(catalogue).judge(
      record({ ...alert(member.sid + 100_000 * behind), proto, payload: undefined }, using),
    );
    assert.deepEqual(
      found.map(({ signature }) => signature.id),
      [member.id, sequence?.id],
    );
  });

  it('of other rules are left out', () => {
    for (const sid of [2001219, 9100302, 0, -1, 1e300]) {
      assert.equal(parser.parse(JSON.stringify({ ...place, ...alert(sid) })), 'other');
    }
    assert.equal(
      parser.parse(JSON.stringify({ ...place, event_type: 'alert', alert: { signature_id: '1' } })),
      'other',
    );
  });

  it('of a rule of somebody’s own under such a number are left out: its message is another', () => {
    const named = (signature: string) =>
      JSON.stringify({ ...place, event_type: 'alert', alert: { signature_id: 9100301, signature } });
    assert.equal(typeof parser.parse(named('TRESPASS SMTP client introduces itself as nmap.scanme.org')), 'object');
    assert.equal(parser.parse(named('LOCAL printer test')), 'other');
  });

  it('on a packet of the server: who answered is not accused', () => {
    const turned = record(alert(9100301, { direction: 'to_client', src_ip: '10.0.0.80', dest_ip: '10.0.0.1' }));
    assert.equal(turned.source, '10.0.0.1');
  });
});
