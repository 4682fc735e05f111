/**
 * `npm run coverage`: writes `coverage/observed.json` from the captures of real Nmap and what their records say is seen in
 * them (`npm run lab:expect` keeps those true), and `docs/coverage.md` from that and the catalogue.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { countCoverage } from '../src/coverage/coverage.ts';
import { type Observation, observedFile, readExpectations } from '../src/coverage/coverage-data.ts';
import { coveragePage, coveragePageFile } from '../src/coverage/coverage-page.ts';
import { loadCatalogue } from '../src/signature/load-catalogue.ts';
import { captureNames, capturePath, readRecord } from './captures.ts';
import { scannerSays } from './scanner-says.ts';

const observations: Record<string, Observation> = {};
for (const name of captureNames) {
  if (!name.startsWith('nmap/')) continue;
  const { command, from, scripts, probes, expect } = readRecord(name);
  const seen = [...expect.alerts.flatMap(({ signatures }) => signatures), ...(expect['too-little'] ?? [])];
  observations[name.slice('nmap/'.length)] = {
    scripts: scripts ?? [],
    probes: probes ?? [],
    serviceDetection: /(^| )(-sV|-sSVC|-A|-sUV)( |$)/.test(command),
    says: scannerSays(readFileSync(capturePath(name)), from),
    alert: expect.alerts.length > 0,
    signatures: [...new Set(seen)].sort(),
  };
}
const lines = Object.entries(observations).map(([name, one]) => `${JSON.stringify(name)}: ${JSON.stringify(one)}`);
writeFileSync(observedFile, `{\n${lines.join(',\n')}\n}\n`);
const expectations = readExpectations();
writeFileSync(coveragePageFile, coveragePage(countCoverage(loadCatalogue(), expectations, observations), expectations));
