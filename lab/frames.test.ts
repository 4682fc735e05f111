import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstFrames, framesOf, missingBytes } from './frames.ts';

/** A pcap file header (little-endian, Ethernet) and one record for each frame. */
function capture(...frames: string[]): Buffer {
  const header = Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex');
  const records = frames.map((frame) => {
    const record = Buffer.alloc(16 + frame.length);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    record.write(frame, 16, 'latin1');
    return record;
  });
  return Buffer.concat([header, ...records]);
}

test('frames come out one by one, a cut one is left out', () => {
  assert.deepEqual(framesOf(capture('one', 'three')), ['one', 'three']);
  assert.deepEqual(framesOf(capture('one', 'three').subarray(0, -1)), ['one']);
  assert.deepEqual(framesOf(Buffer.alloc(0)), []);
});

test('the first frames are a capture of their own', () => {
  assert.deepEqual(framesOf(firstFrames(capture('a', 'b', 'c'), 2)), ['a', 'b']);
  assert.deepEqual(framesOf(firstFrames(capture('a', 'b'), Number.POSITIVE_INFINITY)), ['a', 'b']);
});

test('a text must stand in one frame, not across two', () => {
  assert.deepEqual(
    missingBytes(capture('EHLO nmap', '.scanme.org\xff'), ['nmap', 'nmap.scanme'], ['^\\.s.*\xff$', '^x']),
    ['nmap.scanme', '^x'],
  );
});
