/** Records one scenario: servers up, tcpdump on the target's interface, the command, the checks, the two files. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Document, parse, visit } from 'yaml';
import type { Expectation } from './expectation.ts';
import { firstFrames, missingBytes } from './frames.ts';
import type { Network } from './network.ts';
import type { NmapBuild } from './nmap-build.ts';
import { probeBytes } from './probes.ts';
import { enter } from './room.ts';
import type { Scenario } from './scenario.ts';
import { type Server, startResponder, startServer } from './server.ts';
import { folderOfUnpacked, packageVersion } from './setup.ts';
import { type Running, start } from './shell.ts';

/** Bytes of a capture: what is committed is copied with every clone. */
const LARGEST = 300_000;

/** Why a scenario gave no capture. */
export class ScenarioFault extends Error {}

/**
 * Records the scenario in `network`, with `folder` (empty) for all its files, and puts capture and record into
 * `captures`. Throws ScenarioFault where the capture is not what the scenario says; nothing is replaced then.
 */
export async function record(
  scenario: Scenario,
  servers: ReadonlyMap<string, Server>,
  nmap: NmapBuild,
  network: Network,
  folder: string,
  captures: string,
): Promise<{ readonly capture: string; readonly size: number }> {
  const running: Running[] = [];
  try {
    for (const [index, choice] of scenario.servers.entries()) {
      const room = join(folder, `server-${index}`);
      mkdirSync(room);
      if (typeof choice !== 'string') running.push(await startResponder(network.target, room, choice));
      else {
        const server = servers.get(choice);
        if (server === undefined) throw new ScenarioFault(`there is no server ${choice} in lab/servers`);
        running.push(await startServer(network.target, room, server));
      }
    }
    const raw = join(folder, 'capture.pcap');
    const { tcpdump, dropped } = await startTcpdump(scenario, network, raw, folder);
    running.push(tcpdump);
    const began = new Date();
    const output = await runCommand(scenario, nmap, network, folder);
    await sleep(300);
    await tcpdump.stop();
    const frames = firstFrames(readFileSync(raw), scenario.frames ?? Number.POSITIVE_INFINITY);
    if (frames.length > LARGEST) throw new ScenarioFault(`${frames.length} bytes: limit it by filter or frames`);
    if (frames.length <= 24) throw new ScenarioFault(`nothing was captured\n${output}`);
    const probes = (scenario.probes ?? []).map((name) => probeBytes(name, nmap.probes));
    const missing = missingBytes(frames, [...(scenario.bytes ?? []), ...probes], scenario.patterns ?? []);
    if (missing.length > 0)
      throw new ScenarioFault(`not in the capture: ${missing.map((one) => JSON.stringify(one)).join(', ')}\n${output}`);
    const unsaid = (scenario.output ?? []).filter((pattern) => !new RegExp(pattern, 's').test(output));
    if (unsaid.length > 0) throw new ScenarioFault(`the command did not print ${unsaid.join(', ')}\n${output}`);
    if (dropped()) throw new ScenarioFault('tcpdump dropped packets');
    return { capture: keep(scenario, servers, nmap, frames, began, captures), size: frames.length };
  } finally {
    for (const one of running.reverse()) await one.stop();
  }
}

async function startTcpdump(scenario: Scenario, network: Network, file: string, folder: string) {
  const log = join(folder, 'tcpdump.log');
  const port = scenario.from === 'outside' ? 'eth1' : 'eth0';
  const tcpdump = start(
    'ip',
    [
      ...['netns', 'exec', network.target, 'tcpdump', '-i', port, '-s', '0', '-U', '--immediate-mode', '-B', '16384'],
      ...['-n', '-Z', 'root', '-w', file, ...(scenario.filter === undefined ? [] : [scenario.filter])],
    ],
    log,
  );
  for (let tries = 0; tries < 100 && !readFileSync(log, 'utf8').includes('listening on'); tries++) await sleep(50);
  const dropped = () => /[1-9]\d* packets? dropped by kernel/.test(readFileSync(log, 'utf8'));
  return { tcpdump, dropped };
}

/** Runs the scenario's command to its end and gives what it printed. */
async function runCommand(scenario: Scenario, nmap: NmapBuild, network: Network, folder: string): Promise<string> {
  const room = { host: network[scenario.from], folder: join(folder, 'client') };
  mkdirSync(room.folder);
  for (const [name, text] of Object.entries(scenario.files ?? {})) {
    mkdirSync(dirname(join(room.folder, name)), { recursive: true });
    writeFileSync(join(room.folder, name), text, 'latin1');
  }
  const hosts = ['127.0.0.1 localhost', '10.77.0.2 scanner.lab', '10.77.0.10 target.lab', ...(scenario.hosts ?? [])];
  const names = hosts.map((line) => `echo '${line}' >> /etc/hosts`);
  // The program finds its data files beside itself.
  const path = nmap.folder === '' ? [] : [`export PATH=${nmap.folder}:$PATH`];
  const resolver = "echo 'nameserver 10.77.0.10' > /etc/resolv.conf";
  const script = ['> /etc/hosts', ...names, resolver, ...path, scenario.command];
  const client = enter(room, script.join('\n'));
  const inTime = await Promise.race([
    client.ended.then(() => true),
    sleep(scenario.timeout * 1000, false, { ref: false }),
  ]);
  await client.stop();
  const output = readFileSync(join(room.folder, 'log'), 'latin1');
  if (!inTime) throw new ScenarioFault(`the command went on for ${scenario.timeout} s\n${output}`);
  return output;
}

/** Puts the capture and its record into `captures`; gives the capture's path. */
function keep(
  scenario: Scenario,
  servers: ReadonlyMap<string, Server>,
  nmap: NmapBuild,
  frames: Buffer,
  began: Date,
  captures: string,
): string {
  mkdirSync(join(captures, scenario.group), { recursive: true });
  const { capture, record } = placesOf(scenario, captures);
  writeFileSync(capture, frames);
  const circumstances = {
    command: scenario.command,
    from: scenario.from === 'outside' ? '203.0.113.7' : '10.77.0.2',
    tools: scenario.tools.map((name) => (name === 'nmap' ? nmap.version : packageVersion(name))),
    servers: scenario.servers.map((choice) =>
      typeof choice === 'string' ? serverVersion(servers.get(choice)!) : `the lab's responder ${choice.respond}`,
    ),
    date: began.toISOString().slice(0, 10),
  };
  writeFileSync(record, readableYaml({ ...circumstances, ...claimsOf(scenario), ...expectationIn(record) }));
  return capture;
}

/** What was expected of the capture before: a new one must give the same alerts, or `npm run lab:expect` tells. */
function expectationIn(record: string): { expect?: unknown } {
  if (!existsSync(record)) return {};
  const { expect } = parse(readFileSync(record, 'utf8')) as { expect?: unknown };
  return expect === undefined ? {} : { expect };
}

/** Replaces the record's part `expect`. */
export function writeExpectation(record: string, expect: Expectation): void {
  writeFileSync(record, readableYaml({ ...(parse(readFileSync(record, 'utf8')) as object), expect }));
}

const placesOf = ({ group, name }: Scenario, captures: string) => ({
  capture: join(captures, group, `${name}.pcap`),
  record: join(captures, group, `${name}.yaml`),
});

/** What the scenario says about its capture, whenever that was made. */
function claimsOf(scenario: Scenario): Record<string, unknown> {
  const { scripts, probes, 'inside-tls': insideTls, bytes, patterns, note } = scenario;
  const sayings = { probes, 'inside-tls': insideTls, bytes, patterns, note };
  const claims = { scripts: scripts.length === 0 ? undefined : scripts, ...sayings };
  return Object.fromEntries(Object.entries(claims).filter(([, claim]) => claim !== undefined));
}

/**
 * Writes the scenario's claims (scripts, bytes, note) into the record of the capture that is there, without
 * recording anew. Throws ScenarioFault where there is no capture of this very command, or the capture says otherwise.
 */
export function refreshRecord(scenario: Scenario, captures: string): void {
  const { capture, record } = placesOf(scenario, captures);
  if (!existsSync(capture)) throw new ScenarioFault('there is no capture yet');
  const { command, from, tools, servers, date } = parse(readFileSync(record, 'utf8')) as Record<string, unknown>;
  if (command !== scenario.command) throw new ScenarioFault('the capture was made by another command');
  const missing = missingBytes(readFileSync(capture), scenario.bytes ?? [], scenario.patterns ?? []);
  if (missing.length > 0) throw new ScenarioFault(`not in the capture: ${JSON.stringify(missing)}`);
  const circumstances = { command, from, tools, servers, date };
  writeFileSync(record, readableYaml({ ...circumstances, ...claimsOf(scenario), ...expectationIn(record) }));
}

/** YAML in which bytes are \xNN escapes, as in the catalogue. */
function readableYaml(description: unknown): string {
  const document = new Document(description);
  visit(document, {
    Scalar(_, scalar) {
      if (typeof scalar.value === 'string' && /[^\n -~]/.test(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  const escaped = (character: string) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return document.toString({ lineWidth: 0 }).replaceAll(/[\x7f-\xff]/g, escaped);
}

function serverVersion({ packages, unpacked: [name] = [] }: Server): string {
  if (name === undefined) return packageVersion(packages[0]!);
  return `${name} ${readFileSync(join(folderOfUnpacked(name), 'version'), 'utf8').trim()}`;
}
