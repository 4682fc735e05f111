import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commonLogTime, epochTime, isoTimestamp } from './log-time.ts';

const time = Date.UTC(2026, 9, 10, 20, 55, 36) * 1000;

describe('dates of logs', () => {
  it('of web servers', () => {
    assert.equal(commonLogTime('10/Oct/2026:13:55:36 -0700'), time);
    assert.equal(commonLogTime('11/Oct/2026:02:25:36 +0530'), time);
    assert.equal(commonLogTime('10/Oct/2026:20:55:36.125 +0000'), time + 125_000);
  });

  it('ISO 8601 with any offset; without one it is UTC', () => {
    for (const text of [
      '2026-10-10T20:55:36Z',
      '2026-10-10 20:55:36',
      '2026-10-10T22:55:36+02:00',
      '2026-10-10T13:55:36-0700',
    ]) {
      assert.equal(isoTimestamp(text), time, text);
    }
    assert.equal(isoTimestamp('2026-10-10T20:55:36.123456789Z'), time + 123_456);
  });

  it('seconds since 1970', () => {
    assert.equal(epochTime(1791665736.000001), time + 1);
  });

  it('what cannot be is none', () => {
    const none = [
      '',
      '2026-13-10T20:55:36Z',
      '2026-02-30T20:55:36Z',
      '2026-10-10T25:55:36Z',
      '2026-10-10',
      '0000-00-00T00:00:00Z',
      '1969-12-31T23:59:59Z',
    ];
    for (const text of none) assert.ok(Number.isNaN(isoTimestamp(text)), text);
    for (const text of ['00/Oct/2026:13:55:36 -0700', '10/Okt/2026:13:55:36 -0700', '10/Oct/2026']) {
      assert.ok(Number.isNaN(commonLogTime(text)), text);
    }
    for (const seconds of [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e300])
      assert.ok(Number.isNaN(epochTime(seconds)));
  });
});
