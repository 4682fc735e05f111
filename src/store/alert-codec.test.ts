import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { eveAlert } from '../report/eve.ts';
import { exampleAlert } from '../scan/example-alert.ts';
import { exampleEvidence, exampleSignature } from '../scan/example-evidence.ts';
import type { Signature } from '../signature/signature.ts';
import {
  decodeAlert,
  encodeAlert,
  raiseAlert,
  type SignatureTable,
  signatureFromText,
  signatureText,
} from './alert-codec.ts';
import { StoreError } from './store-error.ts';

const signature = exampleSignature({ nmap: { scripts: ['smtp-open-relay'] } });

function tableOf(...signatures: Signature[]): SignatureTable {
  return {
    numberOf: (one) => signatures.indexOf(one),
    signatureOf: (number) => {
      const found = signatures[number];
      if (!found) throw new StoreError('damaged', 'no such signature');
      return found;
    },
  };
}

const table = tableOf(signature);

describe('an alert as bytes', () => {
  it('comes back as it was, whatever the wire said', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 256 }),
        fc.dictionary(fc.string(), fc.string({ unit: 'binary' })),
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        (bytes, fields, seconds) => {
          const alert = exampleAlert([exampleEvidence(signature, seconds, { bytes, fields, matchEnd: bytes.length })]);
          const back = decodeAlert(encodeAlert(alert, table), table);
          assert.deepEqual(eveAlert(back), eveAlert(alert));
          assert.deepEqual({ ...back.evidence[0]!.fields }, { ...alert.evidence[0]!.fields });
        },
      ),
    );
  });

  it('is a few hundred bytes', () => {
    const alert = exampleAlert([exampleEvidence(signature, 0)]);
    assert.ok(encodeAlert(alert, table).length < 300);
    assert.ok(JSON.stringify(eveAlert(alert)).length > 1300);
  });

  it('that was damaged is an error that says so, never another one', () => {
    const good = encodeAlert(exampleAlert([exampleEvidence(signature, 0)]), table);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const bad = good.slice();
        bad[place]! ^= change;
        try {
          decodeAlert(bad, table);
        } catch (error) {
          assert.ok(error instanceof StoreError);
        }
      }),
    );
    assert.throws(() => decodeAlert(new Uint8Array(0), table), StoreError);
    assert.throws(() => decodeAlert(Uint8Array.of(9, 9), table), { fault: 'newer' });
  });
});

it('a signature keeps what reports and merging need', () => {
  const full = exampleSignature({
    sequence: { of: ['a'], atLeast: 2, distinct: 'family', on: 'port', within: 60 },
    hits: [[{ transport: 'tcp', port: 25, bytes: 'EHLO' }]],
  });
  const back = signatureFromText(signatureText(full));
  assert.deepEqual(back.sequence, full.sequence);
  assert.deepEqual(back.nmap, full.nmap);
  assert.deepEqual([back.id, back.sid, back.title, back.attack], [full.id, full.sid, full.title, full.attack]);
  assert.deepEqual(back.hits, []);
});

it('an incident raises; without one, nothing changes', () => {
  const alert = exampleAlert([exampleEvidence(signature, 0, { source: '192.0.2.7' })]);
  assert.equal(raiseAlert(alert, []), alert);
  const incident = { id: 1, time: 0, what: 'webshell dropped', reporter: 'EDR' };
  const raised = raiseAlert(alert, [incident]);
  assert.deepEqual([raised.severity, raised.raisedFrom, raised.incidents], ['high', 'low', [incident]]);
  const high = exampleAlert([exampleEvidence(signature, 0)]);
  assert.equal('raisedFrom' in raiseAlert(high, [incident]), false, 'it was high already');
});
