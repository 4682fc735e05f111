import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { changedFilters, filterNames, filterQuery, filtersOf } from './filters.ts';

describe('filters in the address bar', () => {
  it('are read as they were written, whatever is in them', () => {
    const filters = fc.dictionary(fc.constantFrom(...filterNames), fc.string({ minLength: 1, unit: 'grapheme' }));
    fc.assert(
      fc.property(filters, (given) => {
        const link = new URL(`http://a/scans${filterQuery(given)}`);
        assert.deepEqual({ ...filtersOf(link.searchParams) }, { ...given });
        assert.equal(link.hash, '');
      }),
    );
  });

  it('make links that people can read', () => {
    const filters = { source: '10.0.0.0/8', severity: 'high,low', since: '2026-11-22T12:00:00Z' };
    assert.equal(filterQuery(filters), '?severity=high,low&source=10.0.0.0/8&since=2026-11-22T12:00:00Z');
    assert.equal(filterQuery({}), '');
    assert.equal(filterQuery({ state: 'open' }, { limit: '5' }), '?state=open&limit=5');
  });

  it('go when they are emptied; others in the address are not taken for filters', () => {
    assert.deepEqual(changedFilters({ source: 'a', state: 'open' }, { source: '' }), { state: 'open' });
    assert.deepEqual(filtersOf(new URLSearchParams('source=a&limit=5&severity=')), { source: 'a' });
  });
});
