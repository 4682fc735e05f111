import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valuesOf } from './parse-bytes.ts';
import { smtp } from './smtp.ts';

test('the commands of smtp-open-relay', () => {
  const values = valuesOf(
    smtp,
    'EHLO nmap.scanme.org \r\nMAIL FROM:<antispam@nmap.scanme.org>\r\nRCPT TO:<"relaytest@nmap.scanme.org">\r\nRSET\r\n',
  );
  assert.deepEqual(values, {
    'smtp.command': [
      'EHLO nmap.scanme.org ',
      'MAIL FROM:<antispam@nmap.scanme.org>',
      'RCPT TO:<"relaytest@nmap.scanme.org">',
      'RSET',
    ],
    'smtp.helo': ['nmap.scanme.org'],
    'smtp.mail_from': ['antispam@nmap.scanme.org'],
    'smtp.rcpt_to': ['"relaytest@nmap.scanme.org"'],
  });
});

test('a mail gives its headers and nothing of its body; commands follow it', () => {
  const values = valuesOf(
    smtp,
    'HELO a\r\nDATA\r\nSubject: hello\r\n world\r\nTo: b\r\n\r\nEHLO nmap.scanme.org\r\nX: y\r\n.\r\nQUIT\r\n',
  );
  assert.deepEqual(values['smtp.helo'], ['a']);
  assert.deepEqual(values['smtp.header'], ['Subject: hello\r\n world', 'To: b']);
  assert.deepEqual(values['smtp.command'], ['HELO a', 'DATA', 'QUIT']);
});

test('a mail that has not ended hides all that follows', () => {
  const values = valuesOf(smtp, 'HELO a\r\nDATA\r\nA: b\r\n\r\ntext\r\nEHLO nmap.scanme.org\r\n', { ended: true });
  assert.deepEqual(values['smtp.helo'], ['a']);
});

test('BDAT is skipped by its size', () => {
  const values = valuesOf(smtp, 'EHLO a\r\nBDAT 24 LAST\r\nEHLO nmap.scanme.org\r\n..QUIT\r\n');
  assert.deepEqual(values['smtp.command'], ['EHLO a', 'BDAT 24 LAST', 'QUIT']);
});

test('the argument of AUTH', () => {
  assert.deepEqual(valuesOf(smtp, 'EHLO a\r\nAUTH PLAIN AG5tYXAA\r\n')['smtp.auth'], ['PLAIN AG5tYXAA']);
});

test('after STARTTLS there are no commands', () => {
  assert.deepEqual(valuesOf(smtp, 'EHLO a\r\nSTARTTLS\r\n\x16\x03\x01\nEHLO b\r\n')['smtp.helo'], ['a']);
});

test('a line without its end is given when nothing follows', () => {
  assert.deepEqual(valuesOf(smtp, 'EHLO nmap.scan'), {});
  assert.deepEqual(valuesOf(smtp, 'EHLO nmap.scan', { ended: true })['smtp.helo'], ['nmap.scan']);
});

test('what does not begin with a command is no SMTP', () => {
  for (const text of [
    'GET / HTTP/1.0\r\nEHLO nmap.scanme.org\r\n',
    'POST / HTTP/1.1\r\nContent-Length: 30\r\n\r\nEHLO nmap.scanme.org\r\n',
    'Data sheets are attached.\r\nEHLO nmap.scanme.org\r\n',
    'AUTH secret word\r\nEHLO nmap.scanme.org\r\n',
    'Help wanted:\r\nEHLO nmap.scanme.org\r\n',
    'Help me with this log:\r\nEHLO nmap.scanme.org\r\n',
    'EHLO what a day\r\nEHLO nmap.scanme.org\r\n',
    "INSERT INTO mails VALUES ('\r\nEHLO nmap.scanme.org\r\n');\r\n",
  ]) {
    assert.deepEqual(valuesOf(smtp, text, { ended: true, atStart: false }), {}, text);
  }
});
