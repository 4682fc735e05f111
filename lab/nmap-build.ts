/**
 * The versions of Nmap that the lab runs: Debian's package, and others built from their source, for what the package does not
 * say. Of each only the program is used; nothing of Nmap's files is kept.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from './shell.ts';

export interface NmapBuild {
  /** Folder that holds the program, to be put before all others in PATH; empty for the package's. */
  readonly folder: string;
  /** `7.991`. */
  readonly number: string;
  /** For the record of a capture: `nmap 7.991SVN (source db4aefddf)`. */
  readonly version: string;
  /** Text of its nmap-service-probes, to check a capture with. */
  readonly probes: string;
}

/** Nmap as Debian installs it. */
export function packagedNmap(): NmapBuild {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own syntax
  const version = attempt('dpkg-query', '-W', '-f', '${Version}', 'nmap') || '(version unknown)';
  return {
    folder: '',
    number: version.replace(/[+-].*/, ''),
    version: `nmap ${version}`,
    probes: probesOf('/usr/share/nmap'),
  };
}

/** A checkout of Nmap's source in which `make` has run. Throws where there is no program, or it does not start. */
export function builtNmap(folder: string): NmapBuild {
  const program = join(folder, 'nmap');
  const number = /Nmap version (\S+)/.exec(attempt(program, '--version'))?.[1];
  if (number === undefined) {
    throw new Error(`${folder}: no nmap that runs: check Nmap's source out there, then ./configure and make`);
  }
  const commit = attempt('git', '-C', folder, 'rev-parse', '--short', 'HEAD').trim();
  return {
    folder,
    number,
    version: `nmap ${number} (source${commit === '' ? '' : ` ${commit}`})`,
    probes: probesOf(folder),
  };
}

function probesOf(folder: string): string {
  const file = join(folder, 'nmap-service-probes');
  return existsSync(file) ? readFileSync(file, 'latin1') : '';
}

/** The one that a scenario's `nmap` names: `source` is the first, else a version. Undefined if it is not among them. */
export function chooseBuilt(wanted: string, built: readonly NmapBuild[]): NmapBuild | undefined {
  return wanted === 'source' ? built[0] : built.find(({ number }) => number === wanted);
}
