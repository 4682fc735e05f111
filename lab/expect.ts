/**
 * `npm run lab:expect [-- --update] [PATTERN]`: what Trespass says about the captures against what their records expect.
 * The differences are for a person to judge: either the code is wrong, or `--update` writes the new answer down.
 */

import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { Command } from 'commander';
import { parse, stringify } from 'yaml';
import { loadCatalogue } from '../src/trespass.ts';
import { captureNames, capturePath, recordPath } from './captures.ts';
import { expectationOf } from './expectation.ts';
import { writeExpectation } from './record.ts';

const program = new Command('lab:expect')
  .description('Compares the alerts of the captures with those that stand in their records.')
  .argument('[pattern]', 'only captures whose group/name contains this', '')
  .option('--update', 'write the answers of now into the records')
  .addHelpText(
    'after',
    '\nExit codes: 0 all as expected, or updated; 1 not.\n\nExample:\n  npm run lab:expect nmap/smb-\n',
  )
  .parse();
const [pattern = ''] = program.processedArgs as string[];
const { update } = program.opts<{ update?: true }>();

const catalogue = loadCatalogue();
const names = captureNames.filter((name) => name.includes(pattern));

let different = 0;
for (const name of names) {
  const record = recordPath(name);
  const { expect: before } = parse(readFileSync(record, 'utf8')) as { expect?: unknown };
  const now = await expectationOf(capturePath(name), catalogue);
  if (isDeepStrictEqual(before, now)) continue;
  different++;
  console.log(`${name}\n  expected:\n${indented(before ?? 'nothing yet')}  is:\n${indented(now)}`);
  if (update) writeExpectation(record, now);
}
console.log(`${names.length} captures, ${different} ${update ? 'updated' : 'not as expected'}`);
process.exitCode = different > 0 && !update ? 1 : 0;

function indented(value: unknown): string {
  return stringify(value, { lineWidth: 0 }).replaceAll(/^(?=.)/gm, '    ');
}
