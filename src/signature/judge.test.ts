import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { messageOf } from '../protocol/parse-bytes.ts';
import { protocols } from '../protocol/protocols.ts';
import { tlsScript } from '../protocol/samples.ts';
import { exampleSignature } from './example-signature.test.helper.ts';
import { Judge } from './judge.ts';

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
