import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exampleSignature } from './example-signature.test.helper.ts';
import type { KnownFields } from './known-fields.ts';
import { literalFault, searchLiterals } from './search-literals.ts';
import type { Condition } from './signature.ts';

const field = (verbatim: boolean) => ({ description: '', verbatim, transports: ['tcp'] as const });
const FIELDS: KnownFields = new Map([
  ['payload', field(true)],
  ['http.uri', field(true)],
  ['http.user_agent', field(true)],
  ['ntlm.workstation', field(false)],
  ['dns.query', field(false)],
]);
const literalsOf = (...match: Condition[]) => searchLiterals(exampleSignature({ match }), FIELDS);

describe('searchLiterals', () => {
  it("takes the signature's own first", () => {
    const search = [{ bytes: 'other bytes', anchored: false }];
    const match = [{ field: 'http.uri', test: { is: '/nmaplowercheck' } }];
    assert.deepEqual(searchLiterals(exampleSignature({ search, match }), FIELDS), search);
  });

  it('takes what stands on the wire, anchored only at the first byte of the payload', () => {
    assert.deepEqual(literalsOf({ field: 'payload', test: { starts: 'gkrellm' } }), [
      { bytes: 'gkrellm', anchored: true },
    ]);
    assert.deepEqual(literalsOf({ field: 'payload', test: { contains: 'nmap_iscsi_probe' } }), [
      { bytes: 'nmap_iscsi_probe', anchored: false },
    ]);
    assert.deepEqual(literalsOf({ field: 'http.uri', test: { starts: '/nmaplowercheck' } }), [
      { bytes: '/nmaplowercheck', anchored: false },
    ]);
    assert.deepEqual(literalsOf({ field: 'payload', test: { contains: 'PPTP magic', at: 0 } }), [
      { bytes: 'PPTP magic', anchored: true },
    ]);
  });

  it('takes nothing from fields that are encoded, from patterns and from short strings', () => {
    assert.deepEqual(literalsOf({ field: 'ntlm.workstation', test: { is: 'nmap-workstation' } }), []);
    assert.deepEqual(literalsOf({ field: 'http.uri', test: { matches: '^/nmaplowercheck' } }), []);
    assert.deepEqual(literalsOf({ field: 'http.uri', test: { is: '/short' } }), []);
  });

  it('takes the rarest of several', () => {
    assert.deepEqual(
      literalsOf(
        { field: 'http.user_agent', test: { starts: 'Mozilla/5.0 (' } },
        { field: 'http.uri', test: { is: '/evox/about' } },
      ),
      [{ bytes: '/evox/about', anchored: false }],
    );
  });

  it('writes a name as DNS does', () => {
    assert.deepEqual(literalsOf({ field: 'dns.query', test: { is: 'www.wikipedia.org' } }), [
      { bytes: '\x03www\x09wikipedia\x03org', anchored: false },
    ]);
    assert.deepEqual(literalsOf({ field: 'dns.query', test: { ends: '.asn.cymru.com' } }), [
      { bytes: '\x03asn\x05cymru\x03com', anchored: false },
    ]);
    assert.deepEqual(literalsOf({ field: 'dns.query', test: { is: 'a.b' } }), []);
  });

  it('cuts long ones: an anchored one at its start, another to its most varied piece', () => {
    const zeros = '\0'.repeat(60);
    assert.equal(literalsOf({ field: 'payload', test: { starts: `begin${zeros}` } })[0]?.bytes.length, 48);
    const [literal] = literalsOf({ field: 'payload', test: { contains: `${zeros}0123456789abcdefghijklmnop` } });
    assert.match(literal?.bytes ?? '', /0123456789abcdef/);
  });
});

describe('literalFault', () => {
  it('refuses what the search cannot find, or finds everywhere', () => {
    assert.match(literalFault({ bytes: 'IEUser@', anchored: false }), /shorter than 8 bytes/);
    assert.match(literalFault({ bytes: ' HTTP/1.1\r\n', anchored: false }), /ordinary traffic/);
    assert.match(literalFault({ bytes: 'user-agent: mozilla/5.0', anchored: false }), /ordinary traffic/);
    assert.match(literalFault({ bytes: '\0'.repeat(16), anchored: false }), /ordinary traffic/);
    assert.equal(literalFault({ bytes: 'PASS IEUser@', anchored: false }), '');
    assert.equal(literalFault({ bytes: '\x16\x03', anchored: true }), '');
  });
});
