import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dialogue } from './dialogue.ts';
import { bytesOf, type Options } from './responder.ts';

/** What the dialogue answers to one datagram. */
function answer(options: Options, heard: string): string {
  let said = '';
  dialogue(options).datagram?.(Buffer.from(heard, 'latin1'), (bytes) => {
    said += bytes.toString('latin1');
  });
  return said;
}

test('the first reply whose expression matches answers, with the groups it caught', () => {
  const options = {
    replies: [
      { when: '^(\\S+) CAPABILITY', say: '$1 OK\r\n' },
      { when: 'A', say: 'no' },
    ],
  };
  assert.equal(answer(options, 'A1 CAPABILITY\r\n'), 'A1 OK\r\n');
  assert.equal(answer(options, 'A2 NOOP\r\n'), 'no');
  assert.equal(answer(options, 'x'), '');
});

test('turns answer in order and otherwise the rest', () => {
  assert.equal(answer({ turns: ['first'], otherwise: 'rest' }, 'x'), 'first');
  assert.equal(answer({ otherwise: 'rest' }, 'x'), 'rest');
});

test('a caught byte stays the byte it was', () => {
  assert.equal(answer({ replies: [{ when: '^\\x00(..)', say: '\x01$1' }] }, '\x00\xfe\xff'), '\x01\xfe\xff');
});

test('bytes are written as characters or in hexadecimal', () => {
  assert.deepEqual(bytesOf('\xff\0'), Buffer.from([0xff, 0]));
  assert.deepEqual(bytesOf('0x ff 00'), Buffer.from([0xff, 0]));
});
