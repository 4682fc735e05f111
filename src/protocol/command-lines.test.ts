import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ftp } from './ftp.ts';
import { imap } from './imap.ts';
import { irc } from './irc.ts';
import { nntp } from './nntp.ts';
import { valuesOf } from './parse-bytes.ts';
import { pop3 } from './pop3.ts';

test('FTP: ftp-anon and ftp-bounce', () => {
  assert.deepEqual(valuesOf(ftp, 'USER anonymous\r\nPASS IEUser@\r\nPORT 45,33,32,156,0,80\r\n'), {
    'ftp.command': ['USER anonymous', 'PASS IEUser@', 'PORT 45,33,32,156,0,80'],
    'ftp.user': ['anonymous'],
    'ftp.password': ['IEUser@'],
    'ftp.port': ['45,33,32,156,0,80'],
  });
});

test('FTP: telnet signals, bare line feeds, half a line', () => {
  assert.deepEqual(valuesOf(ftp, '\xff\xf4\xff\xf2ABOR\r\n')['ftp.command'], ['ABOR']);
  assert.deepEqual(valuesOf(ftp, 'USER a\nPASS IEUs')['ftp.password'], undefined);
  assert.deepEqual(valuesOf(ftp, 'USER a\nPASS IEUs', { ended: true })['ftp.password'], ['IEUs']);
});

test('FTP: mail, chat and prose are none', () => {
  assert.deepEqual(valuesOf(ftp, 'USER anonymous\r\nPASS IEUser@\r\n', { destinationPort: 110 }), {});
  assert.deepEqual(valuesOf(ftp, 'USER nmap +iw nmap :Nmap Wuz Here\nNICK abc\n'), {});
  assert.deepEqual(valuesOf(ftp, 'Help wanted\r\nPASS IEUser@\r\n'), {});
  assert.deepEqual(valuesOf(ftp, 'The log says:\r\nUSER anonymous\r\nPASS IEUser@\r\n'), {});
  assert.deepEqual(valuesOf(ftp, 'GET / HTTP/1.0\r\nPASS IEUser@\r\n'), {});
});

test('POP3', () => {
  assert.deepEqual(valuesOf(pop3, 'CAPA\r\nAUTH NTLM\r\nQUIT\r\n')['pop3.command'], ['CAPA', 'AUTH NTLM', 'QUIT']);
  assert.deepEqual(valuesOf(pop3, 'AUTH secret word\r\nPING\r\n'), {}, 'Redis');
  assert.deepEqual(valuesOf(pop3, 'USER a\r\nPASS b\r\n', { destinationPort: 21 }), {});
  assert.deepEqual(valuesOf(pop3, 'List of things\r\nQUIT\r\n'), {});
});

test('IMAP: tags, and literals are skipped', () => {
  const values = valuesOf(imap, 'A1 LOGIN {4+}\r\nuser {3}\r\nx\r\n\r\nA2 LOGOUT\r\n');
  assert.deepEqual(values['imap.command'], ['A1 LOGIN {4+}', ' {3}', 'A2 LOGOUT']);
  assert.deepEqual(valuesOf(imap, '000b AUTHENTICATE NTLM\r\n')['imap.command'], ['000b AUTHENTICATE NTLM']);
  assert.deepEqual(valuesOf(imap, 'please SELECT one of these\r\n'), {});
  assert.deepEqual(valuesOf(imap, 'GET / HTTP/1.0\r\n\r\n'), {});
});

test('NNTP: articles are skipped', () => {
  const values = valuesOf(nntp, 'MODE READER\r\nPOST\r\nAUTHINFO GENERIC NTLM\r\n.\r\nQUIT\r\n');
  assert.deepEqual(values['nntp.command'], ['MODE READER', 'POST', 'QUIT']);
  assert.deepEqual(valuesOf(nntp, 'group therapy starts\r\nQUIT\r\n'), {});
});

test('IRC: the service probe of irc-info, and irc-brute', () => {
  assert.deepEqual(valuesOf(irc, 'USER nmap +iw nmap :Nmap Wuz Here\nNICK abcdefghi\n'), {
    'irc.command': ['USER nmap +iw nmap :Nmap Wuz Here', 'NICK abcdefghi'],
    'irc.user': ['nmap +iw nmap :Nmap Wuz Here'],
    'irc.nick': ['abcdefghi'],
  });
  const brute = valuesOf(irc, 'PASS secret\r\nNICK nmap_brute\r\nUSER anonymous 0 * :Nmap brute\r\n');
  assert.deepEqual(brute['irc.nick'], ['nmap_brute']);
  assert.deepEqual(brute['irc.user'], ['anonymous 0 * :Nmap brute']);
  assert.deepEqual(valuesOf(irc, 'Nick asked:\nNICK nmap_brute\n'), {});
  assert.deepEqual(valuesOf(irc, 'USER anonymous\r\nNICK nmap_brute\r\n'), {});
});
