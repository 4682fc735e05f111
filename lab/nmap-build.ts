/**
 * The versions of Nmap that the lab runs: Debian's package, and others built from their source, for what the package does not
 * say. Of each only the program is used; nothing of Nmap's files is kept.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageVersion } from './setup.ts';
import { attempt } from './shell.ts';

export interface NmapBuild {
  /** Folder that holds the program, to be put before all others in PATH; empty for the package's. */
  readonly folder: string;
  /** For the record of a capture: `nmap 7.991 (source 542eda7cf)`. */
  readonly version: string;
  /** Text of its nmap-service-probes, to check a capture with. */
  readonly probes: string;
}

export interface BuiltNmap extends NmapBuild {
  /** `7.991`. */
  readonly number: string;
}

/** Nmap as Debian installs it. */
export function packagedNmap(): NmapBuild {
  return { folder: '', version: packageVersion('nmap'), probes: probesOf('/usr/share/nmap') };
}

/** A checkout of Nmap's source in which `make` has run. Throws where there is no program, or it does not start. */
export function builtNmap(folder: string): BuiltNmap {
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
export function chooseBuilt(wanted: string, built: readonly BuiltNmap[]): BuiltNmap | undefined {
  return wanted === 'source' ? built[0] : built.find(({ number }) => number === wanted);
}
