import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { protocols } from '../protocol/protocols.ts';
import { printFaults } from './catalogue-fault.ts';
import { compileSignatures } from './compile-signatures.ts';
import { exampleSignature } from './example-signature.test.helper.ts';
import { knownFields } from './known-fields.ts';
import { addUserSignatures } from './user-signatures.ts';

const fields = knownFields(protocols);
const http = exampleSignature({
  id: 'text-hello',
  sid: 9100002,
  grade: 'weak',
  family: 'hello',
  match: [{ field: 'payload', test: { starts: 'hello there' } }],
});
const walk = exampleSignature({
  id: 'sequence-walk',
  sid: 9100003,
  match: [],
  sequence: { of: ['text-hello', 'smtp-ehlo-scanme'], atLeast: 2, distinct: 'family', on: 'port', within: 60 },
});
const shipped = compileSignatures([walk, exampleSignature({ family: 'smtp' }), http], fields);

function yaml({ sid = 9190001, helo = 'probe.example.org', more = '' } = {}): string {
  return `title: SMTP client introduces itself as ${helo}
sid: ${sid}
grade: definitive
transport: tcp
${more}match:
  smtp.helo: { is: "${helo}" }
nmap:
  emitted-by: [own.nse]
blind: []
benign: none known
unseen: a test
attack: [T1046]
hits:
  - "EHLO ${helo}\\r\\n"
misses:
  - "EHLO mail.example.org\\r\\n"
  - "EHLO x${helo}\\r\\n"
`;
}

function folder(context: TestContext, files: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), 'signatures-'));
  context.after(() => rmSync(directory, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

describe("signatures of the user's own", () => {
  it('count in a sequence of the catalogue when they say so', (context) => {
    const own = folder(context, { 'own/helo.yaml': yaml({ more: 'family: own\ncounts-in: [sequence-walk]\n' }) });
    const { catalogue, faults } = addUserSignatures(shipped, [own], fields);
    assert.deepEqual(faults, []);
    const { sequence } = catalogue.find(({ id }) => id === 'sequence-walk')!;
    assert.deepEqual(sequence!.of, ['text-hello', 'smtp-ehlo-scanme', 'own-helo']);
  });

  it('are added, in the order of the ids, with what the search needs', (context) => {
    const directory = folder(context, { 'smtp/own.yaml': yaml(), 'README.md': 'why', '.git/config': '' });
    const { catalogue, own, faults, notices } = addUserSignatures(shipped, [directory], fields);
    assert.equal(printFaults(faults), '');
    assert.deepEqual(notices, []);
    assert.deepEqual(
      catalogue.map(({ id }) => id),
      ['sequence-walk', 'smtp-ehlo-scanme', 'smtp-own', 'text-hello'],
    );
    assert.deepEqual(
      own.map(({ id }) => id),
      ['smtp-own'],
    );
    assert.equal(catalogue[2]?.literals[0]?.bytes, 'probe.example.org');
  });

  it('replace one of the same id, which is said; the later folder holds', (context) => {
    const one = folder(context, { 'smtp/ehlo-scanme.yaml': yaml({ more: 'family: smtp\n' }) });
    const two = folder(context, { 'smtp/ehlo-scanme.yaml': yaml({ more: 'family: smtp\n', helo: 'two.example.org' }) });
    const { catalogue, notices, faults } = addUserSignatures(shipped, [one, two], fields);
    assert.equal(printFaults(faults), '');
    assert.equal(catalogue.length, shipped.length);
    assert.equal(catalogue.find(({ id }) => id === 'smtp-ehlo-scanme')?.literals[0]?.bytes, 'two.example.org');
    assert.deepEqual(notices, [
      `${one}/smtp/ehlo-scanme.yaml replaces smtp-ehlo-scanme of the catalogue.`,
      `${two}/smtp/ehlo-scanme.yaml replaces smtp-ehlo-scanme of ${one}/smtp/ehlo-scanme.yaml.`,
    ]);
  });

  it('may be counted with those of the catalogue', (context) => {
    const sequence = yaml().replace(
      /match:\n.*\n/,
      'sequence: { of: [text-hello, smtp-ehlo-scanme], at-least: 2, distinct: family, on: host, within: 9 }\n',
    );
    const directory = folder(context, { 'sequence/own.yaml': sequence });
    assert.equal(printFaults(addUserSignatures(shipped, [directory], fields).faults), '');
  });

  it('with faults stay out; all faults are told with path and line', (context) => {
    const directory = folder(context, {
      'smtp/own.yaml': yaml({ sid: 9100002 }),
      'smtp/other.yaml': yaml({ sid: 7 }),
      'smtp/ehlo-scanme.yaml': yaml({ sid: 9190002 }),
    });
    const { catalogue, own, faults } = addUserSignatures(shipped, [directory], fields);
    assert.deepEqual(printFaults(faults).split('\n'), [
      `${directory}/smtp/ehlo-scanme.yaml:5: has no \`family\`, and sequence-walk counts it by that`,
      `${directory}/smtp/other.yaml:2: \`sid\` must be at least 9100001`,
      `${directory}/smtp/own.yaml:2: \`sid\` 9100002 is that of text-hello`,
    ]);
    assert.deepEqual([own, catalogue.length], [[], shipped.length - 1]);
  });
});
