import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClockWatch } from './clock-watch.ts';

describe('the clock', () => {
  it('is noticed when it is set, and only then', () => {
    let wall = 1_795_402_800_000;
    let steady = 5000;
    const clock = new ClockWatch(
      () => wall,
      () => steady,
    );
    const pass = (milliseconds: number, drift = 0) => {
      wall += milliseconds + drift;
      steady += milliseconds;
      return clock.step();
    };
    assert.equal(pass(250), 0);
    // Slow adjustment by a time server, and a thread that was kept waiting.
    assert.equal(pass(250, 100), 0);
    assert.equal(pass(60_000), 0);
    assert.equal(pass(250, -3_600_000), -3_600_000);
    assert.equal(pass(250), 0);
    assert.equal(pass(250, 7_200_000), 7_200_000);
  });
});
