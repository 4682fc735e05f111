import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { protocols } from '../protocol/protocols.ts';
import { compileSignatures } from './compile-signatures.ts';
import { exampleSignature } from './example-signature.test.helper.ts';
import { knownFields } from './known-fields.ts';
import type { SearchLiteral, Signature } from './signature.ts';
import { signatureWarnings } from './signature-warnings.ts';

const fields = knownFields(protocols);

function warnings(changes: Partial<Signature>, counted: readonly string[] = []): string[] {
  const [signature] = compileSignatures([exampleSignature({ sid: 9190001, ...changes })], fields);
  return signatureWarnings(signature!, new Set(counted)).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

const search = (bytes: string, anchored: boolean): SearchLiteral[] => [{ bytes, anchored }];

describe('warnings of a signature', () => {
  it('none for a good one', () => {
    assert.deepEqual(warnings({}), []);
    assert.deepEqual(warnings({ search: search('\x00\x9c\x00\x01', true) }), []);
  });

  it('first bytes that are few, or those of ordinary traffic', () => {
    assert.match(warnings({ search: search('\x9c\x01', true) })[0]!, /^search\.0: the literal ".*" is short: /);
    for (const bytes of ['GET /', 'ssh-2.0-', '\x16\x03\x01']) {
      assert.match(warnings({ search: search(bytes, true) })[0]!, /begins much ordinary traffic/);
    }
    assert.deepEqual(warnings({ search: search('GET /nmap', true) }), []);
  });

  it('bytes of which no eight in a row are rare', () => {
    for (const bytes of ['keep-alive\r\nCookie', '\x00\x00\x00\x00\x00\x00\x00\x00\x00']) {
      assert.match(warnings({ search: search(bytes, false) })[0]!, /has no eight bytes that ordinary traffic/);
    }
    assert.deepEqual(warnings({ search: search('keep-alive\r\nX-Nmap: 1\r\n', false) }), []);
  });

  it('a weak one that nothing counts', () => {
    assert.match(warnings({ grade: 'weak' })[0]!, /^grade: is weak and no sequence counts it/);
    assert.deepEqual(warnings({ grade: 'weak' }, ['smtp-ehlo-scanme']), []);
  });

  it('a number that the catalogue may want', () => {
    assert.match(warnings({ sid: 9100301 })[0]!, /^sid: `sid` 9100301 is a number that the catalogue may use one day/);
  });
});
