/** The servers of the lab: Debian's own, described in `lab/servers/`, and the lab's responders. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { respondProgram, serversFolder } from './repository.ts';
import { enter } from './room.ts';
import type { ServerChoice } from './scenario.ts';
import { folderOfUnpacked } from './setup.ts';
import { type Running, run } from './shell.ts';

const description = z.strictObject({
  /** Debian packages it needs; the first names the version in the record. */
  packages: z.array(z.string()).min(1),
  /** Debian packages that conflict with those of other servers: unpacked, and laid over the room's /usr. The first names the version. */
  unpacked: z.array(z.string()).optional(),
  /** Shell lines, run before, as root; what they change in /etc, /var and /run is gone afterwards. */
  prepare: z.string().default(''),
  /** Shell line that stays in the foreground. */
  command: z.string(),
  /** Ports that are open when it is ready: `tcp/53`. */
  ready: z.array(z.string().regex(/^(tcp|udp)\/\d+$/)),
});

export type Server = z.infer<typeof description>;

/** All servers by name; throws with file name and every fault. */
export function readServers(): ReadonlyMap<string, Server> {
  const servers = new Map<string, Server>();
  for (const name of readdirSync(serversFolder).sort()) {
    if (!name.endsWith('.yaml')) continue;
    const read = description.safeParse(parse(readFileSync(join(serversFolder, name), 'utf8')));
    if (!read.success) throw new Error(`servers/${name}: ${z.prettifyError(read.error)}`);
    servers.set(name.slice(0, -'.yaml'.length), read.data);
  }
  return servers;
}

/** Starts a server on a host and waits until its ports are open; throws with its last words if they never are. */
export async function startServer(host: string, folder: string, server: Server): Promise<Running> {
  const layers = (server.unpacked ?? []).map((name) => `${folderOfUnpacked(name)}/usr`);
  const overlay = layers.length === 0 ? '' : `mount -t overlay overlay -o lowerdir=${layers.join(':')}:/usr /usr`;
  // No exec: a server that is its namespace's first process inherits orphans, and vsftpd ends when a stranger's child does.
  const running = enter({ host, folder }, `${overlay}\n${server.prepare}\n${server.command}`);
  await waitForPorts(host, server.ready, running, folder);
  return running;
}

/** Starts one of the lab's responders; it tells in its log that all of its ports are open. */
export async function startResponder(host: string, folder: string, choice: ServerChoice): Promise<Running> {
  const running = enter(
    { host, folder },
    `exec ${process.execPath} ${respondProgram} '${quote(JSON.stringify(choice))}'`,
  );
  await waitUntil(() => readFileSync(join(folder, 'log'), 'latin1').includes('ready\n'), running, folder);
  return running;
}

const quote = (text: string) => text.replaceAll("'", "'\\''");

function waitForPorts(host: string, ports: readonly string[], running: Running, folder: string): Promise<void> {
  return waitUntil(
    () => {
      const open = new Set<string>();
      for (const line of run('ip', 'netns', 'exec', host, 'ss', '-Hlntu').split('\n')) {
        const [transport, , , , address] = line.split(/\s+/);
        if (address !== undefined) open.add(`${transport}/${address.slice(address.lastIndexOf(':') + 1)}`);
      }
      return ports.every((port) => open.has(port));
    },
    running,
    folder,
  );
}

async function waitUntil(ready: () => boolean, running: Running, folder: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (ready()) return;
    const { exitCode, signalCode } = running.process;
    if (exitCode !== null || signalCode !== null) break;
    await sleep(100);
  }
  const words = readFileSync(join(folder, 'log'), 'latin1').slice(-800);
  await running.stop();
  throw new Error(`the server did not get ready:\n${words}`);
}
