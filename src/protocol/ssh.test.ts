import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { valuesOf } from './parse-bytes.ts';
import { ssh } from './ssh.ts';

function keyExchange(lists: readonly string[]): string {
  const names = lists.map((list) => `\0\0${String.fromCharCode(list.length >> 8, list.length & 255)}${list}`).join('');
  const payload = `\x14${'\xaa'.repeat(16)}${names}\0\0\0\0\0`;
  const padding = '\0'.repeat(8);
  const length = payload.length + padding.length + 1;
  return `\0\0${String.fromCharCode(length >> 8, length & 255, padding.length)}${payload}${padding}`;
}

test('the line with which a client names itself', () => {
  assert.deepEqual(valuesOf(ssh, 'SSH-2.0-Nmap-SSH2-Hostkey\r\n'), {
    'ssh.banner': ['SSH-2.0-Nmap-SSH2-Hostkey'],
    'ssh.software': ['Nmap-SSH2-Hostkey'],
  });
  assert.deepEqual(valuesOf(ssh, 'SSH-1.5-NmapNSE_1.0\n')['ssh.software'], ['NmapNSE_1.0']);
});

test('the offers of the key exchange', () => {
  const lists = ['kexA,kexB', 'ssh-rsa', 'aes1,aes2', 'aes3', 'mac1', 'mac2', 'none', 'zlib', '', ''];
  const values = valuesOf(ssh, `SSH-2.0-x\r\n${keyExchange(lists)}`);
  assert.deepEqual(values['ssh.kex'], ['kexA,kexB']);
  assert.deepEqual(values['ssh.host_key_algorithms'], ['ssh-rsa']);
  assert.deepEqual(values['ssh.encryption'], ['aes1,aes2']);
  assert.deepEqual(values['ssh.mac'], ['mac1']);
  assert.deepEqual(values['ssh.compression'], ['none']);
  const expected = createHash('md5').update('kexA,kexB;aes1,aes2;mac1;none').digest('hex');
  assert.deepEqual(values['ssh.hassh'], [expected]);
});

test('half a line, a long line, a quoted line', () => {
  assert.deepEqual(valuesOf(ssh, 'SSH-2.0-Nmap'), {});
  assert.deepEqual(valuesOf(ssh, `SSH-2.0-${'x'.repeat(300)}\r\n`), {});
  assert.deepEqual(valuesOf(ssh, 'Saw SSH-2.0-Nmap-SSH2-Hostkey\r\n', { ended: true }), {});
  assert.deepEqual(valuesOf(ssh, 'log:\nSSH-2.0-Nmap-SSH2-Hostkey\r\n', { ended: true }), {});
});
