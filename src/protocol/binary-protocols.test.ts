import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coap } from './coap.ts';
import { iscsi } from './iscsi.ts';
import { krb } from './krb.ts';
import { mqtt } from './mqtt.ts';
import { fromHex, valuesOf } from './parse-bytes.ts';
import { postgresql } from './postgresql.ts';
import { pptp } from './pptp.ts';
import { kerberosProbe, preloginProbe, snmp1Probe, snmp3Probe, socks4Probe, socks5Probe, tnsProbe } from './samples.ts';
import { snmp } from './snmp.ts';
import { socks } from './socks.ts';
import { svn } from './svn.ts';
import { tds } from './tds.ts';
import { tns } from './tns.ts';

const udp = { transport: 'udp' } as const;
const char = String.fromCharCode;

test('CoAP: the service probe, and the token of nselib/coap.lua', () => {
  const probe = '@\x01\x01\xce\xbb.well-known\x04core';
  assert.deepEqual(valuesOf(coap, probe, udp), {
    'coap.token': [''],
    'coap.uri_path': ['.well-known/core'],
    'coap.message': [probe],
  });
  const script = '\x48\x01\x12\x34nmapcoap\xbb.well-known\x04core';
  assert.deepEqual(valuesOf(coap, script, udp)['coap.token'], ['nmapcoap']);
  assert.deepEqual(valuesOf(coap, probe.slice(0, -1), udp), {});
  assert.deepEqual(valuesOf(coap, `\x60${probe.slice(1)}`, udp), {}, 'an acknowledgement');
});

test('iSCSI: the login of iscsi-info', () => {
  const name = 'InitiatorName=iqn.1991-05.com.microsoft:nmap_iscsi_probe';
  const data = `${name}\0SessionType=Discovery\0`;
  const login = `\x43\x87\0\0\0\0\0${char(data.length)}${'\0'.repeat(40)}${data}`.padEnd(
    48 + ((data.length + 3) & ~3),
    '\0',
  );
  assert.deepEqual(valuesOf(iscsi, login), {
    'iscsi.key': [name, 'SessionType=Discovery'],
    'iscsi.initiator_name': ['iqn.1991-05.com.microsoft:nmap_iscsi_probe'],
  });
  assert.deepEqual(valuesOf(iscsi, data, { ended: true }), {});
  assert.deepEqual(valuesOf(iscsi, login.replace('\x43', '\x23')), {}, 'an answer');
});

test('Kerberos: the service probe, and a client name', () => {
  const values = valuesOf(krb, kerberosProbe);
  assert.deepEqual(values['krb.realm'], ['NM']);
  assert.deepEqual(values['krb.sname'], ['krbtgt/NM']);
  assert.deepEqual(values['krb.nonce'], ['0x1f1eb9d9']);
  assert.deepEqual(values['krb.request'], [kerberosProbe.slice(4)]);
  assert.deepEqual(valuesOf(krb, kerberosProbe.slice(4), udp), values);
  const named = fromHex(`6a2c 302a a103020105 a20302010a a41e 301c a00703050000000000
    a111 300f a003020101 a108 30061b04 6e6d6170`);
  assert.deepEqual(valuesOf(krb, named, udp)['krb.cname'], ['nmap']);
  assert.deepEqual(valuesOf(krb, kerberosProbe.slice(4, -1), udp), {});
});

test('MQTT: the service probe and mqtt-subscribe', () => {
  const probe = '\x10\x10\0\x04MQTT\x04\x02\0\x1e\0\x04nmap';
  assert.deepEqual(valuesOf(mqtt, probe), {
    'mqtt.protocol': ['MQTT'],
    'mqtt.version': ['4'],
    'mqtt.client_id': ['nmap'],
    'mqtt.connect': [probe],
  });
  const version5 = '\x10\x16\0\x04MQTT\x05\x02\0\x1e\x05\x11\0\0\0\0\0\x04nmap';
  assert.deepEqual(valuesOf(mqtt, version5)['mqtt.client_id'], ['nmap']);
  assert.deepEqual(valuesOf(mqtt, probe.slice(0, -1), { ended: true }), {});
  assert.deepEqual(valuesOf(mqtt, probe.replace('MQTT', 'MQTA')), {});
});

test('PostgreSQL: the start of a session, also after SSLRequest', () => {
  const parameters = 'user\0versionprobe\0database\0db\0application_name\0psql\0\0';
  const start = `\0\0\0${char(parameters.length + 8)}\0\x03\0\0${parameters}`;
  const expected = {
    'postgresql.user': ['versionprobe'],
    'postgresql.database': ['db'],
    'postgresql.application_name': ['psql'],
  };
  assert.deepEqual(valuesOf(postgresql, start), expected);
  assert.deepEqual(valuesOf(postgresql, `\0\0\0\x08\x04\xd2\x16\x2f${start}`), expected);
  assert.deepEqual(valuesOf(postgresql, `x${start}`), {});
  assert.deepEqual(valuesOf(postgresql, `\0\0\0\x17\0\x03\0\0constructor\0a\0\0`), {}, 'a name of the language');
});

test('PPTP: the request of pptp-version', () => {
  const text = (value: string) => value.padEnd(64, '\0');
  const request = `\0\x9c\0\x01\x1a\x2b\x3c\x4d\0\x01\0\0\x01\0\0\0${'\0'.repeat(12)}${text('none')}${text('nmap')}`;
  assert.deepEqual(valuesOf(pptp, request), { 'pptp.host': ['none'], 'pptp.vendor': ['nmap'] });
  assert.deepEqual(valuesOf(pptp, request.slice(0, -1), { ended: true }), {});
});

test('SNMP: the service probes', () => {
  assert.deepEqual(valuesOf(snmp, snmp1Probe, udp), {
    'snmp.version': ['1'],
    'snmp.community': ['public'],
    'snmp.request_id': ['0x4c33a756'],
    'snmp.message': [snmp1Probe],
  });
  assert.deepEqual(valuesOf(snmp, snmp3Probe, udp), {
    'snmp.version': ['3'],
    'snmp.message_id': ['0x4a69'],
    'snmp.request_id': ['0x37f0'],
    'snmp.message': [snmp3Probe],
  });
  assert.deepEqual(valuesOf(snmp, snmp1Probe.replace('\xa0\x82', '\xa2\x82'), udp), {}, 'an answer');
  assert.deepEqual(valuesOf(snmp, `${snmp1Probe}\0`, udp), {});
});

test('SOCKS: the service probes and socks-brute', () => {
  assert.deepEqual(valuesOf(socks, '\x05\x01\x02\x01\x04nmap\x0enmapbruteprobe'), {
    'socks.methods': ['2'],
    'socks.user': ['nmap'],
    'socks.password': ['nmapbruteprobe'],
  });
  assert.deepEqual(valuesOf(socks, socks4Probe), {
    'socks.user': ['root'],
    'socks.request': ['connect 127.0.0.1:22'],
  });
  assert.deepEqual(valuesOf(socks, socks5Probe)['socks.request'], ['connect google.com:80']);
  assert.deepEqual(valuesOf(socks, '\x04\x01\0\x50\0\0\0\x01\0example.org\0')['socks.request'], [
    'connect example.org:80',
  ]);
  const six = `\x05\x01\0\x05\x01\0\x04${'\0'.repeat(15)}\x01\0\x50`;
  assert.deepEqual(valuesOf(socks, six)['socks.request'], ['connect [0:0:0:0:0:0:0:1]:80']);
  const relayed = `${socks4Probe}GET / HTTP/1.0\r\n\r\n`;
  assert.deepEqual(valuesOf(socks, relayed)['socks.request'], ['connect 127.0.0.1:22'], 'what is relayed follows');
  assert.deepEqual(valuesOf(socks, '\x04\x01\0\x50\x7f\0\0\x01\xff\xfe\0'), {});
  assert.deepEqual(valuesOf(socks, '\x05\x01\0\x07'), {});
  assert.deepEqual(valuesOf(socks, '\x05\x02\0\0'), {}, 'a method twice');
});

test('SVN: the client that svn-brute says it is', () => {
  const url = 'svn://10.0.0.1/repo';
  const answer = `( 2 ( edit-pipeline svndiff1 depth ) ${url.length}:${url} 15:nmap-brute v0.1 ( ) ) `;
  assert.deepEqual(valuesOf(svn, answer), { 'svn.url': [url], 'svn.client': ['nmap-brute v0.1'] });
  assert.deepEqual(valuesOf(svn, `He wrote ${answer}`, { ended: true }), {});
});

test('TDS: PRELOGIN of the service probe, the names of LOGIN7', () => {
  assert.deepEqual(valuesOf(tds, preloginProbe), { 'tds.prelogin': [preloginProbe] });
  const wide = (text: string) => Buffer.from(text, 'utf16le').toString('latin1');
  const texts = ['host', 'sa', 'pw', 'Nmap NSE', '10.0.0.1', '', 'mssql.lua', '', 'master'];
  let offset = 94;
  let references = '';
  for (const text of texts) {
    references += `${char(offset & 255, offset >> 8)}${char(text.length)}\0`;
    offset += 2 * text.length;
  }
  const data = `${'\0'.repeat(32)}${references}${'\0'.repeat(22)}${wide(texts.join(''))}`;
  const login = char(data.length + 4, 0, 0, 0) + data;
  const packet = `\x10\x01${char((login.length + 8) >> 8, (login.length + 8) & 255)}\0\0\x01\0${login}`;
  assert.deepEqual(valuesOf(tds, packet), {
    'tds.host_name': ['host'],
    'tds.user': ['sa'],
    'tds.app_name': ['Nmap NSE'],
    'tds.server_name': ['10.0.0.1'],
    'tds.library': ['mssql.lua'],
    'tds.database': ['master'],
  });
  assert.deepEqual(valuesOf(tds, packet.slice(0, -1), { ended: true }), {});
});

test('TNS: the service probe, and a descriptor in a packet of its own', () => {
  assert.deepEqual(valuesOf(tns, tnsProbe), {
    'tns.connect': [tnsProbe],
    'tns.connect_data': ['(CONNECT_DATA=(COMMAND=version))'],
  });
  const descriptor = `(DESCRIPTION=(CONNECT_DATA=(CID=(USER=nmap))${'x'.repeat(180)}))`;
  const connect = `\0\x3a\0\0\x01\0\0\0${'\0'.repeat(16)}\0${char(descriptor.length)}\0\x3a${'\0'.repeat(30)}`;
  const packet = (text: string) => `\0${char(text.length + 10)}\0\0\x06\0\0\0\0\0${text}`;
  const values = valuesOf(tns, connect + packet(descriptor) + packet('sqlplus@nmap_7'));
  assert.deepEqual(values['tns.connect_data'], [descriptor]);
  assert.deepEqual(values['tns.data'], ['sqlplus@nmap_7']);
  assert.deepEqual(valuesOf(tns, packet('(USER=nmap)')), {}, 'no connection');
});
