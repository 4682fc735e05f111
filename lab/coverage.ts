/**
 * `npm run coverage`: writes `coverage/observed.json` from the captures of real Nmap, and `docs/coverage.md` from that, the
 * catalogue and `coverage/nmap.yaml`.
 */

import { writeFileSync } from 'node:fs';
import { countCoverage } from '../src/coverage/coverage.ts';
import { observedFile, readExpectations } from '../src/coverage/coverage-data.ts';
import { coveragePage, coveragePageFile } from '../src/coverage/coverage-page.ts';
import { loadCatalogue } from '../src/signature/load-catalogue.ts';
import { observations } from './observations.ts';

const observed = observations();
const lines = Object.entries(observed).map(([name, one]) => `${JSON.stringify(name)}: ${JSON.stringify(one)}`);
writeFileSync(observedFile, `{\n${lines.join(',\n')}\n}\n`);
const expectations = readExpectations();
writeFileSync(coveragePageFile, coveragePage(countCoverage(loadCatalogue(), expectations, observed), expectations));
