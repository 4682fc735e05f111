import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { exampleAlert } from '../scan/example-alert.ts';
import { exampleEvidence, exampleSignature } from '../scan/example-evidence.ts';
import { alertTable } from './table.ts';

const signature = exampleSignature({ nmap: { scripts: ['smtp-commands'], since: '7.80', until: '7.98' } });
const plain = { columns: 80, colour: false };

describe('an alert as a table', () => {
  it('reads like this', () => {
    const alert = exampleAlert([exampleEvidence(signature, 0), exampleEvidence(signature, 2.5, { targetPort: 587 })]);
    assert.equal(
      alertTable(alert, plain),
      `┌──────────┬───────────────────────────────────────────────────────────────────┐
│ HIGH     │ Nmap scan: script smtp-commands from 10.0.0.5 against 10.0.0.9    │
├──────────┼───────────────────────────────────────────────────────────────────┤
│ when     │ 2026-11-22 12:00:00 to 12:00:02 UTC (2.5 s)                       │
│ from     │ 10.0.0.5 (internal)                                               │
│ against  │ 10.0.0.9 (internal): 25/tcp, 587/tcp                              │
│ options  │ --script smtp-commands                                            │
│ scripts  │ smtp-commands                                                     │
│ version  │ 7.80-7.98                                                         │
│ evidence │ 12:00:00 SMTP client introduces itself as nmap.scanme.org         │
│          │ (definitive, 2 times) to 10.0.0.9 25/tcp                          │
│          │ EHLO «nmap.scanme.org»\\r\\n                                        │
└──────────┴───────────────────────────────────────────────────────────────────┘
`,
    );
  });

  it('says when the source may be forged and when it is authorised', () => {
    const authorised = [{ address: '10.0.0.5', owner: 'Blue team', reason: 'weekly', expires: '2026-12-31' }];
    const table = alertTable(exampleAlert([exampleEvidence(signature, 0, { spoofable: true })], { authorised }), {
      columns: 140,
      colour: false,
    });
    assert.match(table, /INFO/);
    assert.match(table, /the address may be forged/);
    assert.match(table, /authorised: Blue team, weekly, until 2026-12-31/);
  });

  it('says what else was reported of the source', () => {
    const alert = exampleAlert([exampleEvidence(signature, 0, { source: '192.0.2.7' })]);
    const incidents = [{ id: 1, time: 0, what: 'web\u001bshell', reporter: 'EDR' }];
    const table = alertTable({ ...alert, severity: 'high', raisedFrom: 'low', incidents }, plain);
    assert.match(table, /│ HIGH /);
    assert.match(table, /│ incident │ 1970-01-01 00:00 web\\x1bshell \(EDR\) /);
    assert.match(table, /without it, the scan would be low/);
  });

  it('shows long evidence around its match', () => {
    const bytes = Buffer.from(`${'a'.repeat(100)}NMAP${'b'.repeat(100)}`);
    const table = alertTable(
      exampleAlert([exampleEvidence(signature, 0, { bytes, matchStart: 100, matchEnd: 104 })]),
      plain,
    );
    assert.match(table, new RegExp(`…${'a'.repeat(32)}«NMAP»b`));
    assert.match(table, /b… /);
  });

  it('names the TLS clients by their JA4, each once', () => {
    const fields = { 'tls.ja4': 't12i640300_e7b476f9520b_c54f48fd7c65' };
    const hellos = [
      exampleEvidence(signature, 0, { fields }),
      exampleEvidence({ ...signature, id: 'b' }, 1, { fields }),
    ];
    assert.equal(
      alertTable(exampleAlert(hellos), plain).match(/JA4 +│ t12i640300_e7b476f9520b_c54f48fd7c65 /g)?.length,
      1,
    );
  });

  it('shows a packet that says nothing by its header', () => {
    const fields = { 'packet.tcp_flags': '0x2b', 'packet.window': '256' };
    const table = alertTable(exampleAlert([exampleEvidence(signature, 0, { fields })]), plain);
    assert.match(table, /│ tcp_flags 0x2b, window 256 /);
    assert.doesNotMatch(table, /EHLO/);
  });

  it('is as wide as asked, but not narrower than 60', () => {
    const alert = exampleAlert([exampleEvidence(signature, 0)]);
    for (const [asked, got] of [
      [132, 132],
      [80, 80],
      [10, 60],
    ] as const) {
      for (const line of alertTable(alert, { columns: asked, colour: true }).trimEnd().split('\n')) {
        assert.equal(stripVTControlCharacters(line).length, got);
      }
    }
  });

  // Terminal escapes from the wire could rewrite what an analyst reads.
  const anything = fc.record({
    bytes: fc.uint8Array({ maxLength: 256 }),
    matchStart: fc.integer({ min: -5, max: 300 }),
    matchEnd: fc.integer({ min: -5, max: 300 }),
    value: fc.string({ unit: 'binary' }),
  });

  it('holds no control character, whatever the bytes', () => {
    fc.assert(
      fc.property(anything, ({ value, ...given }) => {
        const alert = exampleAlert([exampleEvidence(signature, 0, { ...given, fields: { 'smtp.helo': value } })]);
        assert.match(alertTable(alert, plain), /^[\x20-\x7e\n─│┌┐└┘├┤┬┴┼«»…]+$/);
      }),
    );
  });

  it('holds no control sequence but the colours, whatever the bytes', () => {
    fc.assert(
      fc.property(anything, ({ value, ...given }) => {
        const alert = exampleAlert([exampleEvidence(signature, 0, { ...given, fields: { 'smtp.helo': value } })]);
        const table = alertTable(alert, { columns: 80, colour: true });
        assert.match(table.replace(/\x1b\[[0-9;]*m/g, ''), /^[\x20-\x7e\n─│┌┐└┘├┤┬┴┼…]+$/);
      }),
    );
  });
});
