import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, valuesOf } from './parse-bytes.ts';
import { smb2Negotiation, smbGuestSession, smbNtlmSession, smbProbe } from './samples.ts';
import { smb } from './smb.ts';
import { smb2 } from './smb2.ts';

test('smb-os-discovery on port 139', () => {
  const values = valuesOf(smb, smbGuestSession);
  assert.deepEqual(values, {
    'smb.called_name': ['TARGET'],
    'smb.calling_name': ['NMAP'],
    'smb.command': ['negotiate', 'session_setup', 'logoff'],
    'smb.dialects': ['NT LM 0.12,'],
    'smb.negotiate': [smbGuestSession.slice(72, 125)],
    'smb.account': ['guest'],
    'smb.domain': [''],
    'smb.native_os': ['Nmap'],
    'smb.native_lanman': ['Native Lanman'],
  });
});

test('with extended security the names follow the security blob', () => {
  const values = valuesOf(smb, smbNtlmSession);
  assert.deepEqual(values['smb.native_os'], ['Nmap', 'Nmap']);
  assert.deepEqual(values['smb.command'], ['negotiate', 'session_setup', 'session_setup', 'logoff']);
});

test('the dialects of the service probe', () => {
  assert.deepEqual(valuesOf(smb, smbProbe), {
    'smb.command': ['negotiate'],
    'smb.dialects': [
      'PC NETWORK PROGRAM 1.0,MICROSOFT NETWORKS 1.03,MICROSOFT NETWORKS 3.0,LANMAN1.0,LM1.2X002,Samba,NT LANMAN 1.0,NT LM 0.12',
    ],
    'smb.negotiate': [smbProbe],
  });
});

test('UTF-16 names, and a tree connect chained to the session setup', () => {
  const wide = (text: string) => Buffer.from(`${text}\0`, 'utf16le').toString('latin1');
  // Flags2 0x8000: UTF-16, aligned to the header. The chained block stands after the strings.
  const header = fromHex('ff534d4273 00000000 18 01c8 0000 0000000000000000 0000 0000 0000 0000 0000');
  const strings = `\0${wide('Unix')}${wide('Samba')}`;
  const next = 32 + 1 + 24 + 2 + strings.length;
  const words = `\x75\0${String.fromCharCode(next)}\0${'\0'.repeat(20)}`;
  const share = `\0${wide('\\\\h\\IPC$')}`;
  const tree = `\x04\xff\0\0\0\0\0\x01\0${String.fromCharCode(share.length)}\0${share}`;
  const message = `${header}\x0c${words}${String.fromCharCode(strings.length)}\0${strings}${tree}`;
  const values = valuesOf(smb, `\0\0\0${String.fromCharCode(message.length)}${message}`);
  assert.deepEqual(values['smb.native_os'], ['Unix']);
  assert.deepEqual(values['smb.native_lanman'], ['Samba']);
  assert.deepEqual(values['smb.tree_path'], ['\\\\h\\IPC$']);
  assert.deepEqual(values['smb.command'], ['session_setup', 'tree_connect']);
});

test('the negotiation of smb2-security-mode', () => {
  assert.deepEqual(valuesOf(smb2, smb2Negotiation), {
    'smb2.signature': ['1234567890123456'],
    'smb2.client_guid': ['1234567890123456'],
    'smb2.dialects': ['0x0202,0x0210,0x0300,0x0302,0x0311'],
  });
  assert.deepEqual(valuesOf(smb, smb2Negotiation), { 'smb.command': ['negotiate'] });
});

test('SMB2: share and file of a chained tree connect and create', () => {
  const wide = (text: string) => Buffer.from(text, 'utf16le').toString('latin1');
  const header = (command: number, next: number) =>
    `\xfeSMB\x40\0${'\0'.repeat(6)}${String.fromCharCode(command)}\0${'\0'.repeat(6)}${String.fromCharCode(next)}\0\0\0${'\0'.repeat(40)}`;
  const tree = `\x09\0\0\0\x48\0\x0a\0${wide('\\\\h\\s')}`;
  const treeMessage = header(3, 88) + tree.padEnd(24, '\0');
  const create = `\x39\0${'\0'.repeat(42)}\x78\0\x08\0${'\0'.repeat(8)}${wide('nmap')}`;
  const message = treeMessage + header(5, 0) + create;
  const values = valuesOf(smb, `\0\0\0${String.fromCharCode(message.length)}${message}`);
  assert.deepEqual(values['smb.tree_path'], ['\\\\h\\s']);
  assert.deepEqual(values['smb.file_name'], ['nmap']);
});

test('answers, cut messages and mentions give nothing', () => {
  const answer = smbProbe.replace('\xffSMBr\0\0\0\0\x08', '\xffSMBr\0\0\0\0\x88');
  assert.deepEqual(valuesOf(smb, answer), {});
  assert.deepEqual(valuesOf(smb, smbProbe.slice(0, -1), { ended: true }), {});
  assert.deepEqual(valuesOf(smb, `POST / HTTP/1.1\r\n\r\n${smbGuestSession}`), {});
  assert.deepEqual(valuesOf(smb, `\x81\0\0\x44${'x'.repeat(68)}`), {});
  assert.deepEqual(valuesOf(smb2, smbGuestSession), {});
});
