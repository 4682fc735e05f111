import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ntlm } from './ntlm.ts';
import { fromHex, valuesOf } from './parse-bytes.ts';
import { smbGuestSession, smbNtlmSession } from './samples.ts';

/** http-ntlm-info, smtp-ntlm-info and their kin. */
const encoded = 'TlRMTVNTUAABAAAAB4IIoAAAAAAAAAAAAAAAAAAAAAA=';
const decoded = Buffer.from(encoded, 'base64').toString('latin1');
const negotiation = { 'ntlm.negotiate': [decoded], 'ntlm.negotiate_flags': ['0xa0088207'] };

test('SMB: both steps of a session setup', () => {
  assert.deepEqual(valuesOf(ntlm, smbNtlmSession), {
    'ntlm.negotiate_flags': ['0x00088215'],
    'ntlm.negotiate': [fromHex('4e544c4d53535000 01000000 15820800 00000000 00000000 00000000 00000000')],
    'ntlm.domain': ['TARGET'],
    'ntlm.user': ['guest'],
    'ntlm.workstation': ['nmap'],
  });
  assert.deepEqual(valuesOf(ntlm, smbGuestSession), {}, 'no blob in a session of NT LM 0.12');
});

test('HTTP: in Authorization and Proxy-Authorization, with NTLM or Negotiate', () => {
  assert.deepEqual(valuesOf(ntlm, `GET / HTTP/1.1\r\nAuthorization: NTLM ${encoded}\r\n\r\n`), negotiation);
  assert.deepEqual(valuesOf(ntlm, `GET / HTTP/1.1\r\nProxy-Authorization: Negotiate ${encoded}\r\n\r\n`), negotiation);
  assert.deepEqual(valuesOf(ntlm, `GET / HTTP/1.1\r\nX-Note: NTLM ${encoded}\r\n\r\n`), {});
});

test('mail and news: the answer to AUTH, a line of its own or in the same line', () => {
  for (const dialogue of [
    `EHLO a\r\nAUTH NTLM\r\n${encoded}\r\n`,
    `EHLO a\r\nAUTH NTLM ${encoded}\r\n`,
    `000b AUTHENTICATE NTLM\r\n${encoded}\r\n`,
    `CAPA\r\nAUTH NTLM\r\n${encoded}\r\n`,
    `AUTHINFO GENERIC NTLM\r\nAUTHINFO GENERIC ${encoded}\r\n`,
  ]) {
    const values = valuesOf(ntlm, dialogue);
    // A dialogue that begins with words of two protocols is read as both.
    assert.deepEqual(values['ntlm.negotiate']?.[0], decoded, dialogue);
    assert.deepEqual(values['ntlm.negotiate_flags']?.[0], '0xa0088207');
  }
});

test('mail: in a text it is no authentication', () => {
  const mail = `EHLO a\r\nMAIL FROM:<a@b>\r\nDATA\r\nSubject: x\r\n\r\nAUTH NTLM\r\n${encoded}\r\n.\r\n`;
  assert.deepEqual(valuesOf(ntlm, mail), {});
  assert.deepEqual(valuesOf(ntlm, `EHLO a\r\n${encoded}\r\n`), {});
  assert.deepEqual(valuesOf(ntlm, encoded, { ended: true }), {});
  assert.deepEqual(valuesOf(ntlm, decoded, { ended: true }), {});
});

test('telnet: telnet-ntlm-info', () => {
  const login = `\xff\xfa\x25\x00\x0f\x00\x00\x20\x00\x00\x00\x02\x00\x00\x00${decoded}\xff\xf0`;
  assert.deepEqual(valuesOf(ntlm, login), negotiation);
  assert.deepEqual(valuesOf(ntlm, `\xff\xfb\x25${login}`), negotiation);
  assert.deepEqual(valuesOf(ntlm, login.slice(0, -1)), {});
});

test('CredSSP in the clear', () => {
  const request = `\x30\x2f\xa0\x03\x02\x01\x02\xa1\x28\x30\x26\x30\x24\xa0\x22\x04\x20${decoded}`;
  assert.deepEqual(valuesOf(ntlm, request), negotiation);
});

test('TDS: SSPI in LOGIN7 and after it', () => {
  const login = `${fromHex(`${(86 + 32).toString(16)}000000`)}${'\0'.repeat(74)}\x56\0\x20\0${'\0'.repeat(4)}${decoded}`;
  const packet = (type: string, data: string) =>
    `${type}\x01\0${String.fromCharCode(data.length + 8)}\0\0\x01\0${data}`;
  assert.deepEqual(valuesOf(ntlm, packet('\x10', login)), negotiation);
  assert.deepEqual(valuesOf(ntlm, packet('\x11', decoded)), negotiation);
});

test('the workstation of a NEGOTIATE that gives one', () => {
  // sasl-ntlm of nselib: domain and workstation in the OEM character set.
  const message = `NTLMSSP\0\x01\0\0\0\x07\xb2\x08\xa0\x03\0\x03\0\x29\0\0\0\x09\0\x09\0\x20\0\0\0NMAP-HOSTDOM`;
  const values = valuesOf(ntlm, `GET / HTTP/1.1\r\nAuthorization: NTLM ${btoa(message)}\r\n\r\n`);
  assert.deepEqual(values['ntlm.workstation'], ['NMAP-HOST']);
  assert.deepEqual(values['ntlm.domain'], ['DOM']);
  assert.deepEqual(values['ntlm.negotiate'], [message]);
});
