import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { main } from '../cli.ts';
import { exampleConsole } from './example-console.ts';
import { exitCode } from './exit-code.ts';

async function exportSigma(...argv: string[]) {
  const console = exampleConsole();
  const code = await main(['signatures', 'export', 'sigma', ...argv], console);
  return { code, out: console.out(), err: console.err() };
}

it('trespass signatures export sigma: one YAML stream, or one file a rule', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trespass-'));
  try {
    const { out, err } = await exportSigma();
    assert.equal(err, '');
    const documents = parseAllDocuments(out);
    const output = join(folder, 'rules');
    const { code, out: nothing, err: told } = await exportSigma('--output', output);
    assert.equal(code, exitCode.done);
    assert.equal(nothing, '');
    assert.equal(told, `${documents.length} rules in ${output}\n`);
    const files = readdirSync(output).sort();
    assert.deepEqual(files.map((file) => readFileSync(join(output, file), 'utf8')).join('---\n'), out);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('docs/sigma.md explains every option', async () => {
  const page = readFileSync(fileURLToPath(new URL('../../../docs/sigma.md', import.meta.url)), 'utf8');
  const { out } = await exportSigma('--help');
  for (const [, name] of out.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)) {
    if (name !== '--help') assert.ok(page.includes(`\`${name}`), name);
  }
});

it('a grade that is none is bad usage', async () => {
  assert.equal((await exportSigma('--grade', 'weak')).code, exitCode.usage);
});
