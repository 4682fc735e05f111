import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { exampleAlert } from '../scan/example-alert.ts';
import { exampleEvidence, exampleSignature } from '../scan/example-evidence.ts';
import { eveAlert, eveLine } from './eve.ts';

const smtp = exampleSignature({ nmap: { scripts: ['smtp-commands'], since: '7.80', until: '7.98' } });
const dns = exampleSignature({
  id: 'dns-recursion',
  sid: 9_100_001,
  title: 'DNS query with id 0xdead',
  transports: ['udp'],
  attack: ['T1046', 'T1595.002', 'T9999'],
  nmap: { scripts: ['dns-recursion'], options: ['-sC'], since: '7.01' },
});
const alert = exampleAlert([
  exampleEvidence(smtp, 0),
  exampleEvidence(smtp, 1.5, { target: '10.0.0.10' }),
  exampleEvidence(dns, 2, { transport: 'udp', targetPort: 53, spoofable: true }),
]);

describe('an alert as a line of EVE', () => {
  it('is one line of ASCII with the keys in a fixed order', () => {
    const line = eveLine(alert);
    assert.match(line, /^[\x20-\x7e]+$/);
    assert.deepEqual(Object.keys(JSON.parse(line)), [
      'timestamp',
      'event_type',
      'src_ip',
      'src_port',
      'dest_ip',
      'dest_port',
      'proto',
      'community_id',
      'alert',
      'payload',
      'payload_printable',
      'trespass',
    ]);
    assert.equal(line, eveLine(alert));
  });

  it('has the JA4 of a TLS client where Suricata has it', () => {
    const fields = { 'tls.ja4': 't12i640300_e7b476f9520b_c54f48fd7c65' };
    const hello = eveAlert(exampleAlert([exampleEvidence(exampleSignature(), 0, { fields })]));
    assert.deepEqual(hello.tls, { ja4: 't12i640300_e7b476f9520b_c54f48fd7c65' });
    assert.equal('tls' in eveAlert(alert), false);
  });

  it('has what every reader of EVE expects', () => {
    const { timestamp, event_type, src_ip, src_port, dest_ip, dest_port, proto, community_id } = eveAlert(alert);
    assert.deepEqual(
      { timestamp, event_type, src_ip, src_port, dest_ip, dest_port, proto, community_id },
      {
        timestamp: '2026-11-22T12:00:00.000000+0000',
        event_type: 'alert',
        src_ip: '10.0.0.5',
        src_port: 40112,
        dest_ip: '10.0.0.9',
        dest_port: 25,
        proto: 'TCP',
        community_id: '1:wgvY7nbYQX5jJK4H+rLnnElSueA=',
      },
    );
  });

  it('names signature, severity and techniques; metadata are lists of strings', () => {
    assert.deepEqual(eveAlert(alert).alert, {
      action: 'allowed',
      gid: 1,
      signature_id: 9_100_301,
      rev: 1,
      signature: 'SMTP client introduces itself as nmap.scanme.org',
      category: 'Detection of a Network Scan',
      severity: 1,
      metadata: {
        confidence: ['High'],
        signature_severity: ['Critical'],
        mitre_tactic_id: ['TA0007', 'TA0043'],
        mitre_tactic_name: ['Discovery', 'Reconnaissance'],
        mitre_technique_id: ['T1046', 'T1595.002', 'T9999'],
        mitre_technique_name: ['Network Service Discovery', 'Vulnerability Scanning', 'T9999'],
      },
    });
  });

  it('tells the story of the scan', () => {
    const { scan, signatures, evidence, ...rest } = eveAlert(alert).trespass as Record<string, unknown>;
    assert.match(String(scan), /^[0-9a-f]{16}$/);
    assert.deepEqual(rest, {
      state: 'closed',
      severity: 'high',
      zone: 'internal-internal',
      title: 'Nmap scan: scripts from 10.0.0.5 against 2 hosts',
      authorised: false,
      first_seen: '2026-11-22T12:00:00.000000Z',
      last_seen: '2026-11-22T12:00:02.000000Z',
      evidence_count: 3,
      spoofable: false,
      targets: [
        { ip: '10.0.0.10', ports: ['25/tcp'] },
        { ip: '10.0.0.9', ports: ['25/tcp', '53/udp'] },
      ],
      nmap: {
        options: ['--script smtp-commands', '-sC'],
        scripts: ['dns-recursion', 'smtp-commands'],
        probes: [],
        one_of: [],
        versions: '7.80-7.98',
        or_else: [],
        because: {
          '--script smtp-commands': ['smtp-ehlo-scanme'],
          '-sC': ['dns-recursion'],
          'dns-recursion': ['dns-recursion'],
          'smtp-commands': ['smtp-ehlo-scanme'],
        },
      },
      omitted: { evidence: 0, targets: 0, ports: 0 },
    });
    assert.deepEqual(
      (signatures as { id: string; count: number }[]).map(({ id, count }) => `${id} ${count}`),
      ['dns-recursion 1', 'smtp-ehlo-scanme 2'],
    );
    assert.deepEqual((evidence as Record<string, unknown>[])[0], {
      signature: 'smtp-ehlo-scanme',
      timestamp: '2026-11-22T12:00:00.000000Z',
      src_ip: '10.0.0.5',
      src_port: 40112,
      dest_ip: '10.0.0.9',
      dest_port: 25,
      proto: 'TCP',
      bytes: '45484c4f206e6d61702e7363616e6d652e6f72670d0a',
      text: 'EHLO nmap.scanme.org\\r\\n',
      match: [5, 20],
      fields: { 'smtp.helo': 'nmap.scanme.org' },
    });
  });

  it('names the authorised scanner', () => {
    const scanner = { address: '10.0.0.5', owner: 'Blue team', reason: 'weekly', expires: '' };
    const eve = eveAlert(exampleAlert([exampleEvidence(smtp, 0)], { authorised: [scanner] }));
    const { severity, authorised, authorisation } = eve.trespass as Record<string, unknown>;
    assert.deepEqual(
      { severity, authorised, authorisation },
      { severity: 'info', authorised: true, authorisation: scanner },
    );
    assert.equal((eve.alert as { severity: number }).severity, 3);
  });

  it('gives ICMP no ports, and IPv6 its own name', () => {
    const icmp = { transport: 'icmp', source: 'fe80::1', target: 'fe80::2', sourcePort: 0, targetPort: 0 } as const;
    const eve = eveAlert(exampleAlert([exampleEvidence(smtp, 0, icmp)]));
    assert.equal(eve.proto, 'IPv6-ICMP');
    assert.equal('src_port' in eve || 'dest_port' in eve, false);
  });

  it('is ASCII and says every byte, whatever the bytes and field values', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'binary', maxLength: 50 }), (bytes, value) => {
        const line = eveLine(exampleAlert([exampleEvidence(smtp, 0, { bytes, fields: { 'smtp.helo': value } })]));
        assert.match(line, /^[\x20-\x7e]+$/);
        const [evidence] = JSON.parse(line).trespass.evidence;
        assert.deepEqual([...Buffer.from(evidence.bytes, 'hex')], [...bytes]);
        assert.equal(unescaped(evidence.text), Buffer.from(bytes).toString('latin1'));
      }),
    );
  });
});

function unescaped(text: string): string {
  const named: Record<string, string> = { r: '\r', n: '\n', t: '\t', '\\': '\\' };
  return text.replace(/\\(?:x([0-9a-f]{2})|(.))/g, (_, hex, name) =>
    hex ? String.fromCharCode(Number.parseInt(hex, 16)) : named[name]!,
  );
}
