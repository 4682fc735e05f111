/** A PostgreSQL of our own for a test: a new cluster in a temporary folder, on a socket there, gone afterwards. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface PostgresCluster {
  /** A new, empty database. */
  newDatabase(): Promise<string>;
  /** As when the machine it runs on fails: no shutdown. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const folders = ['/usr/lib/postgresql', '/usr/local/pgsql', '/opt/homebrew/opt/postgresql'];

/** Debian has one folder for each version. */
function programs(): string | undefined {
  for (const folder of folders) {
    if (existsSync(join(folder, 'bin/initdb'))) return join(folder, 'bin');
    if (!existsSync(folder)) continue;
    const versions = readdirSync(folder).sort((a, b) => Number(b) - Number(a));
    const version = versions.find((name) => existsSync(join(folder, name, 'bin/initdb')));
    if (version !== undefined) return join(folder, version, 'bin');
  }
  return undefined;
}

/** Why there is none here; false: there is. */
export function withoutPostgres(): string | false {
  if (programs() === undefined) return 'PostgreSQL is not installed (apt-get install postgresql)';
  if (process.getuid?.() === 0 && userId() === undefined)
    return 'PostgreSQL does not run as root, and there is no user postgres';
  return false;
}

/** PostgreSQL refuses to run as root. */
function userId(): number | undefined {
  const { stdout, status } = spawnSync('id', ['-u', 'postgres'], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : undefined;
}

/** `durable`: each commit waits for the disk, as in earnest; a test's need not. */
export async function startCluster({ durable = false } = {}): Promise<PostgresCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'trespass-pg-'));
  const bin = programs()!;
  const uid = process.getuid?.() === 0 ? userId() : undefined;
  if (uid !== undefined) chownSync(folder, uid, uid);
  chmodSync(folder, 0o755);
  const as = uid === undefined ? {} : { uid, gid: uid };
  const data = join(folder, 'data');
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, '-A', 'trust', '-U', 'trespass', '-E', 'UTF8', '--no-sync'],
    {
      ...as,
      cwd: folder,
      encoding: 'utf8',
    },
  );
  if (made.status !== 0) throw new Error(made.stderr);
  let server: ChildProcess | undefined;
  let databases = 0;
  const psql = (sql: string) =>
    spawnSync('psql', ['-h', folder, '-U', 'trespass', '-d', 'postgres', '-qc', sql], {
      cwd: folder,
      encoding: 'utf8',
    });

  // One process group of its own: killed whole.
  const launch = () =>
    spawn(
      join(bin, 'postgres'),
      ['-D', data, '-k', folder, '-h', '', '-c', 'max_connections=50', '-c', `fsync=${durable ? 'on' : 'off'}`],
      {
        ...as,
        cwd: folder,
        stdio: 'ignore',
        detached: true,
      },
    );

  const start = async () => {
    server = launch();
    for (let tries = 0; psql('SELECT 1').status !== 0; tries++) {
      if (tries > 600) throw new Error('PostgreSQL does not start');
      // Its sessions lead groups of their own. After a kill they end when they notice; until then a new server refuses to start.
      if (server.exitCode !== null || server.signalCode !== null) server = launch();
      await sleep(50);
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    const running = server;
    server = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    if (signal === 'SIGKILL') process.kill(-running.pid!, signal);
    else running.kill(signal);
    await exited;
  };
  await start();
  return {
    newDatabase: async () => {
      const name = `test${databases++}`;
      const { status, stderr } = psql(`CREATE DATABASE ${name}`);
      if (status !== 0) throw new Error(stderr);
      return `postgres://trespass@/${name}?host=${encodeURIComponent(folder)}`;
    },
    kill: () => end('SIGKILL'),
    start,
    stop: async () => {
      // SIGINT: it ends its sessions and itself ("fast").
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
