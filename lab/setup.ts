/** Installs what the lab needs from Debian, and keeps the packages from starting their services. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** Where packages lie that are unpacked and not installed; in /var, for a room has its own /tmp. */
const unpackedFolder = '/var/cache/trespass-lab';

/** The folder of a package that is unpacked and not installed, because it conflicts with one that is: its usr, its etc. */
export const folderOfUnpacked = (name: string): string => join(unpackedFolder, name);

/** Downloads and unpacks the packages that are not there yet; gives those that could not be. */
export function unpack(packages: Iterable<string>): string[] {
  const missing = [...new Set(packages)].filter((name) => !existsSync(folderOfUnpacked(name)));
  if (missing.length > 0) run('apt-get', 'update', '-qq');
  return missing.filter((name) => {
    console.error(`unpacking ${name}`);
    const folder = `${folderOfUnpacked(name)}.new`;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const script = `apt-get download -qq ${name} && dpkg-deb -x ${name}_*.deb . && dpkg-deb -f ${name}_*.deb Version > version && rm ${name}_*.deb`;
    const { status } = spawnSync('sh', ['-c', script], { cwd: folder, stdio: 'ignore' });
    if (status === 0) renameSync(folder, folderOfUnpacked(name));
    return status !== 0;
  });
}

/** Name and version of an installed package, for the record of a capture. */
export function packageVersion(name: string): string {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own syntax
  const version = attempt('dpkg-query', '-W', '-f', '${Version}', name);
  return `${name} ${version || '(version unknown)'}`;
}

function isInstalled(name: string): boolean {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own syntax
  return attempt('dpkg-query', '-W', '-f', '${db:Status-Status}', name) === 'installed';
}
