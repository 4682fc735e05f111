import assert from 'node:assert/strict';
import { it } from 'node:test';
import { printable, printableBytes } from './printable.ts';

it('printable ASCII stays as it is, all else is escaped', () => {
  assert.equal(printable('EHLO nmap.scanme.org\r\n'), 'EHLO nmap.scanme.org\\r\\n');
  assert.equal(printable('\x1b[2J\x00\x7f\x9b'), '\\x1b[2J\\x00\\x7f\\x9b');
  assert.equal(printable('a\\x41'), 'a\\\\x41');
  assert.equal(printable('\u202e\u{1f600}'), '\\u{202e}\\u{1f600}');
  assert.equal(printableBytes(Uint8Array.of(0xde, 0xad, 0x21)), '\\xde\\xad!');
});
