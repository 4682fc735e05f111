/** Installs what the lab needs from Debian, and keeps the packages from starting their services. */

import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { attempt, run } from './shell.ts';

const always = ['nmap', 'tcpdump', 'iproute2', 'ethtool', 'openssl', 'procps', 'util-linux'];
const policy = '/usr/sbin/policy-rc.d';

/** Installs the packages that are missing; gives those that could not be. */
export function install(packages: Iterable<string>): string[] {
  const missing = [...new Set([...always, ...packages])].filter((name) => !isInstalled(name));
  if (missing.length === 0) return [];
  // A server that starts by itself would take the real machine's ports.
  if (!existsSync(policy)) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  run('apt-get', 'update', '-qq');
  const failed: string[] = [];
  for (const name of missing) {
    console.error(`installing ${name}`);
    const { status } = spawnSync(
      'apt-get',
      ['install', '-o', 'DPkg::Lock::Timeout=300', '-y', '-qq', '--no-install-recommends', name],
      {
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
        stdio: 'ignore',
      },
    );
    if (status !== 0) failed.push(name);
  }
  return failed;
}

function isInstalled(name: string): boolean {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own syntax
  return attempt('dpkg-query', '-W', '-f', '${db:Status-Status}', name) === 'installed';
}
