import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkSignatures } from './check-signatures.ts';
import { exampleConsole } from './example-console.ts';
import { exitCode, UsageError } from './exit-code.ts';
import { runProgram } from './program.ts';
import { read } from './read.ts';

const repository = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const example = repository('examples/signatures');
const capture = repository('captures/nmap/http-changed-agent-title.pcap');

/** The example with changes, in a folder of its own. */
async function changed(
  changes: readonly (readonly [string, string])[],
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'signatures-'));
  try {
    const text = readFileSync(join(example, 'http/borrowed-agent.yaml'), 'utf8');
    mkdirSync(join(folder, 'http'));
    writeFileSync(
      join(folder, 'http/own.yaml'),
      changes.reduce((changing, [from, to]) => changing.replace(from, to), text),
    );
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function check(folder: string) {
  const console = exampleConsole();
  const code = await checkSignatures([folder], console);
  return { code, out: console.out().replaceAll(folder, 'own'), err: console.err().replaceAll(folder, 'own') };
}

describe('trespass signatures check', () => {
  it('is content with the example', async () => {
    assert.deepEqual(await check(example), {
      code: exitCode.done,
      out: '',
      err: '1 signature with 4 examples tried: no faults, no warnings.\n',
    });
  });

  it('tells a hit that is none and a miss that is one, at their lines', async () => {
    const swapped: [string, string][] = [['X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 'X11)']];
    await changed([['is: "Mozilla', 'starts: "Mozilla'], ...swapped], async (folder) => {
      const { code, out } = await check(folder);
      assert.equal(code, exitCode.failed);
      assert.match(out, /^own\/http\/own\.yaml:19: matches and must not: whole \(and in \d+ more ways\)\n$/);
    });
    await changed([['http.user_agent: "', 'http.referer: "']], async (folder) => {
      const { out } = await check(folder);
      assert.match(out, /^own\/http\/own\.yaml:17: does not match: whole/);
      assert.match(out, /\nown\/http\/own\.yaml:20: matches and must not: whole/);
    });
  });

  it('tells what is misspelt, and what cannot be searched for', async () => {
    await changed([['grade: strong', 'grade: certain']], async (folder) => {
      const { code, out, err } = await check(folder);
      assert.equal(code, exitCode.failed);
      assert.equal(out, 'own/http/own.yaml:4: `grade` must be one of definitive, strong, weak\n');
      assert.equal(err, 'no signatures with no examples tried: 1 fault, no warnings.\n');
    });
    await changed([['"Mozilla/5.0 (X11)"\n', '{ contains: "(X11)" }\n']], async (folder) => {
      assert.match((await check(folder)).out, /^own\/http\/own\.yaml:6: no condition gives bytes to search for/);
    });
  });

  it('warns, and is content nevertheless', async () => {
    await changed([['sid: 9190001', 'sid: 9100401']], async (folder) => {
      const { code, out } = await check(folder);
      assert.equal(code, exitCode.failed);
      assert.match(out, /own\.yaml:3: `sid` 9100401 is that of http-user-agent/);
    });
    await changed([['grade: strong', 'grade: weak']], async (folder) => {
      const { code, out } = await check(folder);
      assert.equal(code, exitCode.done);
      assert.equal(
        out,
        'own/http/own.yaml:4: warning: is weak and no sequence counts it: it will never be part of an alert\n',
      );
    });
  });

  it('refuses a folder without signatures', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'signatures-'));
    try {
      await assert.rejects(checkSignatures([folder], exampleConsole()), UsageError);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('tells an example that is longer than what is read of a flow', async () => {
    await changed([['(X11)\\r\\n\\r\\n', `(X11)\\r\\nX: ${'x'.repeat(9000)}\\r\\n\\r\\n`]], async (folder) => {
      assert.match((await check(folder)).out, /own\.yaml:17: is longer than the 8192 bytes that are read of a flow\n$/);
    });
  });

  it('refuses a folder that is not there, as bad usage', async () => {
    await assert.rejects(checkSignatures(['no/such'], exampleConsole()), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /^--signatures: no\/such: there is no such file or directory/);
      return true;
    });
  });
});

describe('--signatures', () => {
  const signaturesOf = (out: string): string[] =>
    JSON.parse(out).trespass.evidence.map((one: { signature: string }) => one.signature);

  it('adds evidence to what read reports', async () => {
    for (const signatures of [undefined, [example]]) {
      const console = exampleConsole();
      await read([capture], { ...(signatures && { signatures }) }, console);
      assert.equal(signaturesOf(console.out()).includes('http-borrowed-agent'), signatures !== undefined);
      assert.equal(console.err(), '');
    }
  });

  it('with faults: nothing is read', async () => {
    await changed([['grade: strong', 'grade: certain']], async (folder) => {
      const console = exampleConsole();
      await assert.rejects(read([capture], { signatures: [folder] }, console), /own\.yaml:4: `grade` must be one of/);
      assert.equal(console.out(), '');
    });
  });

  it('is understood by list and show', async () => {
    const list = exampleConsole();
    await runProgram(['signatures', 'list', '--signatures', example], list);
    assert.match(list.out(), /^\{"id":"http-borrowed-agent"/m);
    const show = exampleConsole();
    await runProgram(['signatures', 'show', '9190001', '--signatures', example], show);
    assert.match(show.out(), /^http-borrowed-agent\n/);
  });
});
