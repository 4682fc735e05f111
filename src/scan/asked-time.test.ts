import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { askedTime } from './asked-time.ts';
import { isoTime } from './iso-time.ts';

const now = Date.UTC(2026, 10, 22, 12) * 1000;

describe('a time that is asked for', () => {
  it('is a day, a moment, or so long ago', () => {
    const cases: [text: string, means: string][] = [
      ['2026-11-22', '2026-11-22T00:00:00.000000Z'],
      ['2026-11-22T14:30', '2026-11-22T14:30:00.000000Z'],
      ['2026-11-22 14:30:05', '2026-11-22T14:30:05.000000Z'],
      ['2026-11-22T14:30:05.123456Z', '2026-11-22T14:30:05.123456Z'],
      ['2026-11-22t14:30:05.1234567z', '2026-11-22T14:30:05.123456Z'],
      ['2026-11-22T15:30+01:00', '2026-11-22T14:30:00.000000Z'],
      ['2026-11-22T14:30:00.5-0130', '2026-11-22T16:00:00.500000Z'],
      ['2028-02-29', '2028-02-29T00:00:00.000000Z'],
      ['90s', '2026-11-22T11:58:30.000000Z'],
      ['90m', '2026-11-22T10:30:00.000000Z'],
      ['7d', '2026-11-15T12:00:00.000000Z'],
      ['9999999w', '1970-01-01T00:00:00.000000Z'],
    ];
    for (const [text, means] of cases) assert.equal(isoTime(askedTime(text, now)!), means, text);
  });

  it('or none', () => {
    const none = ['', 'soon', 'now', '24', '-5d', '7 days', '1e3', '1e9s', '\u0663h', '2026-13-01', '2026-11-22T25:00'];
    // Days that no calendar has, and years that no scan can have.
    none.push('2026-02-30', '2026-02-29', '2026-04-31T10:00', '1969-12-31', '2999-01-01', '2026-11-22T14:30+99:00');
    for (const text of none) assert.equal(askedTime(text, now), undefined, text);
  });

  it('whatever is typed', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const time = askedTime(text, now);
        return time === undefined || (Number.isSafeInteger(time) && time >= 0);
      }),
    );
  });
});
