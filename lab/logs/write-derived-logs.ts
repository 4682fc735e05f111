/**
 * `node dist/lab/logs/write-derived-logs.js [SURICATA [PART]]`: what others log of captures of the lab, into captures/logs/:
 * Zeek's logs as zeek-logs.ts writes them (needs Debian's tshark), and, if a folder with Debian and Suricata in it is named,
 * of real Suricata the EVE records without a rule, and the alerts of the exported rules (needs root). PART: only captures
 * whose name contains it.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { exportSuricata } from '../../src/rules/suricata.ts';
import { defaultSidBase } from '../../src/rules/suricata-sids.ts';
import { loadCatalogue } from '../../src/signature/load-catalogue.ts';
import { capturesFolder } from '../repository.ts';
import { derivedFrom } from './derived-logs.ts';
import { zeekLogs } from './zeek-logs.ts';

const [root, part = ''] = process.argv.slice(2);
const catalogue = loadCatalogue();
/** All that `import eve` reads. */
const records = [
  { http: { extended: 'yes', 'dump-all-headers': 'request' } },
  { tls: { extended: 'yes', custom: ['sni', 'version', 'ja3', 'ja4'] } },
  ...['ssh', 'dns', 'smtp', 'ftp', 'smb', 'rdp', 'sip', 'mqtt', 'pgsql'],
];
const rules = exportSuricata(catalogue, { version: 7, sidBase: defaultSidBase, grade: 'weak', window: 30 }).join('\n');
for (const name of derivedFrom.filter((one) => one.includes(part))) {
  const capture = join(capturesFolder, `${name}.pcap`);
  const folder = join(capturesFolder, 'logs/zeek', name.replace('/', '-'));
  rmSync(folder, { recursive: true, force: true });
  for (const [log, text] of zeekLogs(capture)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${log}.log`), text, 'latin1');
  }
  if (root !== undefined) {
    keep('eve', name, eveOf(root, capture, '', records));
    keep('eve-alerts', name, eveOf(root, capture, rules, [{ alert: { payload: 'yes', metadata: 'no' } }]));
  }
  console.log(name);
}
const tools = {
  zeek: `written by lab/logs/zeek-logs.ts from ${execFileSync('tshark', ['--version'], { encoding: 'utf8' }).split('\n')[0]}`,
  ...(root !== undefined && {
    eve: spawnSync('chroot', [root, 'suricata', '-V'], { encoding: 'utf8' }).stdout.trim(),
    'eve-alerts': 'the same, with the rules of: trespass signatures export suricata',
  }),
};
writeFileSync(join(capturesFolder, 'logs/derived.yaml'), stringify({ ...tools, of: derivedFrom }));

/** A capture of which Suricata has nothing to say has no file. */
function keep(kind: string, name: string, eve: string): void {
  const path = join(capturesFolder, 'logs', kind, `${name.replace('/', '-')}.json`);
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  if (eve !== '' || kind === 'eve') writeFileSync(path, eve, 'latin1');
}

/** What Suricata writes of a capture, with the distribution's configuration but for what it logs. */
function eveOf(root: string, capture: string, rules: string, types: readonly unknown[]): string {
  mkdirSync(join(root, 'tmp'), { recursive: true });
  const path = mkdtempSync(join(root, 'tmp/trespass-eve-'));
  const folder = path.slice(root.length);
  try {
    const settings = parse(readFileSync(join(root, 'etc/suricata/suricata.yaml'), 'utf8'), { version: '1.1' });
    settings.outputs = [{ 'eve-log': { enabled: 'yes', filetype: 'regular', filename: 'eve.json', types } }];
    settings.stats = { enabled: 'no' };
    const protocols = settings['app-layer'].protocols;
    protocols.tls['ja3-fingerprints'] = 'yes';
    for (const name of ['pgsql', 'mqtt', 'rdp']) protocols[name] = { ...protocols[name], enabled: 'yes' };
    writeFileSync(join(path, 'suricata.yaml'), `%YAML 1.1\n---\n${stringify(settings, { version: '1.1' })}`);
    writeFileSync(join(path, 'trespass.rules'), rules);
    copyFileSync(capture, join(path, 'in.pcap'));
    const options = [
      '-c',
      `${folder}/suricata.yaml`,
      '-S',
      `${folder}/trespass.rules`,
      '-l',
      folder,
      '-r',
      `${folder}/in.pcap`,
    ];
    spawnSync('chroot', [root, 'suricata', ...options, '-k', 'none', '--runmode', 'single'], { stdio: 'ignore' });
    return readFileSync(join(path, 'eve.json'), 'latin1');
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}
