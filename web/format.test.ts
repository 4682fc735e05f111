import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { agoText, bytesText, countText, durationText, offsetText, spanText } from './format.ts';
import { beginning, bucketFor, fieldTime, filterTime, isStretch } from './parts/ranges.ts';

describe('times and numbers for people', () => {
  it('stand in their largest unit', () => {
    const cases: [seconds: number, text: string][] = [
      [1, '1 s'],
      [59, '59 s'],
      [60, '1 min'],
      [7300, '2 h'],
      [86_400, '1 day'],
      [3 * 86_400, '3 days'],
      [800 * 86_400, '2 years'],
    ];
    for (const [seconds, text] of cases) assert.equal(durationText(seconds), text);
    const now = Date.parse('2026-11-22T12:00:00Z');
    assert.equal(agoText('2026-11-22T11:59:55Z', now), 'just now');
    assert.equal(agoText('2026-11-22T11:57:00Z', now), '3 min ago');
    // A clock that runs ahead has seen nothing of the future.
    assert.equal(agoText('2026-11-22T12:30:00Z', now), 'just now');
    assert.equal(spanText('2026-11-22T12:00:00.0Z', '2026-11-22T12:00:02.4Z'), '2.4 s');
    assert.equal(spanText('2026-11-22T12:00:00.00Z', '2026-11-22T12:00:00.02Z'), 'a moment');
    assert.equal(offsetText('2026-11-22T12:00:00.00Z', '2026-11-22T12:00:00.02Z'), '+0.0 s');
    assert.equal(offsetText('2026-11-22T12:00:00Z', '2026-11-22T12:02:00Z'), '+2 min');
    assert.equal(countText(1, 'scan'), '1 scan');
    assert.equal(countText(1200, 'scan'), '1,200 scans');
    assert.equal(bytesText(3 << 20), '3.0 MB');
  });

  it('go into fields of local time and come back', () => {
    for (const time of ['2026-11-22T12:00:00.000Z', '2026-07-01T23:59:59.000Z']) {
      assert.equal(filterTime(fieldTime(Date.parse(time))), time);
    }
    assert.equal(fieldTime(Number.NaN), '');
    assert.equal(filterTime(''), '');
  });

  it('make a stretch only if they are times, one behind the other', () => {
    const now = Date.parse('2026-11-22T12:00:00Z');
    assert.ok(isStretch(beginning('1h', now), now));
    assert.ok(!isStretch(beginning('soon', now), now));
    assert.ok(!isStretch(now, beginning('1h', now)));
  });

  it('make about a hundred bars of any time', () => {
    const now = Date.parse('2026-11-22T12:00:00Z');
    for (const since of ['1h', '24h', '7d', '30d', '365d', '2026-11-22T11:00:00Z']) {
      const begin = beginning(since, now);
      const bars = (now - begin) / 1000 / bucketFor(begin, now);
      assert.ok(bars >= 12 && bars <= 181, `${since}: ${bars}`);
    }
  });
});
