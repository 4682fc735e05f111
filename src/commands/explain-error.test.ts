import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { explainError } from './explain-error.ts';

function errorOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

describe('errors in plain words', () => {
  it('of the system: the path and what to do', () => {
    assert.equal(
      explainError(errorOf(() => readFileSync('no/such\x1b/x.pcap'))),
      'no/such\\x1b/x.pcap: there is no such file or directory. Check the path.',
    );
  });

  it('of ours: their message, without control characters', () => {
    class CaptureError extends Error {}
    assert.equal(explainError(new CaptureError('x.pcap: \x1b[2J is no capture.')), 'x.pcap: \\x1b[2J is no capture.');
    assert.equal(explainError('odd'), 'odd');
  });

  it('of the language: a defect, with its place', () => {
    const error = errorOf(() => (undefined as unknown as { x: number }).x);
    assert.match(explainError(error), /^this is a defect, please report it:\nTypeError: .*\n.*explain-error\.test/);
  });
});
