import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { exampleConsole } from './example-console.ts';
import { exportSuricataRules } from './export-suricata.ts';

it('trespass signatures export suricata: to standard output, or to a file', async (context) => {
  const console = exampleConsole();
  await exportSuricataRules({ version: 8, sidBase: 5_000_000, grade: 'definitive' }, console);
  const text = console.out();
  assert.match(text, /^# .*for Suricata 8\./);
  assert.match(text, / sid:5000301;/);
  assert.doesNotMatch(text, /grade strong/);

  const folder = mkdtempSync(join(tmpdir(), 'rules-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const output = join(folder, 'trespass.rules');
  const other = exampleConsole();
  await exportSuricataRules({ version: 8, sidBase: 5_000_000, grade: 'definitive', output }, other);
  assert.equal(other.out(), '');
  assert.equal(readFileSync(output, 'utf8'), text);
  assert.match(other.err(), /\d+ rules in /);
});
