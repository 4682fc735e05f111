import assert from 'node:assert/strict';
import { it } from 'node:test';
import { emptySeverityCounts, scanSummary } from './summary.ts';

it('counts scans by severity, the most urgent first', () => {
  assert.equal(scanSummary(emptySeverityCounts()), 'No scan found.');
  assert.equal(scanSummary({ info: 0, low: 0, medium: 0, high: 1 }), '1 scan: 1 high.');
  assert.equal(scanSummary({ info: 1, low: 2, medium: 0, high: 1 }), '4 scans: 1 high, 2 low, 1 authorised.');
});
