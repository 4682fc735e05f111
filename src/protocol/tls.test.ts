import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, valuesOf } from './parse-bytes.ts';
import { dtlsProbe, rdpCookie, ssl2Probe, tlsProbe, tlsScript } from './samples.ts';
import { ssl2 } from './ssl2.ts';
import { tls } from './tls.ts';

const number = (size: number, value: number) => fromHex(value.toString(16).padStart(2 * size, '0'));
const sized = (size: number, text: string) => number(size, text.length) + text;
const numbers = (list: string) => fromHex(list.replaceAll(',', ''));

function hello(suites: string, extensions: readonly (readonly [string, string])[], version = '0303'): string {
  const all = extensions.map(([type, data]) => fromHex(type) + sized(2, data)).join('');
  const body = `${fromHex(version)}${'R'.repeat(32)}\0${sized(2, numbers(suites))}\x01\0${sized(2, all)}`;
  return `\x16\x03\x01${sized(2, `\x01${sized(3, body)}`)}`;
}

test('the service probe TLSSessionReq', () => {
  const values = valuesOf(tls, tlsProbe);
  assert.deepEqual(values['tls.hello'], [tlsProbe]);
  assert.deepEqual(values['tls.record_version'], ['0x0300']);
  assert.deepEqual(values['tls.version'], ['0x0303']);
  assert.deepEqual(values['tls.random'], ['U\x1c\xa7\xe4random1random2random3random4']);
  assert.deepEqual(values['tls.session_id_size'], ['0']);
  assert.deepEqual(values['tls.cipher_suites'], ['002f,000a,0013,0039,0004,00ff']);
  assert.deepEqual(values['tls.extensions'], ['000d']);
  assert.match(values['tls.signature_algorithms']?.[0] ?? '', /^0001,0003,0002,0601,/);
});

test('the ClientHello of OpenSSL', () => {
  const values = valuesOf(tls, tlsScript);
  assert.deepEqual(values['tls.supported_versions'], ['0304,0303,0302,0301']);
  assert.deepEqual(values['tls.supported_groups'], ['001d,0017,001e,0019,0018,0100,0101,0102,0103,0104']);
  assert.deepEqual(values['tls.extensions'], ['000b,000a,0023,0016,0017,000d,002b,002d,0033,0015']);
  // TLS 1.3, no name, 78 suites, 10 extensions, no ALPN.
  assert.match(values['tls.ja4']?.[0] ?? '', /^t13i781000_/);
});

test("JA4: the example of FoxIO's specification", () => {
  const suites = '1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035';
  const order = '001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015';
  const data: Record<string, string> = {
    '0000': sized(2, `\0${sized(2, 'example.org')}`),
    '0010': sized(2, sized(1, 'h2') + sized(1, 'http/1.1')),
    '000d': sized(2, numbers('0403,0804,0401,0503,0805,0501,0806,0601')),
    '002b': sized(1, numbers('0a0a,0304,0303')),
  };
  const extensions = order.split(',').map((type) => [type, data[type] ?? ''] as const);
  const values = valuesOf(tls, hello(suites, extensions));
  assert.deepEqual(values['tls.ja4'], ['t13d1516h2_8daaf6152771_e5627efa2ab1']);
  const grease = valuesOf(tls, hello(`2a2a,${suites}`, [['1a1a', ''], ...extensions, ['fafa', '\0']]));
  assert.deepEqual(grease['tls.ja4'], values['tls.ja4'], 'GREASE does not count');
  assert.deepEqual(values['tls.server_name'], ['example.org']);
  assert.deepEqual(values['tls.alpn'], ['h2,http/1.1']);
});

test('JA4 without signature algorithms and without extensions', () => {
  const order = '0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01';
  const extensions = order.split(',').map((type) => [type, ''] as const);
  assert.match(valuesOf(tls, hello('1301', extensions))['tls.ja4']![0]!, /^t12i011400_[0-9a-f]{12}_6d807ffa2a79$/);
  assert.match(valuesOf(tls, hello('1301', []))['tls.ja4']![0]!, /^t12i010000_[0-9a-f]{12}_000000000000$/);
  assert.equal(valuesOf(tls, hello('', [], '0300'))['tls.ja4']![0]!, 'ts3i000000_000000000000_000000000000');
});

test('DTLS gives the same fields', () => {
  const values = valuesOf(tls, dtlsProbe, { transport: 'udp' });
  assert.deepEqual(values['tls.hello'], [dtlsProbe]);
  assert.deepEqual(values['tls.version'], ['0xfefd']);
  assert.deepEqual(values['tls.record_version'], ['0xfeff']);
  assert.deepEqual(values['tls.cipher_suites'], ['002f']);
  assert.match(values['tls.ja4']?.[0] ?? '', /^dd2i010000_/);
  assert.deepEqual(valuesOf(tls, dtlsProbe), {}, 'not over TCP');
});

test('the hello of SSL 2', () => {
  const values = valuesOf(ssl2, ssl2Probe);
  assert.deepEqual(values['ssl2.version'], ['0x0301']);
  assert.equal(values['ssl2.challenge']?.[0]?.length, 32);
  assert.match(values['ssl2.cipher_specs']?.[0] ?? '', /^000066,000065,.*,000001$/);
  assert.deepEqual(values['ssl2.hello'], [ssl2Probe]);
  assert.deepEqual(valuesOf(ssl2, `${ssl2Probe.slice(0, -1)}`, { ended: true }), {});
  assert.deepEqual(valuesOf(tls, ssl2Probe), {});
});

test('a heartbeat in the clear, as ssl-heartbleed sends it', () => {
  const heartbeat = '\x01\x40\x00Nmap ssl-heartbleed';
  const record = `\x18\x03\x02${sized(2, heartbeat)}`;
  assert.deepEqual(valuesOf(tls, tlsProbe + record)['tls.heartbeat'], [heartbeat]);
  assert.deepEqual(valuesOf(tls, record, { atStart: false }), { 'tls.heartbeat': [heartbeat] });
  const encrypted = `${tlsProbe}\x14\x03\x02\0\x01\x01${record}`;
  assert.deepEqual(valuesOf(tls, encrypted)['tls.heartbeat'], undefined);
});

test('TLS after the wish of another protocol', () => {
  for (const before of [
    'EHLO a\r\nSTARTTLS\r\n',
    'AUTH TLS\r\n',
    'A001 CAPABILITY\r\nA002 STARTTLS\r\n',
    'STLS\r\n',
    '\0\0\0\x08\x04\xd2\x16\x2f',
    rdpCookie,
    "<?xml version='1.0'?><stream:stream to='a'><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    "<stream:stream to='a'><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'></starttls>\n",
  ]) {
    assert.deepEqual(valuesOf(tls, before + tlsProbe)['tls.hello'], [tlsProbe], before);
    assert.deepEqual(valuesOf(ssl2, before + ssl2Probe)['ssl2.hello'], [ssl2Probe], before);
  }
});

test('half a record, a quoted record', () => {
  assert.deepEqual(valuesOf(tls, tlsProbe.slice(0, -1), { ended: true }), {});
  assert.deepEqual(valuesOf(tls, `POST / HTTP/1.1\r\nContent-Length: 110\r\n\r\n${tlsProbe}`), {});
  assert.deepEqual(valuesOf(tls, `\0${tlsProbe}`), {});
  assert.deepEqual(valuesOf(tls, `<message><body>starttls ${tlsProbe}`), {});
});
