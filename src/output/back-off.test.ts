import assert from 'node:assert/strict';
import { it } from 'node:test';
import { backOff } from './back-off.ts';

it('waits twice as long after each failure at most, up to a limit, and a random part of that', () => {
  const longest = (failures: number) => backOff(failures, 60_000, () => 1);
  assert.deepEqual([1, 2, 3, 6, 7, 8, 5000].map(longest), [1000, 2000, 4000, 32_000, 60_000, 60_000, 60_000]);
  assert.equal(
    backOff(4, 60_000, () => 0.5),
    4000,
  );
  assert.equal(
    backOff(4, 60_000, () => 0),
    100,
  );
});
