import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { learned } from '../report/learned.ts';
import { exampleScan } from './example-scan.test.helper.ts';
import { isLoopback, isOurHost } from './host-check.ts';
import { impliedCommand } from './implied-command.ts';
import { pageFile } from './page-files.ts';
import { RateLimit } from './rate-limit.ts';
import { allows, isToken, newToken, tokenHash } from './token.ts';

describe('a token', () => {
  it('is 256 random bits, and known by its hash alone', () => {
    const tokens = new Set(Array.from({ length: 100 }, newToken));
    assert.equal(tokens.size, 100);
    for (const token of tokens) assert.ok(isToken(token), token);
    assert.equal(tokenHash('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    assert.ok(!isToken(`${newToken()}x`));
  });

  it('to write may read, too', () => {
    assert.ok(allows('write', 'read') && allows('write', 'write') && allows('read', 'read'));
    assert.ok(!allows('read', 'write'));
  });
});

describe('the host of a request', () => {
  const names = new Set(['trespass.example']);

  it('may be an address, this machine, or a name that was given', () => {
    for (const host of [
      '127.0.0.1',
      '192.0.2.1:80',
      '[::1]',
      '[fd00::7]:8443',
      'LOCALHOST:1',
      'trespass.example:443',
    ]) {
      assert.ok(isOurHost(host, names), host);
    }
  });

  it('may be nothing else', () => {
    for (const host of [
      undefined,
      '',
      'evil.example',
      '127.0.0.1.evil.example',
      '::1',
      '[evil]',
      '1.2.3',
      'a:b:1',
      '2130706433',
    ]) {
      assert.ok(!isOurHost(host, names), String(host));
    }
    fc.assert(fc.property(fc.domain(), (domain) => !isOurHost(domain, names) || domain === 'trespass.example'));
  });

  it('is this machine only if nobody else can reach it', () => {
    for (const address of ['127.0.0.1', '127.8.8.8', '::1', 'localhost']) assert.ok(isLoopback(address), address);
    for (const address of ['0.0.0.0', '::', '192.0.2.1', '127.evil.example']) assert.ok(!isLoopback(address), address);
  });
});

describe('the pace', () => {
  it('lets some through at once, then so many a second, for each address', () => {
    let now = 0;
    const pace = new RateLimit({ burst: 3, perSecond: 2 }, 10, () => now);
    assert.deepEqual(
      [1, 2, 3, 4].map(() => pace.take('a')),
      [0, 0, 0, 1],
    );
    assert.equal(pace.take('b'), 0);
    now += 1000;
    assert.deepEqual(
      [1, 2, 3].map(() => pace.take('a')),
      [0, 0, 1],
    );
    assert.equal(pace.refused, 2);
  });

  it('remembers a bounded number of addresses', () => {
    const pace = new RateLimit({ burst: 1, perSecond: 1 }, 100, () => 0);
    for (let address = 0; address < 1000; address++) pace.take(String(address));
    assert.equal(pace.forgotten, 900);
  });
});

describe('what a scan tells', () => {
  it('is a command and what that asks for', () => {
    const scan = exampleScan();
    const nmap = {
      ...scan.nmap,
      options: ['-sV', '--script smtp-brute', '--script smtp-open-relay'].map((name) => ({ name, signatures: [] })),
      scripts: ['smtp-brute', 'smtp-open-relay', 'http-title'].map((name) => ({ name, signatures: [] })),
    };
    const told = { ...scan, nmap };
    assert.equal(impliedCommand(told), 'nmap -sV --script smtp-brute,smtp-open-relay -p 25 10.0.0.9');
    assert.deepEqual(
      learned([told]).map(({ because }) => because),
      [['25/tcp'], ['-sV'], ['smtp-brute'], ['smtp-open-relay'], ['http-title']],
    );
  });
});

describe('the files of the page', () => {
  const index = { bytes: new Uint8Array(), contentType: 'text/html', tag: '"1"' };
  const files = new Map([['/index.html', index]]);

  it('views are the page, everything else is nothing', () => {
    for (const path of [
      '/',
      '/scans',
      '/scans/0123456789abcdef',
      '/hunt/fd00::7',
      '/hunt/10.0.0.0%2F8',
      '/map',
      '/hunt/fd00::/8',
    ]) {
      assert.equal(pageFile(files, path), index, path);
    }
    for (const path of [
      '/x',
      '/scans/a/b',
      '/hunt/a/b/c',
      '/hunt/../8',
      '/hunt/<script>',
      '/..',
      '/api',
      '/constructor',
    ]) {
      assert.equal(pageFile(files, path), undefined, path);
    }
  });
});
