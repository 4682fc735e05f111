import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readObservations } from '../src/coverage/coverage-data.ts';
import { observations } from './observations.ts';

test('coverage/observed.json is what the records say', () => {
  const observed = observations();
  const written = readObservations();
  const changed = [...new Set([...Object.keys(observed), ...Object.keys(written)])].filter(
    (name) => JSON.stringify(observed[name]) !== JSON.stringify(written[name]),
  );
  assert.deepEqual(changed, [], 'run `npm run coverage`');
});
