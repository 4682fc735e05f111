import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { type BuiltNmap, builtNmap, chooseBuilt } from './nmap-build.ts';

const build = (number: string): BuiltNmap => ({
  folder: `/n/${number}`,
  number,
  version: `nmap ${number}`,
  probes: '',
});
const built = [build('7.991'), build('7.95')];

test('a scenario takes the first that was built, or one by its version', () => {
  assert.equal(chooseBuilt('source', built)?.number, '7.991');
  assert.equal(chooseBuilt('7.95', built)?.number, '7.95');
});

test('the package is none of them, nor is a version that was not built', () => {
  for (const wanted of ['packaged', '7.80']) assert.equal(chooseBuilt(wanted, built), undefined);
  assert.equal(chooseBuilt('source', []), undefined);
});

test('a folder without a program is an error that says what to do', () => {
  assert.throws(() => builtNmap(tmpdir()), /no nmap that runs: .* \.\/configure and make/);
});
