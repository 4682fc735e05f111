/** Real Suricata, in the folder that `setup.sh` made: does it load a rule file, and what does it find in a capture? */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

export interface SuricataAlert {
  readonly sourceIp: string;
  readonly targetIp: string;
  readonly sid: number;
  readonly vlan: readonly number[];
  /** Of the capture file, if a folder was read. */
  readonly file: string;
}

export interface SuricataRun {
  readonly alerts: readonly SuricataAlert[];
  /** What it said on standard error: warnings and errors only. */
  readonly complaints: readonly string[];
  readonly seconds: number;
}

/** Our own default of what is internal; Suricata's has no IPv6. */
const homeNetwork = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fe80::/10'];

const configuration = '/etc/suricata/suricata.yaml';

export class Suricata {
  readonly #root: string;

  /** `root`: a folder with Debian and Suricata in it. */
  constructor(root: string) {
    this.#root = root;
  }

  static at(root: string | undefined): Suricata | undefined {
    if (root === undefined || root === '' || process.getuid?.() !== 0) return undefined;
    return existsSync(join(root, 'usr/bin/suricata')) ? new Suricata(root) : undefined;
  }

  /** `7.0.10` */
  version(): string {
    const said = spawnSync('chroot', [this.#root, 'suricata', '-V'], { encoding: 'utf8' }).stdout;
    return /version (\d+\.\d+\.\d+)/.exec(said)?.[1] ?? '';
  }

  /** Loads the rules and ends: its complaints. */
  check(rules: string): string[] {
    return this.#within((folder, path) => {
      writeFileSync(join(path, 'trespass.rules'), rules);
      const options = ['-T', '-c', configuration, '-S', `${folder}/trespass.rules`, '-l', folder];
      return complaintsOf(this.#run(options).stderr);
    });
  }

  /** Reads a capture (bytes of a pcap file) with the rules, on one thread and without looking at checksums. */
  read(rules: string, capture: Uint8Array): SuricataRun {
    return this.#within((folder, path) => {
      writeFileSync(join(path, 'trespass.rules'), rules);
      writeFileSync(join(path, 'in.pcap'), capture);
      writeFileSync(join(path, 'suricata.yaml'), this.#alertsOnly());
      const start = performance.now();
      const options = ['-c', `${folder}/suricata.yaml`, '-S', `${folder}/trespass.rules`, '-l', folder];
      const { stderr } = this.#run([...options, '-r', `${folder}/in.pcap`, '-k', 'none', '--runmode', 'single']);
      const seconds = (performance.now() - start) / 1000;
      const eve = join(path, 'eve.json');
      const lines = existsSync(eve) ? readFileSync(eve, 'utf8').split('\n') : [];
      const alerts = lines.filter((line) => line !== '').map(alertOf);
      return { alerts, complaints: complaintsOf(stderr), seconds };
    });
  }

  /** The distribution's configuration, but for its outputs. */
  #alertsOnly(): string {
    const settings = parse(readFileSync(join(this.#root, configuration), 'utf8'), { version: '1.1' });
    settings.outputs = [{ 'eve-log': { enabled: 'yes', filetype: 'regular', filename: 'eve.json', types: ['alert'] } }];
    settings.stats = { enabled: 'no' };
    settings.vars['address-groups'].HOME_NET = `[${homeNetwork.join(',')}]`;
    return `%YAML 1.1\n---\n${stringify(settings, { version: '1.1' })}`;
  }

  #run(options: readonly string[]): { stdout: string; stderr: string } {
    return spawnSync('chroot', [this.#root, 'suricata', ...options], { encoding: 'utf8', maxBuffer: 1 << 28 });
  }

  /** Gives a folder, as it is called inside and outside, that is gone afterwards. */
  #within<T>(work: (folder: string, path: string) => T): T {
    mkdirSync(join(this.#root, 'tmp'), { recursive: true });
    const path = mkdtempSync(join(this.#root, 'tmp/trespass-'));
    try {
      return work(path.slice(this.#root.length), path);
    } finally {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

interface EveAlert {
  readonly src_ip: string;
  readonly dest_ip: string;
  readonly vlan?: readonly number[];
  readonly pcap_filename?: string;
  readonly alert: { readonly signature_id: number };
}

function alertOf(line: string): SuricataAlert {
  const { src_ip, dest_ip, vlan, pcap_filename, alert } = JSON.parse(line) as EveAlert;
  return { sourceIp: src_ip, targetIp: dest_ip, sid: alert.signature_id, vlan: vlan ?? [], file: pcap_filename ?? '' };
}

/** `W: detect: ...` since version 7, `<Warning> - ...` before. */
function complaintsOf(said: string): string[] {
  return said.split('\n').filter((line) => /^[WE]: |<(?:Warning|Error)>|\[ERRCODE/.test(line));
}
