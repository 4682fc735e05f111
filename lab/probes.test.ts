import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probeBytes } from './probes.ts';

const file = [
  'Probe TCP NULL q||',
  'Probe TCP Greeting q|hello\\r\\n\\0\\xff\\|',
  'Probe UDP Greeting q#a|b#',
  'match x m|hello|',
].join('\n');

test('a probe is told apart by transport and unescaped', () => {
  assert.equal(probeBytes('tcp/Greeting', file), 'hello\r\n\0\xff\\');
  assert.equal(probeBytes('udp/Greeting', file), 'a|b');
  assert.equal(probeBytes('tcp/NULL', file), '');
});

test('a name that is not in the file is an error', () => {
  assert.throws(() => probeBytes('tcp/Other', file), /tcp\/Other/);
});
