/** What is seen in the captures of real Nmap, as their records say: what the coverage page counts from. */

import { readFileSync } from 'node:fs';
import type { Observation, Observations } from '../src/coverage/coverage-data.ts';
import { captureNames, capturePath, readRecord } from './captures.ts';
import { scannerSays } from './scanner-says.ts';

const group = 'nmap/';

/** The records are kept true by `npm run lab:expect` and the tests of the captures. */
export function observations(): Observations {
  const names = captureNames.filter((name) => name.startsWith(group));
  return Object.fromEntries(names.map((name) => [name.slice(group.length), observation(name)]));
}

function observation(name: string): Observation {
  const { command, from, scripts, probes, 'inside-tls': insideTls, expect } = readRecord(name);
  const seen = [...expect.alerts.flatMap(({ signatures }) => signatures), ...(expect['too-little'] ?? [])];
  return {
    scripts: scripts ?? [],
    probes: probes ?? [],
    ...(insideTls === undefined ? {} : { insideTls }),
    serviceDetection: /(^| )(-sV|-sSVC|-A|-sUV)( |$)/.test(command),
    says: scannerSays(readFileSync(capturePath(name)), from),
    alert: expect.alerts.length > 0,
    signatures: [...new Set(seen)].sort(),
  };
}
