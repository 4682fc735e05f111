/**
 * `node dist/lab/logs/record-logs.js`: real nginx and Apache write their access logs, in every format that `trespass import
 * web` reads, while real Nmap and ordinary clients speak to them; tcpdump records the same requests. Needs root and Debian.
 * The results are in captures/logs/.
 */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { closeNetwork, openNetwork } from '../network.ts';
import { capturesFolder } from '../repository.ts';
import { enter } from '../room.ts';
import { startServer } from '../server.ts';
import { attempt, type Running, start } from '../shell.ts';
import { type LoggedRun, logFormats, runs, webServers } from './web-servers.ts';

const lane = 77;
const folder = mkdtempSync(join(tmpdir(), 'trespass-logs-'));
const network = openNetwork(lane);
const wanted = process.argv.slice(2);
try {
  for (const [name, run] of Object.entries(runs)) {
    for (const server of Object.keys(webServers) as (keyof typeof webServers)[]) {
      const id = `${name}-${server}`;
      if (wanted.length > 0 && !wanted.some((pattern) => id.includes(pattern))) continue;
      await recordRun(id, server, run);
      console.log(id);
    }
  }
} finally {
  closeNetwork(lane);
  rmSync(folder, { recursive: true, force: true });
}

async function recordRun(id: string, server: keyof typeof webServers, { command, packages }: LoggedRun): Promise<void> {
  const rooms = { server: join(folder, id, 'server'), client: join(folder, id, 'client') };
  for (const room of Object.values(rooms)) mkdirSync(room, { recursive: true });
  const running: Running[] = [];
  try {
    running.push(await startServer(network.target, rooms.server, webServers[server]));
    const capture = join(folder, id, 'capture.pcap');
    const log = join(folder, id, 'tcpdump.log');
    const tcpdump = start(
      'ip',
      [
        ...['netns', 'exec', network.target, 'tcpdump', '-i', 'eth0', '-s', '0', '-U', '--immediate-mode', '-n'],
        ...['-Z', 'root', '-w', capture, 'tcp port 80'],
      ],
      log,
    );
    running.push(tcpdump);
    for (let tries = 0; tries < 100 && !readFileSync(log, 'utf8').includes('listening on'); tries++) await sleep(50);
    const date = new Date().toISOString().slice(0, 10);
    const client = enter({ host: network.scanner, folder: rooms.client }, command);
    await client.ended;
    await client.stop();
    await sleep(500);
    await tcpdump.stop();
    const results = join(capturesFolder, 'logs', id);
    mkdirSync(results, { recursive: true });
    cpSync(capture, join(results, 'capture.pcap'));
    for (const format of logFormats) cpSync(join(rooms.server, `${format}.log`), join(results, `${format}.log`));
    const record = {
      command,
      from: '10.77.0.2',
      server: '10.77.0.10:80',
      tools: packages.map(packageVersion),
      servers: [packageVersion(webServers[server].packages[0] as string)],
      date,
    };
    writeFileSync(join(results, 'record.yaml'), stringify(record, { lineWidth: 0 }));
  } finally {
    for (const one of running.reverse()) await one.stop();
  }
}

function packageVersion(name: string): string {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own syntax
  return `${name} ${attempt('dpkg-query', '-W', '-f', '${Version}', name) || '(version unknown)'}`;
}
