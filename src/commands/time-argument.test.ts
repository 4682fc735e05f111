import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isoTime } from '../scan/iso-time.ts';
import { parseTime } from './time-argument.ts';

it('times are taken as people type them', () => {
  const now = Date.UTC(2026, 10, 22, 12);
  const cases: [text: string, means: string][] = [
    ['2026-11-22', '2026-11-22T00:00:00.000000Z'],
    ['2026-11-22T14:30', '2026-11-22T14:30:00.000000Z'],
    ['2026-11-22 14:30:05', '2026-11-22T14:30:05.000000Z'],
    ['2026-11-22T14:30:05.123456Z', '2026-11-22T14:30:05.123456Z'],
    ['2026-11-22T15:30+01:00', '2026-11-22T14:30:00.000000Z'],
    ['2026-11-22T14:30:00.5-0130', '2026-11-22T16:00:00.500000Z'],
    ['90m', '2026-11-22T10:30:00.000000Z'],
    ['7d', '2026-11-15T12:00:00.000000Z'],
  ];
  for (const [text, means] of cases) assert.equal(isoTime(parseTime(text, now)!), means, text);
  for (const text of ['', 'soon', '2026-02-30', '2026-13-01', '2026-11-22T25:00', '7 days', '1e3', '-5d']) {
    assert.equal(parseTime(text, now), undefined, text);
  }
});
