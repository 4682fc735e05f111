import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { isoTime } from './iso-time.ts';

it('says microseconds, whatever the number', () => {
  assert.equal(isoTime(Date.UTC(2026, 10, 22, 23, 34, 56) * 1000 + 123_456), '2026-11-22T23:34:56.123456Z');
  assert.equal(isoTime(1), '1970-01-01T00:00:00.000001Z');
  for (const odd of [-1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300]) {
    assert.match(isoTime(odd), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  }
  fc.assert(fc.property(fc.double(), (time) => assert.equal(isoTime(time).length, 27)));
});
