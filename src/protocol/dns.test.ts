import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dns } from './dns.ts';
import { fieldOf, fromHex, valuesOf } from './parse-bytes.ts';

const udp = { transport: 'udp' } as const;
/** dns-recursion. */
const recursion = '\xde\xad\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x09wikipedia\x03org\x00\x00\x01\x00\x01';
/** dns-nsid: id.server with the options NSID and DO. */
const nsid = fromHex(`0001 0100 0001 0000 0000 0001 02 6964 06 736572766572 00 0010 0003
  00 0029 1000 00008000 0004 0003 0000`);

test('a query over UDP', () => {
  assert.deepEqual(valuesOf(dns, recursion, udp), {
    'dns.id': ['0xdead'],
    'dns.flags': ['0x0100'],
    'dns.opcode': ['0'],
    'dns.query': ['www.wikipedia.org'],
    'dns.type': ['A'],
    'dns.class': ['IN'],
    'dns.message': [recursion],
  });
});

test('each field knows its place on the wire', () => {
  const name = fieldOf(dns, 'dns.query', recursion, 'udp');
  assert.equal(recursion.slice(name?.start, name?.end), '\x03www\x09wikipedia\x03org\x00');
});

test('names are lower case, class CHAOS has its name, EDNS options are read', () => {
  const values = valuesOf(dns, nsid, udp);
  assert.deepEqual(values['dns.query'], ['id.server']);
  assert.deepEqual(values['dns.type'], ['TXT']);
  assert.deepEqual(values['dns.class'], ['CH']);
  assert.deepEqual(values['dns.option'], ['3']);
  assert.deepEqual(values['dns.option_data'], ['']);
});

test('several messages over TCP, each behind its length; a part is not given', () => {
  const framed = `\0\x23${recursion}`;
  assert.deepEqual(valuesOf(dns, framed + framed)['dns.id'], ['0xdead', '0xdead']);
  assert.deepEqual(valuesOf(dns, framed + framed.slice(0, -1), { ended: true })['dns.id'], ['0xdead']);
  assert.deepEqual(valuesOf(dns, recursion), {});
});

test('a status request is a header alone, and only as such', () => {
  const status = '\0\0\x10\0\0\0\0\0\0\0\0\0';
  assert.deepEqual(valuesOf(dns, status, udp)['dns.opcode'], ['2']);
  assert.deepEqual(valuesOf(dns, `\0\x0c${status}`)['dns.message'], [status]);
  assert.deepEqual(valuesOf(dns, `${status}\0`, udp), {});
  assert.deepEqual(valuesOf(dns, '\0\0\0\0\0\0\0\0\0\0\0\0', udp), {}, 'a query without a question');
});

test('the unicast bit of multicast DNS stands beside the class', () => {
  const question = `${'\0\0\0\0\0\x01\0\0\0\0\0\0'}\x09_services\x07_dns-sd\x04_udp\x05local\0\0\x0c\x80\x01`;
  const values = valuesOf(dns, question, udp);
  assert.deepEqual(values['dns.class'], ['IN']);
  assert.deepEqual(values['dns.unicast'], ['QU']);
});

test('the root is a dot, and a dot in a label has a backslash', () => {
  assert.deepEqual(valuesOf(dns, '\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0\x0c\0\x01', udp)['dns.query'], ['.']);
  assert.deepEqual(valuesOf(dns, '\0\x01\0\0\0\x01\0\0\0\0\0\0\x03a.b\0\0\x0c\0\x01', udp)['dns.query'], ['a\\.b']);
});

test('a second question may point back to the first; a loop is no message', () => {
  const two = '\0\x01\0\0\0\x02\0\0\0\0\0\0\x01a\x05local\0\0\x0c\0\x01\x01b\xc0\x0e\0\x0c\0\x01';
  assert.deepEqual(valuesOf(dns, two, udp)['dns.query'], ['a.local', 'b.local']);
  assert.deepEqual(valuesOf(dns, '\0\x01\0\0\0\x01\0\0\0\0\0\0\xc0\x0c\0\x0c\0\x01', udp), {});
});

test('what is no query gives nothing', () => {
  assert.deepEqual(valuesOf(dns, recursion.replace('\x01\0\0', '\x81\x80\0'), udp), {}, 'an answer');
  assert.deepEqual(valuesOf(dns, `${recursion}x`, udp), {}, 'bytes left over');
  assert.deepEqual(valuesOf(dns, recursion.slice(0, -1), udp), {}, 'cut');
  assert.deepEqual(valuesOf(dns, `x${recursion}`, udp), {}, 'quoted in something else');
});
