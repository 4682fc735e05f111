import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exampleSignature } from '../scan/example-evidence.ts';
import { exampleConsole } from './example-console.ts';
import { listSignatures, showSignature } from './signatures.ts';

const catalogue = [
  exampleSignature({ hits: [[{ transport: 'tcp', port: 25, bytes: 'EHLO nmap.scanme.org\r\n' }]] }),
  exampleSignature({ id: 'dns-recursion', sid: 7, grade: 'strong', title: 'DNS query with id 0xdead' }),
].map((signature) => ({ ...signature, literals: [], openings: [] }));

describe('trespass signatures', () => {
  it('list: JSON objects in a pipe, a table on a terminal', async () => {
    const pipe = exampleConsole();
    await listSignatures({}, pipe, catalogue);
    assert.deepEqual(
      pipe
        .out()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
      catalogue,
    );
    const terminal = exampleConsole({ terminal: true });
    await listSignatures({}, terminal, catalogue);
    assert.match(terminal.out(), /│ dns-recursion +│ strong +│ DNS query with id 0xdead +│/);
    for (const line of terminal.out().trimEnd().split('\n')) assert.equal(line.length, 80);
  });

  it('show: by id or number', async () => {
    for (const id of ['smtp-ehlo-scanme', '9100301']) {
      const console = exampleConsole();
      await showSignature(id, {}, console, catalogue);
      assert.match(console.out(), /^smtp-ehlo-scanme\ntitle +SMTP client introduces itself/);
      assert.match(console.out(), /^match +smtp.helo is "nmap.scanme.org"$/m);
      assert.match(console.out(), /^hits +25\/tcp "EHLO nmap.scanme.org\\r\\n"$/m);
    }
    const json = exampleConsole();
    await showSignature('dns-recursion', { json: true }, json, catalogue);
    assert.deepEqual(JSON.parse(json.out()), catalogue[1]);
  });

  it('show: helps who mistypes', async () => {
    const show = (id: string) => showSignature(id, {}, exampleConsole(), catalogue);
    await assert.rejects(show('dns-recusion'), /no signature “dns-recusion”. Did you mean dns-recursion\?/);
    await assert.rejects(show('scanme'), /Did you mean smtp-ehlo-scanme\?/);
    await assert.rejects(show('zzz'), /trespass signatures list names them all/);
  });
});
