import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, valuesOf } from './parse-bytes.ts';
import { rdp } from './rdp.ts';
import { rdpCookie, rdpCookieProbe } from './samples.ts';

test('the connection request of rdp-enum-encryption', () => {
  assert.deepEqual(valuesOf(rdp, rdpCookie), {
    'rdp.connection_request': [rdpCookie],
    'rdp.cookie': ['nmap'],
    'rdp.cookie_line': ['Cookie: mstshash=nmap\r\n'],
    'rdp.requested_protocols': ['0x00000004'],
  });
  assert.deepEqual(valuesOf(rdp, rdpCookieProbe)['rdp.requested_protocols'], ['0x00000003']);
});

test('a cookie needs its line end and its place in a whole packet', () => {
  assert.deepEqual(valuesOf(rdp, rdpCookieProbe.slice(0, -1), { ended: true }), {});
  assert.deepEqual(valuesOf(rdp, rdpCookieProbe.replace('nmap\r\n', 'nmapnm')), {});
  assert.deepEqual(valuesOf(rdp, `GET /?q=${rdpCookieProbe} HTTP/1.1\r\n\r\n`), {});
  assert.deepEqual(valuesOf(rdp, 'Cookie: mstshash=nmap\r\n', { ended: true }), {});
});

test('X.224 requests of S7 and MMS are none of RDP', () => {
  assert.deepEqual(valuesOf(rdp, fromHex('03000016 11e0 0000 0014 00 c1020100 c2020102 c0010a')), {});
});

test('the name of the computer in MCS Connect Initial', () => {
  const name = Buffer.from('EMP-LAP-0014'.padEnd(16, '\0'), 'utf16le').toString('latin1');
  const core = fromHex('01c03c00 04000800 0005 2003 01ca 03aa 09040000 280a0000') + name + '\0'.repeat(4);
  const data = `\x00\x05\x00\x14\x7c\x00\x01\x81\x2a\x00\x08\x00\x10\x00\x01\xc0\x00Duca\x3c${core}`;
  const connect = `\x02\xf0\x80\x7f\x65\x82\x01\x00${data}`;
  const packet = `\x03\x00\x00${String.fromCharCode(connect.length + 4)}${connect}`;
  assert.deepEqual(valuesOf(rdp, rdpCookie + packet)['rdp.client_name'], ['EMP-LAP-0014']);
  assert.deepEqual(valuesOf(rdp, packet), { 'rdp.client_name': ['EMP-LAP-0014'] });
});
