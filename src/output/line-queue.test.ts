import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LineQueue } from './line-queue.ts';

describe('a queue of lines', () => {
  it('gives the first lines first, and keeps them until they are removed', () => {
    const queue = new LineQueue(10_000);
    for (const line of ['a', 'b', 'c']) assert.ok(queue.push(line));
    assert.deepEqual(queue.peek(2, 1000), ['a', 'b']);
    assert.deepEqual(queue.peek(2, 1000), ['a', 'b']);
    queue.remove(2);
    assert.deepEqual(queue.peek(2, 1000), ['c']);
    assert.equal(queue.length, 1);
  });

  it('refuses the new line when it is full, and takes one again when there is room', () => {
    const queue = new LineQueue(3 * (10 + 64));
    const line = 'x'.repeat(10);
    assert.deepEqual(
      [1, 2, 3, 4].map(() => queue.push(line)),
      [true, true, true, false],
    );
    queue.remove(1);
    assert.ok(queue.push(line));
    assert.ok(!queue.push(''));
  });

  it('gives one line, however long, and no more than asked for', () => {
    const queue = new LineQueue(1e6);
    for (const length of [5000, 10, 10]) queue.push('é'.repeat(length));
    assert.equal(queue.peek(9, 100).length, 1);
    queue.remove(1);
    assert.equal(queue.peek(9, 2 * (20 + 64)).length, 2);
    assert.equal(queue.peek(9, 2 * (20 + 64) - 1).length, 1);
  });

  it('is a list with a bound, whatever is done to it', () => {
    const step = fc.oneof(
      fc.string().map((line) => ({ line })),
      fc.nat(5).map((count) => ({ count })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 3000, size: 'max' }), (steps) => {
        const queue = new LineQueue(20_000);
        const model: string[] = [];
        for (const one of steps) {
          if ('line' in one) {
            if (queue.push(one.line)) model.push(one.line);
          } else {
            queue.remove(one.count);
            model.splice(0, one.count);
          }
          assert.equal(queue.length, model.length);
          assert.ok(queue.bytes <= 20_000);
        }
        assert.deepEqual(queue.peek(9999, 1e9), model);
      }),
      { numRuns: 20 },
    );
  });
});
