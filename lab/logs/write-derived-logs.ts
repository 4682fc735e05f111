/**
 * `node dist/lab/logs/write-derived-logs.js [SURICATA]`: what others log of captures of the lab, into captures/logs/: Zeek's
 * logs as zeek-logs.ts writes them (needs Debian's tshark), and, if a folder with Debian and Suricata in it is named, the
 * EVE records of real Suricata without a rule (needs root).
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { capturesFolder } from '../repository.ts';
import { derivedFrom } from './derived-logs.ts';
import { zeekLogs } from './zeek-logs.ts';

const [root] = process.argv.slice(2);
for (const name of derivedFrom) {
  const capture = join(capturesFolder, `${name}.pcap`);
  const folder = join(capturesFolder, 'logs/zeek', name.replace('/', '-'));
  rmSync(folder, { recursive: true, force: true });
  for (const [log, text] of zeekLogs(capture)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${log}.log`), text, 'latin1');
  }
  if (root !== undefined) {
    const eve = eveOf(root, capture);
    mkdirSync(join(capturesFolder, 'logs/eve'), { recursive: true });
    writeFileSync(join(capturesFolder, 'logs/eve', `${name.replace('/', '-')}.json`), eve, 'latin1');
  }
  console.log(name);
}
const tools = {
  zeek: `written by lab/logs/zeek-logs.ts from ${execFileSync('tshark', ['--version'], { encoding: 'utf8' }).split('\n')[0]}`,
  ...(root !== undefined && { eve: spawnSync('chroot', [root, 'suricata', '-V'], { encoding: 'utf8' }).stdout.trim() }),
};
writeFileSync(join(capturesFolder, 'logs/derived.yaml'), stringify({ ...tools, of: derivedFrom }));

/** The distribution's configuration, with the records that `import eve` reads and without a rule. */
function eveOf(root: string, capture: string): string {
  mkdirSync(join(root, 'tmp'), { recursive: true });
  const path = mkdtempSync(join(root, 'tmp/trespass-eve-'));
  const folder = path.slice(root.length);
  try {
    const settings = parse(readFileSync(join(root, 'etc/suricata/suricata.yaml'), 'utf8'), { version: '1.1' });
    const types = [
      { http: { extended: 'yes', 'dump-all-headers': 'request' } },
      { tls: { extended: 'yes', custom: ['sni', 'version', 'ja3', 'ja4'] } },
      ...['ssh', 'dns', 'smtp', 'ftp', 'smb', 'rdp', 'sip', 'mqtt', 'pgsql'],
    ];
    settings.outputs = [{ 'eve-log': { enabled: 'yes', filetype: 'regular', filename: 'eve.json', types } }];
    settings.stats = { enabled: 'no' };
    const protocols = settings['app-layer'].protocols;
    protocols.tls['ja3-fingerprints'] = 'yes';
    for (const name of ['pgsql', 'mqtt', 'rdp']) protocols[name] = { ...protocols[name], enabled: 'yes' };
    writeFileSync(join(path, 'suricata.yaml'), `%YAML 1.1\n---\n${stringify(settings, { version: '1.1' })}`);
    writeFileSync(join(path, 'none.rules'), '');
    copyFileSync(capture, join(path, 'in.pcap'));
    const options = [
      '-c',
      `${folder}/suricata.yaml`,
      '-S',
      `${folder}/none.rules`,
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
