import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valuesOf } from './parse-bytes.ts';
import { sip } from './sip.ts';

/** Service probe SIPOptions. */
const probe = [
  'OPTIONS sip:nm SIP/2.0',
  'Via: SIP/2.0/UDP nm;branch=foo;rport',
  'From: <sip:nm@nm>;tag=root',
  'To: <sip:nm2@nm2>',
  'Call-ID: 50000',
  'CSeq: 42 OPTIONS',
  'Max-Forwards: 70',
  'Content-Length: 0',
  'Contact: <sip:nm@nm>',
  'Accept: application/sdp',
  '\r\n',
].join('\r\n');

test('the service probe, over UDP and TCP', () => {
  for (const transport of ['udp', 'tcp'] as const) {
    const values = valuesOf(sip, probe, { transport });
    assert.deepEqual(values['sip.request_line'], ['OPTIONS sip:nm SIP/2.0']);
    assert.deepEqual(values['sip.method'], ['OPTIONS']);
    assert.deepEqual(values['sip.request_uri'], ['sip:nm']);
    assert.deepEqual(values['sip.via'], ['SIP/2.0/UDP nm;branch=foo;rport']);
    assert.deepEqual(values['sip.from'], ['<sip:nm@nm>;tag=root']);
    assert.deepEqual(values['sip.to'], ['<sip:nm2@nm2>']);
    assert.deepEqual(values['sip.contact'], ['<sip:nm@nm>']);
    assert.deepEqual(values['sip.call_id'], ['50000']);
    assert.equal(values['sip.header']?.length, 9);
  }
});

test('compact header names', () => {
  const values = valuesOf(
    sip,
    'REGISTER sip:a SIP/2.0\r\nf: F\r\nt: T\r\nv: V\r\nm: M\r\ni: I\r\nUser-Agent: Nmap NSE\r\n\r\n',
  );
  assert.deepEqual(values['sip.from'], ['F']);
  assert.deepEqual(values['sip.to'], ['T']);
  assert.deepEqual(values['sip.via'], ['V']);
  assert.deepEqual(values['sip.contact'], ['M']);
  assert.deepEqual(values['sip.call_id'], ['I']);
  assert.deepEqual(values['sip.user_agent'], ['Nmap NSE']);
});

test('answers, bodies and HTTP give nothing', () => {
  assert.deepEqual(valuesOf(sip, 'SIP/2.0 200 OK\r\nUser-Agent: Nmap NSE\r\n\r\n'), {});
  assert.deepEqual(valuesOf(sip, `POST / HTTP/1.1\r\nContent-Length: 400\r\n\r\n${probe}`), {});
  const inBody = `MESSAGE sip:a SIP/2.0\r\nContent-Length: ${probe.length}\r\n\r\n${probe}`;
  assert.deepEqual(valuesOf(sip, inBody)['sip.from'], undefined);
});
