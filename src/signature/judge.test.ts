import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { messageOf } from '../protocol/parse-bytes.ts';
import { protocols } from '../protocol/protocols.ts';
import { tlsScript } from '../protocol/samples.ts';
import { exampleSignature } from './example-signature.test.helper.ts';
import { Judge } from './judge.ts';
import type { Condition } from './signature.ts';

const byBytes = exampleSignature({ match: [{ field: 'payload', test: { starts: '\x16\x03\x01' } }] });

describe('what a match tells', () => {
  it('besides what matched, the JA4 of a TLS client: also when only its bytes were asked for', () => {
    const [match] = new Judge([byBytes], protocols).judge(messageOf(tlsScript), [0], true);
    assert.deepEqual(Object.keys(match!.fields), ['tls.ja4']);
    assert.match(match!.fields['tls.ja4']!, /^t1[23][di]\d{4}[a-z0-9]{2}_[0-9a-f]{12}_[0-9a-f]{12}$/);
  });

  it('nothing of the kind where there is no TLS', () => {
    const [match] = new Judge([byBytes], protocols).judge(messageOf('\x16\x03\x01'), [0], true);
    assert.deepEqual(match!.fields, {});
  });
});

describe('conditions on several fields', () => {
  const judge = (bytes: string, match: readonly Condition[]): number =>
    new Judge([exampleSignature({ match })], protocols).judge(messageOf(bytes), [0], true).length;
  const scannerAtLogin: readonly Condition[] = [
    { field: 'http.uri', test: { is: '/login' } },
    { field: 'http.user_agent', test: { is: 'Nmap' } },
  ];
  const request = (uri: string, agent: string): string =>
    `GET ${uri} HTTP/1.1\r\nHost: a\r\nUser-Agent: ${agent}\r\n\r\n`;

  it('hold for one request: a proxy sends those of many clients over one connection', () => {
    assert.equal(judge(request('/login', 'Nmap'), scannerAtLogin), 1);
    assert.equal(judge(request('/', 'curl') + request('/login', 'Nmap'), scannerAtLogin), 1);
    assert.equal(judge(request('/', 'Nmap') + request('/login', 'curl'), scannerAtLogin), 0);
    assert.equal(judge(request('/login', 'curl') + request('/', 'Nmap'), scannerAtLogin), 0);
  });

  it('hold for one query over TCP', () => {
    const query = (id: string, name: string): string => `\0\x13${id}\x01\0\0\x01\0\0\0\0\0\0\x01${name}\0\0\x01\0\x01`;
    const idOneForA: readonly Condition[] = [
      { field: 'dns.id', test: { is: '0x0001' } },
      { field: 'dns.query', test: { is: 'a' } },
    ];
    assert.equal(judge(query('\0\x02', 'b') + query('\0\x01', 'a'), idOneForA), 1);
    assert.equal(judge(query('\0\x01', 'b') + query('\0\x02', 'a'), idOneForA), 0);
  });

  it('hold for one dialogue where each word follows from the last', () => {
    const anonymous: readonly Condition[] = [
      { field: 'ftp.user', test: { is: 'anonymous' } },
      { field: 'ftp.password', test: { is: 'x' } },
    ];
    assert.equal(judge('USER anonymous\r\nPASS x\r\n', anonymous), 1);
  });
});
