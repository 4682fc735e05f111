import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

/**
 * In the order of docs/design.md: each imports only from itself and from those before it. `protocol/protocol.ts` and the
 * like are contracts, but contracts are code of their folder, too.
 */
const layers = [
  'limits.ts',
  'package-root.ts',
  'testing',
  'hot-path',
  'capture',
  'packet',
  'flow',
  'protocol',
  'signature',
  'coverage',
  'scan',
  'report',
  'evidence-packets',
  'configuration',
  'engine.ts',
  'engine-trial.ts',
  'try-signature.ts',
  'trespass.ts',
  'rules',
  'logs',
  'store',
  'output',
  'live',
  'server',
  'commands',
  'cli.ts',
];

const source = fileURLToPath(new URL('../../src', import.meta.url));

/** A folder of `src/`, or a file that stands in it. */
function layerOf(file: string): string {
  return relative(source, file).split(/[\\/]/)[0]!;
}

/** Static, dynamic and type-only imports of our own files. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const names = [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map(([, name]) => name!);
  return names.map((name) => join(dirname(file), name));
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !/\.test(\.helper)?\.ts$/.test(name))
  .map((name) => join(source, name));

describe('layers', () => {
  it('every folder has its place', () => {
    for (const file of files) assert.ok(layers.includes(layerOf(file)), `${relative(source, file)} is in no layer`);
  });

  it('nothing imports from a layer above its own', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((imported) => layers.indexOf(layerOf(imported)) > layers.indexOf(layerOf(file)))
        .map((imported) => `${relative(source, file)} imports ${relative(source, imported)}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('sees imports of all kinds', () => {
    assert.ok(importsOf(join(source, 'cli.ts')).includes(join(source, 'commands', 'read.ts')));
    assert.ok(importsOf(join(source, 'trespass.ts')).includes(join(source, 'engine.ts')));
  });
});
