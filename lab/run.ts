/** `npm run lab`: records the captures of `lab/scenarios/` anew. Needs root and Debian. */

import { cpSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { Command } from 'commander';
import { numberOption } from '../src/commands/number-option.ts';
import { closeNetwork, openNetwork, removeStaleHosts } from './network.ts';
import { type BuiltNmap, builtNmap, chooseBuilt, type NmapBuild, packagedNmap } from './nmap-build.ts';
import { record, refreshRecord, ScenarioFault } from './record.ts';
import { capturesFolder, scenariosFolder } from './repository.ts';
import { readScenarios, type Scenario } from './scenario.ts';
import { readServers } from './server.ts';
import { install, unpack } from './setup.ts';

const command = new Command('lab')
  .description('Records real Nmap, real clients and other scanners against real servers, one capture a command.')
  .option('--only <pattern...>', 'only scenarios whose group/name contains this (several: any of them)')
  .option('--list', 'list the scenarios and record nothing')
  .option('--records', 'record nothing; write what the scenarios say into the records of the captures that are there')
  .option('--output <folder>', 'where captures and records go', capturesFolder)
  .option(
    '--nmap-source <folder...>',
    "checkouts of Nmap's source, built: for scenarios of another Nmap than the package's",
  )
  .option('--source-for-all', 'run every scenario with the first of these (into another --output)')
  .addOption(numberOption('--jobs <number>', 'scenarios at the same time, each in its own network', 1, 64).default(2))
  .option('--keep', 'keep the folders of scenarios that failed, with capture and logs')
  .option('--no-install', 'install no packages')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse();
const options = command.opts<{
  only?: string[];
  list?: true;
  records?: true;
  keep?: true;
  nmapSource?: string[];
  sourceForAll?: true;
  output: string;
  jobs: number;
  install: boolean;
}>();

const all = readScenarios(scenariosFolder);
const fits = ({ group, name }: Scenario, pattern: string) => `${group}/${name}`.includes(pattern);
const scenarios = all.filter((scenario) => options.only?.some((pattern) => fits(scenario, pattern)) ?? true);
const fitNothing = (options.only ?? []).filter((pattern) => !all.some((scenario) => fits(scenario, pattern)));

if (fitNothing.length > 0) {
  console.error(`no scenario's name contains “${fitNothing.join('”, “')}”: --list tells them all`);
  process.exitCode = 2;
} else if (options.list) {
  for (const { group, name, command } of scenarios) console.log(`${group}/${name}\t${command.trim()}`);
} else if (options.records) {
  for (const scenario of scenarios) {
    try {
      refreshRecord(scenario, options.output);
    } catch (fault) {
      if (!(fault instanceof ScenarioFault)) throw fault;
      console.error(`${scenario.group}/${scenario.name}: ${fault.message}`);
      process.exitCode = 1;
    }
  }
} else if (process.getuid?.() !== 0) {
  console.error('the lab needs root: it makes network namespaces');
  process.exitCode = 2;
} else {
  const built = builtVersions();
  process.exitCode = built === undefined ? 2 : (await recordAll(scenarios, built)) ? 0 : 1;
}

/** Those of `--nmap-source`; undefined, and the reason is told, if one of them cannot run. */
function builtVersions(): BuiltNmap[] | undefined {
  try {
    const built = (options.nmapSource ?? []).map((folder) => builtNmap(resolve(folder)));
    if (options.sourceForAll && built.length === 0) throw new Error('--source-for-all needs --nmap-source');
    return built;
  } catch (fault) {
    console.error(fault instanceof Error ? fault.message : String(fault));
    return undefined;
  }
}

async function recordAll(wanted: readonly Scenario[], built: readonly BuiltNmap[]): Promise<boolean> {
  const chosen = wanted.filter(({ nmap }) => nmap === 'packaged' || chooseBuilt(nmap, built) !== undefined);
  if (chosen.length < wanted.length) {
    const left = wanted.filter((one) => !chosen.includes(one)).map(({ group, name }) => `${group}/${name}`);
    console.error(`left out, for they need another Nmap (--nmap-source): ${left.join(', ')}`);
  }
  const servers = readServers();
  removeStaleHosts();
  if (options.install) {
    const needed = chosen.flatMap(({ servers: choices, tools }) => [
      ...choices.flatMap((choice) => (typeof choice === 'string' ? (servers.get(choice)?.packages ?? []) : [])),
      ...tools,
    ]);
    const unpacked = chosen.flatMap(({ servers: choices }) =>
      choices.flatMap((choice) => (typeof choice === 'string' ? (servers.get(choice)?.unpacked ?? []) : [])),
    );
    for (const name of [...install(needed), ...unpack(unpacked)]) console.error(`could not install ${name}`);
  }
  const packaged = packagedNmap();
  const nmapOf = ({ nmap }: Scenario): NmapBuild =>
    chooseBuilt(options.sourceForAll ? 'source' : nmap, built) ?? packaged;
  const folder = mkdtempSync(join(tmpdir(), 'trespass-lab-'));
  const lanes = Array.from({ length: Math.min(options.jobs, chosen.length) }, (_, lane) => lane);
  const waiting = [...chosen];
  const failed: string[] = [];
  const cleanUp = () => {
    for (const lane of lanes) closeNetwork(lane);
    rmSync(folder, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      cleanUp();
      process.exit(130);
    });
  }
  try {
    await Promise.all(
      lanes.map(async (lane) => {
        for (let scenario = waiting.shift(); scenario !== undefined; scenario = waiting.shift()) {
          const name = `${scenario.group}/${scenario.name}`;
          const room = join(folder, `${scenario.group}-${scenario.name}`);
          mkdirSync(room);
          // A network of its own: a server may change routes, rules of the firewall and settings of the kernel in it.
          const network = openNetwork(lane);
          const began = Date.now();
          try {
            const { size } = await record(scenario, servers, nmapOf(scenario), network, room, options.output);
            console.log(`${name}: ${size} bytes, ${((Date.now() - began) / 1000).toFixed(1)} s`);
          } catch (fault) {
            failed.push(name);
            if (options.keep) keepForLater(room);
            console.error(`${name}: FAILED: ${fault instanceof Error ? fault.message : String(fault)}`);
          }
          closeNetwork(lane);
          rmSync(room, { recursive: true, force: true });
        }
      }),
    );
  } finally {
    cleanUp();
  }
  console.log(`${chosen.length - failed.length} of ${chosen.length} scenarios recorded`);
  for (const name of failed) console.error(`failed: ${name}`);
  return failed.length === 0;
}

/** Copies captures and logs of a scenario that failed; not the layers and sockets, which cannot be copied. */
function keepForLater(room: string): void {
  const filter = (path: string) => basename(path) !== '.layers' && !lstatSync(path).isSocket();
  cpSync(room, join(tmpdir(), 'trespass-lab-failed', basename(room)), { recursive: true, filter });
}
