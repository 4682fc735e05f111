/** The programs that are compared, and how each is started. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { detectionCatalogue } from '../src/signature/catalogue-paths.ts';
import { loadDetectionCatalogue } from '../src/signature/load-catalogue.ts';
import { writePrepared } from '../src/signature/prepared-catalogue.ts';
import type { Measurement } from './measure.ts';

export interface Candidate {
  readonly name: string;
  readonly command: (capture: string) => readonly string[];
  /** Is its standard output looked at? Otherwise it goes to /dev/null. */
  readonly keepOutput: boolean;
  /** How many alerts the run gave; undefined for a program that gives none. */
  readonly alerts?: (measurement: Measurement) => number;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

export function trespass(name = 'trespass', installation = root): Candidate {
  const program = join(installation, 'bin', 'trespass.cjs');
  return {
    name,
    command: (capture) => [process.execPath, program, 'read', '--json', '--quiet', capture],
    keepOutput: true,
    alerts: ({ output }) => output.split('\n').length - 1,
  };
}

/** The same program, installed below `directory` with no more than the first `count` signatures of its catalogue. */
export function trespassWith(directory: string, count: number): Candidate {
  const installation = join(directory, `trespass-${count}`);
  const built = join(installation, 'dist');
  mkdirSync(built, { recursive: true });
  // The bundled command and what it loads.
  for (const name of readdirSync(join(root, 'dist'))) {
    if (name === 'command' || /\.(jsonl?|wasm)$/.test(name))
      cpSync(join(root, 'dist', name), join(built, name), { recursive: true });
  }
  for (const name of ['bin', 'package.json']) cpSync(join(root, name), join(installation, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(installation, 'node_modules'));
  const signatures = loadDetectionCatalogue();
  writePrepared(join(built, basename(detectionCatalogue)), signatures.slice(0, count));
  return trespass(`trespass, ${Math.min(count, signatures.length)} of ${signatures.length} signatures`, installation);
}

/** What reading the file costs anybody. */
export const cat: Candidate = { name: 'cat', command: (capture) => ['cat', capture], keepOutput: false };

/** Takes every packet, and looks into none. */
export const tcpdump: Candidate = {
  name: 'tcpdump',
  command: (capture) => ['tcpdump', '-r', capture, '-w', '/dev/null'],
  keepOutput: false,
};

/** One thread, alerts and no other output. Checksums are not verified: captures of a network card that does that hold wrong ones. */
export function suricata(directory: string, rules: string | undefined, configuration: string | undefined): Candidate {
  const alerts = join(directory, 'eve.json');
  const rulesFile = rules ?? join(directory, 'none.rules');
  if (rules === undefined) writeFileSync(rulesFile, '');
  const configurationFile = configuration ?? join(directory, 'suricata.yaml');
  if (configuration === undefined) writeFileSync(configurationFile, suricataConfiguration);
  return {
    name: 'suricata',
    command: (capture) => {
      rmSync(alerts, { force: true });
      mkdirSync(directory, { recursive: true });
      const options = ['--runmode', 'single', '-k', 'none', '-l', directory, '-S', rulesFile, '-c', configurationFile];
      return ['suricata', '-r', capture, ...options];
    },
    keepOutput: false,
    alerts: () => countAlerts(alerts),
  };
}

const suricataConfiguration = `%YAML 1.1
---
vars:
  address-groups:
    HOME_NET: "[192.168.0.0/16,10.0.0.0/8,172.16.0.0/12]"
    EXTERNAL_NET: "!$HOME_NET"
    HTTP_SERVERS: "$HOME_NET"
    SMTP_SERVERS: "$HOME_NET"
    SQL_SERVERS: "$HOME_NET"
    DNS_SERVERS: "$HOME_NET"
    TELNET_SERVERS: "$HOME_NET"
  port-groups:
    HTTP_PORTS: "80"
    SSH_PORTS: "22"
    FTP_PORTS: "21"
    SHELLCODE_PORTS: "!80"
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      types: [alert]
app-layer:
  protocols:
${['tls', 'http', 'ftp', 'ssh', 'smtp', 'smb', 'rdp', 'sip', 'mqtt', 'snmp', 'krb5', 'nfs', 'tftp', 'dhcp', 'ike']
  .map((name) => `    ${name}: { enabled: yes }\n`)
  .join('')}    dns:
      tcp: { enabled: yes, detection-ports: { dp: 53 } }
      udp: { enabled: yes, detection-ports: { dp: 53 } }
`;

function countAlerts(file: string): number {
  try {
    return readFileSync(file, 'utf8').split('"event_type":"alert"').length - 1;
  } catch {
    return 0;
  }
}

/** Is there such a program? */
export function isInstalled(program: string, ...version: string[]): boolean {
  return spawnSync(program, version, { stdio: 'ignore' }).error === undefined;
}
