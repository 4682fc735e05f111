/** From a real capture to the outputs: a weak signal, what raises it, and who is told. */

import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { main } from '../cli.ts';
import { exampleConsole } from './example-console.ts';
import { exitCode } from './exit-code.ts';

const folder = mkdtempSync(join(tmpdir(), 'trespass-incident-'));
after(() => rmSync(folder, { recursive: true }));

const capture = (name: string) => fileURLToPath(new URL(`../../../captures/nmap/${name}.pcap`, import.meta.url));

async function trespass(...argv: string[]) {
  const console = exampleConsole();
  const code = await main(argv, console);
  return { code, out: console.out(), err: console.err() };
}

async function lines(...argv: string[]) {
  const { code, out, err } = await trespass(...argv);
  assert.equal(code, exitCode.done, err);
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** Our only address is the target's: the scanner of the lab is then somebody on the Internet. */
const scanner = '10.77.0.2';
const outside = ['--internal', '10.77.0.10'];

describe('a scan from outside', () => {
  const store = join(folder, 'scans.db');
  const sent = join(folder, 'sent.json');
  const config = join(folder, 'trespass.yaml');
  writeFileSync(
    config,
    `store: { location: scans.db }\noutputs: [{ type: file, path: ${sent}, minimum-severity: medium }]\n`,
  );
  const told = () =>
    readFileSync(sent, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).trespass);

  it('is low, and no output carries it; the store does', async () => {
    const [alert] = await lines(
      'read',
      '--store',
      store,
      '--send',
      '--config',
      config,
      ...outside,
      capture('smtp-open-relay'),
    );
    assert.equal(alert.trespass.severity, 'low');
    assert.equal(alert.trespass.zone, 'external-internal');
    assert.deepEqual(told(), []);
    const [hunted] = await lines('hunt', scanner, '--store', store);
    assert.deepEqual(hunted, alert);
    assert.deepEqual(await lines('hunt', '192.0.2.1', '--store', store), []);
  });

  it('rises by an incident and is sent, with both sides in it', async () => {
    const when = '2026-11-24T12:00:00Z';
    const [added] = await lines(
      ...[
        'incident',
        'add',
        scanner,
        '--what',
        'webshell dropped',
        '--at',
        when,
        '--by',
        'ada',
        '--send',
        '--config',
        config,
      ],
    );
    assert.deepEqual([added.raised, added.state, added.horizon_days], [1, 'open', 30]);
    const [alert, ...others] = told();
    assert.deepEqual(others, []);
    assert.equal(alert.severity, 'high');
    assert.equal(alert.raised_from, 'low');
    assert.deepEqual(alert.incidents, [
      { id: 1, time: '2026-11-24T12:00:00.000000Z', what: 'webshell dropped', reporter: 'ada' },
    ]);
    assert.ok(alert.evidence.some(({ text }: { text: string }) => text.includes('EHLO nmap.scanme.org')));
  });

  it('by the same address is high at once from then on', async () => {
    const argv = [
      'read',
      '--store',
      store,
      '--send',
      '--config',
      config,
      '--live',
      ...outside,
      capture('ssh2-enum-algos'),
    ];
    const alerts = await lines(...argv);
    assert.deepEqual(
      alerts.map(({ trespass: { state, severity, raised_from } }) => [state, severity, raised_from]),
      [
        ['open', 'high', 'low'],
        ['closed', 'high', 'low'],
      ],
    );
    assert.equal(told().at(-1).severity, 'high');
  });

  it('is told to a person as a story', async () => {
    const { out } = await trespass('hunt', scanner, '--store', store, '--table');
    assert.match(out, /2 scans by it/);
    assert.match(out, /webshell dropped \(ada, number 1\)/);
    assert.match(out, /was low/);
    assert.match(out, /EHLO «nmap\.scanme\.org»/);
    assert.match(out, /10\.77\.0\.10 .*25\/tcp/);
    const { out: target } = await trespass('hunt', '10.77.0.10', '--store', store, '--table');
    assert.match(target, /2 scans of it/);
    assert.match((await trespass('hunt', '--script', 'smtp-open-relay', '--store', store, '--table')).out, /1 scan,/);
    assert.match(
      (await trespass('hunt', '192.0.2.1', '--store', store, '--table')).out,
      /Nothing is known of 192\.0\.2\.1/,
    );
  });

  it('is low again when the incident is closed', async () => {
    assert.equal((await trespass('incident', 'close', '1', '--config', config)).code, exitCode.done);
    const again = await trespass('incident', 'close', '1', '--config', config);
    assert.equal(again.code, exitCode.usage);
    assert.match(again.err, /no open incident 1/);
    const [incident] = await lines('incident', 'list', '--config', config);
    assert.equal(incident.state, 'closed');
  });
});

describe('what others report', () => {
  it('becomes incidents: alerts of priority 1, once each', async () => {
    const store = join(folder, 'followed.db');
    await lines('read', '--store', store, ...outside, capture('smtp-open-relay'));
    const eve = join(folder, 'eve.json');
    const alert = (severity: number, signature: string, more = {}) =>
      `${JSON.stringify({ timestamp: '2026-11-24T12:00:00.5+0000', event_type: 'alert', src_ip: scanner, dest_ip: '10.77.0.10', alert: { severity, signature }, ...more })}\n`;
    writeFileSync(eve, alert(3, 'ET SCAN Nmap') + alert(1, 'Webshell upload'));
    appendFileSync(eve, 'no JSON\n{"event_type":"flow"}\n[1,2]\n');
    appendFileSync(eve, alert(1, 'Webshell upload', { timestamp: '2026-11-24T12:00:09+0000' }));
    appendFileSync(
      eve,
      alert(1, 'Beacon', {
        src_ip: '10.77.0.10',
        alert: { severity: 1, signature: 'Beacon', source: { ip: '192.0.2.9' } },
      }),
    );
    const { code, err } = await trespass('incident', 'follow', '--no-wait', '--store', store, eve);
    assert.equal(code, exitCode.done);
    assert.match(err, /7 lines, 2 incidents \(1 known\), 1 scan rose to high; left out: 1 no JSON/);
    const incidents = await lines('incident', 'list', '--store', store);
    assert.deepEqual(incidents.map(({ address, what, reporter }) => [address, what, reporter]).sort(), [
      ['10.77.0.2', 'Webshell upload', 'suricata'],
      ['192.0.2.9', 'Beacon', 'suricata'],
    ]);
    assert.equal((await lines('hunt', scanner, '--store', store))[0].trespass.severity, 'high');
    assert.match(
      (await trespass('incident', 'follow', '--no-wait', '--store', store, eve)).err,
      /0 incidents \(3 known\)/,
    );
  });

  it('comes from any JSON lines, whose fields the configuration names', async () => {
    const config = join(folder, 'sources.yaml');
    writeFileSync(
      config,
      `store: { location: any.db }
incidents:
  sources:
    - file: edr.json
      format: json
      name: EDR
      address: [process.remote.ip, source.ip]
      time: at
      what: rule.name
      match: { level: [critical, 4] }
`,
    );
    const records = [
      { at: 1_764_000_000, level: 'critical', process: { remote: { ip: '192.0.2.7' } }, rule: { name: 'dropper' } },
      { at: 1_764_000_000_000, level: 4, 'source.ip': '2001:db8::7', 'rule.name': 'beacon\u001b[2J' },
      { at: 1_764_000_000, level: 'low', source: { ip: '192.0.2.8' } },
      { at: 'soon', level: 'critical', source: { ip: '192.0.2.8' } },
    ];
    writeFileSync(join(folder, 'edr.json'), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    assert.equal((await trespass('incident', 'follow', '--no-wait', '--config', config)).code, exitCode.done);
    const incidents = await lines('incident', 'list', '--config', config);
    assert.deepEqual(incidents.map(({ address, what, time }) => [address, what, time]).sort(), [
      ['192.0.2.7', 'dropper', '2025-11-24T16:00:00.000000Z'],
      ['2001:db8::7', 'beacon\\x1b[2J', '2025-11-24T16:00:00.000000Z'],
    ]);
  });
});

it('bad usage is told what would be right', async () => {
  const cases: [argv: string[], says: RegExp][] = [
    [['hunt'], /Name what to look for/],
    [['hunt', '10/8', '--store', 'x'], /there is no such file/],
    [['hunt', '192.0.2.7', '--since', 'soon'], /2026-11-22.*7d/],
    [['incident', 'add', 'example.org', '--what', 'x'], /is no address/],
    [['incident', 'add', '192.0.2.7'], /--what/],
    [['incident', 'close', 'one', '--store', 'x'], /no number of an incident/],
  ];
  for (const [argv, says] of cases) {
    const { code, err } = await trespass(...argv);
    assert.notEqual(code, exitCode.done, argv.join(' '));
    assert.match(err, says);
  }
});

describe('what is asked wrongly is bad usage', () => {
  const store = join(folder, 'wrong.db');
  const cases: [argv: string[], why: RegExp][] = [
    [['incident', 'add', '10.0.0.999', '--what', 'x'], /is no address/],
    [['incident', 'add', '192.0.2.7', '--what', ' '], /1 to 1024 characters/],
    [['incident', 'add', '192.0.2.7', '--what', 'x'.repeat(1025)], /1 to 1024 characters/],
    [['incident', 'add', '192.0.2.7', '--what', 'x', '--at', '2255-01-01'], /still to come/],
    [['incident', 'add', '192.0.2.7', '--what', 'x', '--at', '2026-02-30'], /Give a time/],
    [['incident', 'list', 'nobody'], /neither an address nor a CIDR range/],
    [['incident', 'close', '999'], /no open incident 999/],
    [['hunt', 'nobody'], /neither an address nor a CIDR range/],
    [['hunt', '--target', '10.0.0.0/99'], /neither an address nor a CIDR range/],
    [['hunt', '192.0.2.7', '--since', '2026-11-23', '--until', '2026-11-22'], /--since is later than --until/],
  ];
  for (const [argv, why] of cases) {
    it(argv.join(' ').slice(0, 60), async () => {
      await lines('incident', 'add', '192.0.2.7', '--what', 'first', '--store', store);
      const { code, out, err } = await trespass(...argv, '--store', store);
      assert.deepEqual([code, out], [exitCode.usage, '']);
      assert.match(err, why);
    });
  }
  it('--store nowhere://', async () => {
    assert.equal((await trespass('hunt', '192.0.2.7', '--store', 'nowhere://')).code, exitCode.usage);
  });
});

it('incident follow says what it left out', async () => {
  const file = join(folder, 'rubbish.json');
  const store = join(folder, 'rubbish.db');
  const alert = (address: string) =>
    JSON.stringify({
      event_type: 'alert',
      timestamp: '2026-11-24T12:00:00+0000',
      src_ip: address,
      alert: { severity: 1, signature: 'x' },
    });
  writeFileSync(file, `{bad\n${alert('192.0.2.7')}\n${alert('nobody')}\n${'x'.repeat(2_000_000)}\n`);
  const { code, err } = await trespass('incident', 'follow', '--no-wait', '--store', store, file);
  assert.equal(code, exitCode.done);
  assert.match(
    err,
    /3 lines, 1 incident \(0 known\), 0 scans rose to high; left out: 1 no JSON, 1 without an address or a time, 1 too long\n$/,
  );
});
