/** What `lab/scenarios/*.yaml` say: which command is recorded against which servers, and what must be in the capture. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** A package of `lab/servers/`, or one of the lab's own responders with its options. */
const server = z.union([
  z.string(),
  z.looseObject({
    respond: z.string(),
    /** Ports as in `21,6000-6003`. */
    tcp: z.union([z.string(), z.int()]).optional(),
    udp: z.union([z.string(), z.int()]).optional(),
    tls: z.boolean().optional(),
  }),
]);

const latin1 = z.string().regex(/^[\0-\xff]*$/, 'only characters up to U+00FF: one character is one byte');

const probe = z.string().regex(/^(tcp|udp)\/[A-Za-z0-9_.-]+$/);

const expectation = z.strictObject({
  alert: z.boolean(),
  /** Ids of the catalogue that must be seen. */
  signatures: z.array(z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)+$/)).optional(),
});

const settings = {
  group: z.enum(['nmap', 'benign', 'other-scanner']),
  /** Where the command runs: a host of the same network, or one outside of it. */
  from: z.enum(['scanner', 'outside']),
  servers: z.array(server),
  /** Debian packages whose versions the record names; installed by the lab's setup. */
  tools: z.array(z.string()),
  expect: expectation,
  /** Seconds; the command must end by itself before. */
  timeout: z.number().positive(),
  /** `packaged`, `source` (the first of `--nmap-source`), or a version among those. */
  nmap: z.string().regex(/^(packaged|source|\d+\.\d+\w*)$/),
};

const entry = z.strictObject({
  group: settings.group.optional(),
  from: settings.from.optional(),
  servers: settings.servers.optional(),
  tools: settings.tools.optional(),
  expect: settings.expect.optional(),
  timeout: settings.timeout.optional(),
  /** The Nmap that runs it: Debian's package, or one built from its source (`--nmap-source`). */
  nmap: settings.nmap.optional(),
  /** Shell line, run in the namespace of `from`, in an empty directory that holds `files`. */
  command: z.string(),
  files: z.record(z.string(), z.string()).optional(),
  /** Lines of /etc/hosts for the command. */
  hosts: z.array(z.string()).optional(),
  /** Filter of tcpdump, where the capture would be too big otherwise. */
  filter: z.string().optional(),
  /** Keep only this many frames, where the capture would be too big otherwise. */
  frames: z.int().positive().optional(),
  /** Bytes that must stand in one frame of the capture; the lab refuses the capture else. */
  bytes: z.array(latin1).optional(),
  /** The same as regular expressions over one frame (`s` flag). */
  patterns: z.array(latin1).optional(),
  /** What in the capture is Nmap's, in words. */
  note: z.string().optional(),
  /** Scripts it covers, where that is not what the command's `--script` names. */
  scripts: z.array(z.string()).optional(),
  /** Service probes it covers, `udp/NTPRequest`; the lab looks their bytes up in the installed Nmap and in the capture. */
  probes: z.array(probe).optional(),
  /** Service probes that it covers, but says inside TLS: no bytes of theirs can be looked up; `output` tells that they were said. */
  'inside-tls': z.array(probe).optional(),
  /** Regular expressions, each over what the command printed. */
  output: z.array(z.string()).optional(),
});

const file = z.strictObject({
  /** What this file is about, for its reader. */
  about: z.string().optional(),
  /** Lists of servers that scenarios share by YAML anchors; not used otherwise. */
  servers: z.record(z.string(), settings.servers).optional(),
  defaults: z.strictObject(settings).partial(),
  scenarios: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]*$/), entry),
});

export type ServerChoice = z.infer<typeof server>;
export type Expectation = z.infer<typeof expectation>;

export interface Scenario
  extends Omit<
    z.infer<typeof entry>,
    'group' | 'from' | 'servers' | 'tools' | 'expect' | 'timeout' | 'scripts' | 'nmap'
  > {
  readonly name: string;
  readonly scripts: readonly string[];
  readonly group: 'nmap' | 'benign' | 'other-scanner';
  readonly from: 'scanner' | 'outside';
  readonly servers: readonly ServerChoice[];
  readonly tools: readonly string[];
  readonly expect: Expectation;
  readonly timeout: number;
  readonly nmap: string;
}

/** Reads one file's text; throws with the file's name and every fault. */
export function parseScenarios(text: string, name: string): Scenario[] {
  const read = file.safeParse(parse(text));
  if (!read.success) throw new Error(`${name}: ${z.prettifyError(read.error)}`);
  const { defaults, scenarios } = read.data;
  return Object.entries(scenarios).map(([scenario, own]) => {
    const group = own.group ?? defaults.group ?? 'nmap';
    return {
      ...own,
      scripts: own.scripts ?? (group === 'nmap' ? scriptsOf(own.command) : []),
      name: scenario,
      group,
      from: own.from ?? defaults.from ?? 'scanner',
      servers: own.servers ?? defaults.servers ?? [],
      tools: own.tools ?? defaults.tools ?? (group === 'nmap' ? ['nmap'] : []),
      expect: own.expect ?? defaults.expect ?? { alert: group === 'nmap' },
      timeout: own.timeout ?? defaults.timeout ?? 60,
      nmap: own.nmap ?? defaults.nmap ?? 'packaged',
    };
  });
}

/** Names after `--script`, without their leading plus. */
function scriptsOf(command: string): string[] {
  const names = /--script[= ]'?([+\w.,-]+)/.exec(command)?.[1] ?? '';
  return names.split(',').flatMap((name) => (name === '' ? [] : [name.replace(/^\+/, '')]));
}

/** All scenarios, in the order of files and of their place there. Throws if two in one group share a name. */
export function readScenarios(folder: string): Scenario[] {
  const scenarios = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((name) => parseScenarios(readFileSync(join(folder, name), 'utf8'), name));
  const seen = new Set<string>();
  for (const { group, name } of scenarios) {
    if (seen.has(`${group}/${name}`)) throw new Error(`two scenarios are called ${group}/${name}`);
    seen.add(`${group}/${name}`);
  }
  return scenarios;
}
