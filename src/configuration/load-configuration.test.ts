import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { settingNames } from './check-configuration.ts';
import { ConfigurationError } from './configuration-error.ts';
import { loadConfiguration, parseConfiguration } from './load-configuration.ts';
import { defaultSettings } from './settings.ts';

function faultsOf(text: string): string[] {
  try {
    parseConfiguration(text, 'trespass.yaml');
  } catch (error) {
    assert.ok(error instanceof ConfigurationError, String(error));
    return error.message.split('\n');
  }
  return [];
}

describe('a configuration file', () => {
  it('may say nothing at all', () => {
    for (const text of ['', '# only a comment\n', 'scan:\noutput:\n', '{}']) {
      assert.deepEqual(parseConfiguration(text, 'trespass.yaml'), defaultSettings);
    }
  });

  it('changes what it names', () => {
    const settings = parseConfiguration(
      `networks: { internal: [192.0.2.0/24, "2001:db8::/32"] }
authorised-scanners: [{ address: 192.0.2.7, owner: Blue team, expires: 2027-03-31 }]
scan: { window: 2.5 }
signatures: [own, /etc/trespass/signatures]
output: { minimum-severity: medium, open-scans: true }
limits: { memory: 1 }
`,
      '/srv/trespass.yaml',
    );
    assert.deepEqual(settings, {
      scan: {
        internal: ['192.0.2.0/24', '2001:db8::/32'],
        authorised: [{ address: '192.0.2.7', owner: 'Blue team', reason: '', expires: '2027-03-31' }],
        windowSeconds: 2.5,
        limits: { ...defaultSettings.scan.limits, memory: 1_048_576 },
      },
      signatures: ['/srv/own', '/etc/trespass/signatures'],
      output: { format: 'auto', minimumSeverity: 'medium', openScans: true },
      outputs: [],
      store: defaultSettings.store,
      incidents: defaultSettings.incidents,
      watch: defaultSettings.watch,
      serve: defaultSettings.serve,
    });
  });

  it('hears of all its faults at once, each with its place and what would be right', () => {
    const faults = faultsOf(`networks:
  internal: [10.0.0.0/8, 10/8]
  internel: x
scan:
  window: soon
authorised-scanners:
  - adress: 10.0.0.5
    expires: 2027-02-31
  - 10.0.0.6
output:
  minimum-severity:
limits:
  sources: -4
signatures: own/
colour: no
`);
    const range = 'an address or a range, as 10.0.0.0/8, 192.0.2.7 or "fd00::/8"';
    assert.deepEqual(faults, [
      `trespass.yaml:2:26: networks.internal[2] “10/8” is not right; give ${range}`,
      'trespass.yaml:3:3: networks.internel: there is no such setting; did you mean internal?',
      'trespass.yaml:5:11: scan.window “soon” is not right; give seconds, more than 0 and at most 86400 (30 if you leave it out)',
      `trespass.yaml:7:5: authorised-scanners[1].address is missing; give ${range}`,
      'trespass.yaml:7:5: authorised-scanners[1].adress: there is no such setting; did you mean address?',
      'trespass.yaml:8:14: authorised-scanners[1].expires “2027-02-31” is not right; give the last day on which it holds, as 2027-03-31',
      'trespass.yaml:9:5: authorised-scanners[2] “10.0.0.6” is not right; give a scanner with an address: `address: 10.0.0.5`',
      'trespass.yaml:11:20: output.minimum-severity is empty; give info, low, medium or high',
      'trespass.yaml:13:12: limits.sources “-4” is not right; give a whole number from 1 to 10000000 (65536 if you leave it out)',
      'trespass.yaml:14:13: signatures “own/” is not right; give a list of folders, as [signatures/]',
      'trespass.yaml:15:1: colour: there is no such setting; known here: networks, authorised-scanners, scan, signatures, output, outputs, store, incidents, watch, serve, limits',
    ]);
  });

  it('repeats no more of a wrong value than tells which it is', () => {
    const [fault] = faultsOf('x'.repeat(10_000));
    assert.match(fault ?? '', /^trespass\.yaml:1:1: the file “x{60}…” is not right; give settings/);
  });

  it('nor of a key, nor of what is no YAML', () => {
    assert.match(faultsOf(`${'k'.repeat(1000)}: 1`)[0] ?? '', /^trespass\.yaml:1:1: k{60}…: there is no such setting/);
    const faults = faultsOf(`a: 1\n}${'d'.repeat(10_000)}`);
    assert.match(
      faults[1] ?? '',
      /^trespass\.yaml:2:2: not YAML: Unexpected scalar token in YAML stream: "d{100,200}…$/,
    );
  });

  it('says what is watched', () => {
    const text =
      'watch: { interfaces: [eth0, span1], filter: not port 9100, workers: 2, ring: 128, metrics: 9477, keep-packets: kept }';
    assert.deepEqual(parseConfiguration(text, '/srv/trespass.yaml').watch, {
      interfaces: ['eth0', 'span1'],
      filter: 'not port 9100',
      workers: 2,
      ringSize: 128 * 2 ** 20,
      promiscuous: true,
      user: '',
      metrics: '9477',
      keepPackets: '/srv/kept',
    });
    assert.match(
      faultsOf('watch: { workers: 0 }')[0]!,
      /watch\.workers “0” is not right; give a whole number from 1 to 64/,
    );
  });

  it('says where the page is served', () => {
    const text = `serve:
  listen: 0.0.0.0:8443
  certificate-file: tls/chain.pem
  key-file: /etc/ssl/private/key.pem
  host-names: [trespass.example.org]
  packets: packets
`;
    assert.deepEqual(parseConfiguration(text, '/srv/trespass.yaml').serve, {
      listen: '0.0.0.0:8443',
      certificate: '/srv/tls/chain.pem',
      key: '/etc/ssl/private/key.pem',
      insecure: false,
      hostNames: ['trespass.example.org'],
      packets: '/srv/packets',
    });
    assert.equal(parseConfiguration('serve: { listen: 8080 }', 'x').serve.listen, '8080');
    assert.deepEqual(faultsOf('serve:\n  listen: here\n  host-names: [a:1]\n  insecure: maybe\n'), [
      'trespass.yaml:2:11: serve.listen “here” is not right; give a port, as 7717, or address and port, as "127.0.0.1:7717"',
      'trespass.yaml:3:16: serve.host-names[1] “a:1” is not right; give a name, as trespass.example.org, without a port',
      'trespass.yaml:4:13: serve.insecure “maybe” is not right; give true or false',
    ]);
    assert.match(faultsOf('serve: { key-file: k }')[0]!, /give both certificate-file and key-file, or neither/);
  });

  it('says what is remembered, and which files tell of incidents', () => {
    const { store, incidents } = parseConfiguration(
      `store: { location: scans.db, sensor: dmz, keep-days: { low: 30 }, maximum-size: 1 }
incidents:
  horizon: 7
  sources:
    - file: eve.json
      match: { alert.severity: [1, 2] }
    - { file: /var/log/edr.json, format: json, name: EDR, address: host.ip, what: rule.name }
`,
      '/srv/trespass.yaml',
    );
    assert.deepEqual(store, {
      location: '/srv/scans.db',
      sensor: 'dmz',
      spool: 'trespass-spool.db',
      days: { info: 90, low: 30, medium: 365, high: 0 },
      size: 1_048_576,
    });
    assert.equal(incidents.horizonDays, 7);
    assert.deepEqual(incidents.sources, [
      {
        file: '/srv/eve.json',
        name: 'suricata',
        address: ['alert.source.ip', 'src_ip'],
        time: 'timestamp',
        what: 'alert.signature',
        match: { event_type: ['alert'], 'alert.severity': ['1', '2'] },
      },
      { file: '/var/log/edr.json', name: 'EDR', address: ['host.ip'], time: 'timestamp', what: 'rule.name', match: {} },
    ]);
    const { location } = parseConfiguration(
      'store: { location: postgres://trespass@db/trespass }',
      '/srv/x.yaml',
    ).store;
    assert.equal(location, 'postgres://trespass@db/trespass');
  });

  it('names outputs, whose defaults depend on their type', () => {
    const { outputs } = parseConfiguration(
      `outputs:
  - { type: stdout, format: ocsf }
  - { type: file, path: alerts.json, minimum-severity: low, states: [closed], queue-size: 1 }
  - { type: syslog, host: siem.example.com }
  - { type: syslog, host: "2001:db8::5", transport: tls, ca-file: ca.pem, spool: /var/spool/trespass, name: siem }
  - { type: webhook, url: "https://alerts.example.com/x", secret-file: key, authorization-environment: TOKEN }
`,
      '/srv/trespass.yaml',
    );
    const common = { format: 'eve', minimumSeverity: 'medium', states: ['open', 'closed'], queueSize: 16 << 20 };
    const none = { authorities: '', certificate: '', key: '' };
    const syslog = { ...common, type: 'syslog', facility: 'local0', maximumSize: 8192 };
    assert.deepEqual(outputs, [
      { ...common, type: 'stdout', name: 'stdout', format: 'ocsf' },
      {
        ...common,
        type: 'file',
        name: 'file',
        path: '/srv/alerts.json',
        minimumSeverity: 'low',
        states: ['closed'],
        queueSize: 1 << 20,
      },
      {
        ...syslog,
        name: 'syslog',
        transport: 'udp',
        host: 'siem.example.com',
        port: 514,
        certificates: none,
        spool: '',
      },
      {
        ...syslog,
        name: 'siem',
        transport: 'tls',
        host: '2001:db8::5',
        port: 6514,
        certificates: { ...none, authorities: '/srv/ca.pem' },
        spool: '/var/spool/trespass',
      },
      {
        ...common,
        type: 'webhook',
        name: 'webhook',
        url: 'https://alerts.example.com/x',
        secret: { file: '/srv/key' },
        authorization: { environment: 'TOKEN' },
        certificates: none,
        spool: '',
      },
    ]);
  });

  it('gives outputs of one type different names', () => {
    const { outputs } = parseConfiguration(
      'outputs: [{ type: stdout }, { type: stdout }, { type: stdout, name: stdout }]',
      'x',
    );
    assert.deepEqual(
      outputs.map(({ name }) => name),
      ['stdout-2', 'stdout-3', 'stdout'],
    );
  });

  it('hears of all faults of an output at once, and no message repeats an address', () => {
    const faults = faultsOf(`outputs:
  - type: file
    spool: x
    minimum-severity: info
  - type: syslog
    transport: tcp
    port: 70000
    key-file: k
  - type: webhook
    url: http://token:hunter2@alerts.example.com/
    secret-file: a
    secret-environment: B
    secret: hunter2
  - type: pigeon
    path: x
  - { type: stdout, name: a }
  - { type: stdout, name: a }
`);
    assert.deepEqual(faults, [
      'trespass.yaml:2:3: outputs is not right; give each output a name of its own',
      'trespass.yaml:2:5: outputs[1].path is missing; give the path of the file to append to',
      'trespass.yaml:3:12: outputs[1].spool “x” is not right; give it only to outputs of type syslog or webhook',
      'trespass.yaml:4:23: outputs[1].minimum-severity “info” is not right; give low, medium or high',
      'trespass.yaml:5:5: outputs[2].host is missing; give the name or the address of the receiver, without a port',
      'trespass.yaml:5:5: outputs[2].certificate-file is missing; give both certificate-file and key-file, or neither',
      'trespass.yaml:7:11: outputs[2].port “70000” is not right; give a port, from 1 to 65535 (514, for tls 6514, if you leave it out)',
      'trespass.yaml:8:15: outputs[2].key-file “k” is not right; give it to syslog only with `transport: tls`',
      'trespass.yaml:10:10: outputs[3].url is not right; give an address that begins with https:// (http:// only for this host itself), without user and password',
      'trespass.yaml:12:25: outputs[3].secret-environment “B” is not right; give either secret-file or secret-environment, not both',
      'trespass.yaml:13:5: outputs[3].secret: there is no such setting; known here: name, type, format, minimum-severity, states, queue-size, path, host, port, transport, facility, maximum-size, url, secret-file, secret-environment, authorization-file, authorization-environment, ca-file, certificate-file, key-file, spool',
      'trespass.yaml:14:11: outputs[4].type “pigeon” is not right; give stdout, file, syslog or webhook',
    ]);
  });

  it('that is no YAML, or no mapping, is told so', () => {
    assert.match(faultsOf('scan:\n  window: [\n')[0]!, /^trespass\.yaml:\d+:\d+: not YAML: /);
    assert.match(faultsOf('- scan\n')[0]!, /^trespass\.yaml:1:1: the file is not right; give settings/);
    assert.match(faultsOf('scan: { window: 1 }\nscan: { window: 2 }\n')[0]!, /^trespass\.yaml:2:1: not YAML: .*unique/);
  });

  it('that swells by aliases is refused', () => {
    const swelling = `a: &a [x, x, x, x, x, x, x, x, x]\n${['b', 'c', 'd', 'e', 'f', 'g']
      .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdef'[index]}`).join(', ')}]\n`)
      .join('')}`;
    assert.match(faultsOf(swelling)[0]!, /not YAML: .*alias/i);
  });

  it('that cannot be read is a fault of usage', () => {
    assert.throws(() => loadConfiguration('no/such/file.yaml'), /^.*no\/such\/file.yaml: there is no such file/);
  });

  it('never fails in any other way', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void faultsOf(text)));
    const value = fc.jsonValue();
    const names = [
      'networks',
      'authorised-scanners',
      'scan',
      'output',
      'limits',
      'internal',
      'address',
      'window',
      'format',
    ];
    const nested = fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(value, fc.dictionary(fc.constantFrom(...names), value)),
    );
    fc.assert(fc.property(nested, (settings) => void faultsOf(JSON.stringify(settings))));
  });
});

describe('the documentation', () => {
  const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

  it('has an example file that is right and says the defaults', () => {
    const settings = loadConfiguration(root('examples/trespass.yaml'));
    assert.deepEqual(settings.output, defaultSettings.output);
    assert.deepEqual(settings.watch, defaultSettings.watch);
    assert.deepEqual(settings.serve, defaultSettings.serve);
    assert.deepEqual(settings.scan.limits, defaultSettings.scan.limits);
    assert.deepEqual(settings.scan.internal, [...defaultSettings.scan.internal, '192.0.2.0/24']);
    assert.equal(settings.scan.authorised.length, 2);
  });

  it('explains every setting, and none that does not exist', () => {
    const page = readFileSync(root('docs/configuration.md'), 'utf8');
    const explained = [...page.matchAll(/^\| `([a-z.-]+)` \|/gm)].map(([, name]) => name!);
    assert.deepEqual(explained, settingNames());
  });
});
