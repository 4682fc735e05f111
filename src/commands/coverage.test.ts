import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { coverage } from './coverage.ts';
import { exampleConsole } from './example-console.ts';
import { UsageError } from './exit-code.ts';

describe('trespass coverage', () => {
  it('piped: one JSON object a line; what it comes to, on stderr', async () => {
    const console = exampleConsole();
    await coverage([], {}, console);
    const entries = console
      .out()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.ok(entries.length > 700);
    const [title] = entries.filter(({ name }) => name === 'smtp-commands');
    assert.equal(title.seen, 'alert');
    assert.ok(title.signatures.includes('smtp-ehlo-scanme'));
    assert.match(console.err(), /^\d+ scripts; \d+ send nothing to a target.*\n\d+ probes; .*\n\d+ packets; .*\n$/);
  });

  it('of some: a table on a terminal; a probe by its name on both transports', async () => {
    const console = exampleConsole({ terminal: true });
    await coverage(['address-info', 'RPCCheck'], {}, console);
    assert.match(console.out(), /│ address-info +│ sends nothing /);
    assert.match(console.out(), /│ tcp\/RPCCheck +│ definitive /);
    assert.match(console.out(), /│ udp\/RPCCheck +│ definitive /);
    assert.equal(console.err(), '');
    for (const line of console.out().trimEnd().split('\n')) assert.equal(line.length, 80);
  });

  it('of what Nmap has not: what would be right', async () => {
    await assert.rejects(coverage(['http-tilte'], {}, exampleConsole()), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /no script and no probe “http-tilte”/);
      return true;
    });
  });
});
