import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serverLimits } from './limits.ts';

it('docs/serve.md gives every limit of the server with its value', () => {
  const page = readFileSync(fileURLToPath(new URL('../../../docs/serve.md', import.meta.url)), 'utf8');
  for (const [name, value] of Object.entries(serverLimits)) {
    assert.match(page, new RegExp(`^\\| \`${name}\` \\| ${value.toLocaleString('en')}(?: bytes| ms)? \\|`, 'm'), name);
  }
});
