import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import { exportsPage } from './exports-page.ts';

it('docs/exports.md says what the exports can say now (else: npm run docs)', () => {
  const page = readFileSync(new URL('../../../docs/exports.md', import.meta.url), 'utf8');
  assert.equal(page, exportsPage(loadCatalogue()), 'npm run docs, and commit docs/exports.md');
});

it('each answer but an exact one has its reason', () => {
  const page = exportsPage(loadCatalogue());
  const reasons = new Set([...page.matchAll(/^(\d+)\. \S/gm)].map(([, number]) => number));
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  assert.ok(rows.length > 300);
  for (const row of rows) {
    for (const [cell] of row.matchAll(/(?:wider|narrower|unsupported)[^|]*/g)) {
      assert.ok(reasons.has(/\((\d+)\)/.exec(cell)?.[1] ?? ''), row);
    }
  }
});
