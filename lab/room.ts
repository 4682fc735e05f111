/**
 * A room: where one program of the lab runs. It has its host's network, its own processes and host name, and a view of /etc, /var,
 * /run and /tmp that it can change as it likes: Debian's own configuration is the start, and all changes vanish with the room.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Running, start } from './shell.ts';

export interface Room {
  readonly host: string;
  /** An empty directory of its own; `$ROOM` in the script, and where it starts. */
  readonly folder: string;
}

/** Runs a shell script in the room; what it prints is in `<folder>/log`. Stopping it ends all its processes. */
export function enter(room: Room, script: string): Running {
  const layers = join(room.folder, '.layers');
  const mounts = ['etc', 'var'].map((name) => {
    const upper = join(layers, name);
    const work = join(layers, `${name}.work`);
    mkdirSync(upper, { recursive: true });
    mkdirSync(work, { recursive: true });
    return `mount -t overlay overlay -o lowerdir=/${name},upperdir=${upper},workdir=${work} /${name}`;
  });
  const prelude = [
    'set -e',
    ...mounts,
    'mount -t tmpfs -o mode=755 tmpfs /run',
    'mkdir -p /run/lock',
    // An empty /tmp too, with the room's folder, that usually lies in it, still at its place: the dot is the hidden one.
    `cd ${room.folder}`,
    'mount -t tmpfs -o mode=1777 tmpfs /tmp',
    `mkdir -p ${room.folder}`,
    `mount --no-canonicalize --bind . ${room.folder}`,
    `export ROOM=${room.folder} HOME=${room.folder}`,
    `cd ${room.folder}`,
    'set +e',
  ];
  const file = join(layers, 'script');
  writeFileSync(file, `${prelude.join('\n')}\n${script}\n`);
  // The process namespace dies with its first process, and with it every daemon that detached itself.
  const inside = ['unshare', '--uts', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', file];
  return start('ip', ['netns', 'exec', room.host, ...inside], join(room.folder, 'log'));
}
