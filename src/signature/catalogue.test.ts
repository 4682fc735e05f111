/** The catalogue that is shipped: what holds for every signature. The engine's tests run its examples as flows. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { protocols } from '../protocol/protocols.ts';
import { printFaults } from './catalogue-fault.ts';
import { compiledCatalogue, schemaFile, signaturesDirectory } from './catalogue-paths.ts';
import { holds } from './check-signature.ts';
import { knownFields } from './known-fields.ts';
import { loadCatalogue } from './load-catalogue.ts';
import { gateKey } from './packet-signatures.ts';
import { readCatalogue } from './read-catalogue.ts';
import { searchLiterals } from './search-literals.ts';
import { signatureJsonSchema } from './signature-schema.ts';

const FIELDS = knownFields(protocols);
const { signatures, faults } = readCatalogue(signaturesDirectory, FIELDS);

describe('the catalogue', () => {
  it('has no fault', () => {
    assert.equal(printFaults(faults), '');
  });

  it('is what the build step compiled', () => {
    const loaded = loadCatalogue(compiledCatalogue);
    assert.equal(loaded.length, signatures.length);
    for (const [i, signature] of signatures.entries()) {
      const { ...compiled } = loaded[i];
      // The compiled form may hold more; all that people wrote is in it unchanged.
      assert.deepEqual({ ...compiled, ...signature }, compiled);
    }
  });

  it('has the JSON Schema that belongs to it', () => {
    assert.deepEqual(
      JSON.parse(readFileSync(schemaFile, 'utf8')),
      JSON.parse(JSON.stringify(signatureJsonSchema())),
      'run `node dist/src/signature/build-catalogue.js --schema`',
    );
  });

  it('gives every id and sid once', () => {
    assert.equal(new Set(signatures.map(({ id }) => id)).size, signatures.length);
    assert.equal(new Set(signatures.map(({ sid }) => sid)).size, signatures.length);
  });

  it('refers only to captures that are there', () => {
    const captures = join(signaturesDirectory, '../captures/nmap');
    const missing = signatures.flatMap(({ id, seen }) =>
      seen.filter((name) => !existsSync(join(captures, `${name}.yaml`))).map((name) => `${id}: ${name}`),
    );
    assert.deepEqual(missing, []);
  });

  it('counts every weak signature in a sequence: alone it proves nothing', () => {
    const counted = new Set(signatures.flatMap(({ sequence }) => sequence?.of ?? []));
    const idle = signatures.filter(({ id, grade }) => grade === 'weak' && !counted.has(id)).map(({ id }) => id);
    assert.deepEqual(idle, []);
  });
});

describe('each hit holds bytes that the search finds:', () => {
  for (const signature of signatures) {
    if (signature.sequence !== undefined) continue;
    it(signature.id, () => {
      const literals = searchLiterals(signature, FIELDS);
      if (literals.length === 0) {
        assert.ok(gateKey(signature), 'a packet is found by its header');
        return;
      }
      for (const example of signature.hits) {
        assert.ok(example.some((flow) => literals.some((literal) => holds(flow, literal))));
      }
    });
  }
});
