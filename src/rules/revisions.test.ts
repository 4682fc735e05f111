import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { revisionsFile } from '../signature/catalogue-paths.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import { readRevisions } from '../signature/revisions.ts';
import { nextRevisions, revisionHashes } from './revisions.ts';

describe('revisions', () => {
  const hashes = revisionHashes(loadCatalogue());

  it('the ledger knows what the rules say now (else: npm run revisions)', () => {
    const ledger = readRevisions(revisionsFile);
    const changed = [...hashes].filter(([id, hash]) => ledger[id] !== undefined && ledger[id].hash !== hash);
    assert.deepEqual(
      changed.map(([id]) => id),
      [],
      'these signatures or their rules changed: npm run revisions, and commit signatures/revisions.json',
    );
  });

  it('rise by one when a rule changes, and only then', () => {
    const ledger = { a: { hash: '1', rev: 3 }, b: { hash: '2', rev: 1 }, gone: { hash: '9', rev: 2 } };
    const now = new Map([
      ['a', '1'],
      ['b', '3'],
      ['c', '4'],
    ]);
    assert.deepEqual(nextRevisions(ledger, now), {
      a: { hash: '1', rev: 3 },
      b: { hash: '3', rev: 2 },
      c: { hash: '4', rev: 1 },
      gone: { hash: '9', rev: 2 },
    });
  });

  it('depend on the rule, not on the revision in it', () => {
    const catalogue = loadCatalogue().slice(0, 3);
    const later = catalogue.map((signature) => ({ ...signature, rev: 7 }));
    assert.deepEqual(revisionHashes(later), revisionHashes(catalogue));
    const other = catalogue.map((signature) => ({ ...signature, title: `${signature.title}!` }));
    assert.notDeepEqual(revisionHashes(other), revisionHashes(catalogue));
  });
});
