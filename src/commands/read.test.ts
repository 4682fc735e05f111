import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { exampleEvidence, exampleSignature } from '../scan/example-evidence.ts';
import { ScanTracker } from '../scan/scan-tracker.ts';
import { exampleConsole } from './example-console.ts';
import { exitCode } from './exit-code.ts';
import { type ReadCaptures, type ReadOptions, read } from './read.ts';

const signature = exampleSignature();
const inside = exampleEvidence(signature, 0);
const fromOutside = exampleEvidence(signature, 0, { source: '203.0.113.5' });

/** Reads no capture, but finds evidence in it. */
function finding(...evidence: (typeof inside)[]): ReadCaptures {
  return async ({ settings, catalogue, onAlert, onNotice, onProgress }) => {
    const tracker = new ScanTracker({ settings, signatures: catalogue, onAlert });
    onProgress?.(50, 100);
    for (const one of evidence) tracker.add(one);
    onNotice?.('x.pcap: cut short \x1b[2J after 7 packets');
    tracker.close();
    return { packets: 7, flows: { evicted: 1 } };
  };
}

async function run(readCaptures: ReadCaptures, options: ReadOptions = {}, terminal = false) {
  const console = exampleConsole({ terminal });
  const code = await read(['x.pcap'], options, console, async () => ({
    readCaptures,
    loadCatalogue: () => [{ ...signature, literals: [], openings: [] }],
  }));
  return { code, out: console.out(), err: console.err() };
}

function severities(out: string): string[] {
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).trespass)
    .map(({ state, severity }) => `${state} ${severity}`);
}

describe('trespass read', () => {
  it('piped: one JSON alert a line and nothing else; notices on stderr', async () => {
    const { code, out, err } = await run(finding(inside, fromOutside));
    assert.equal(code, exitCode.done);
    assert.deepEqual(severities(out), ['closed high', 'closed low']);
    assert.equal(err, 'trespass: x.pcap: cut short \\x1b[2J after 7 packets\n');
  });

  it('on a terminal: a table, and how many scans', async () => {
    const { out, err } = await run(finding(inside), {}, true);
    assert.match(out, /^┌─+┬─+┐\n│ HIGH/);
    assert.match(err, /\n1 scan: 1 high\.\n$/);
  });

  it('without evidence: no output, exit 0', async () => {
    const { code, out } = await run(finding());
    assert.equal(code, exitCode.done);
    assert.equal(out, '');
  });

  it('--json on a terminal, --table in a pipe', async () => {
    assert.deepEqual(severities((await run(finding(inside), { json: true }, true)).out), ['closed high']);
    assert.match((await run(finding(inside), { table: true })).out, /HIGH/);
  });

  it('--live reports the opening, too', async () => {
    assert.deepEqual(severities((await run(finding(inside), { live: true })).out), ['open high', 'closed high']);
  });

  it('--min-severity leaves out the less severe', async () => {
    const { out } = await run(finding(inside, fromOutside), { minSeverity: 'medium' });
    assert.deepEqual(severities(out), ['closed high']);
  });

  it('--fail-on-alert exits 3 when a scan is reported, unless it was left out or is authorised', async () => {
    const failing = { failOnAlert: true };
    assert.equal((await run(finding(inside), failing)).code, exitCode.found);
    assert.equal((await run(finding(), failing)).code, exitCode.done);
    assert.equal((await run(finding(fromOutside), { ...failing, minSeverity: 'high' })).code, exitCode.done);
    await withFile('authorised-scanners: [{ address: 10.0.0.5 }]\n', async (config) => {
      assert.equal((await run(finding(inside), { ...failing, config })).code, exitCode.done);
    });
  });

  it('--internal and --window stand above the file', async () => {
    await withFile('scan: { window: 5 }\nnetworks: { internal: [192.0.2.0/24] }\n', async (config) => {
      let settings: Parameters<ReadCaptures>[0]['settings'] | undefined;
      const asking: ReadCaptures = async (given) => {
        settings = given.settings;
        return {};
      };
      await run(asking, { config });
      assert.deepEqual([settings?.windowSeconds, settings?.internal], [5, ['192.0.2.0/24']]);
      await run(asking, { config, window: 60, internal: ['10.0.0.0/8'] });
      assert.deepEqual([settings?.windowSeconds, settings?.internal], [60, ['10.0.0.0/8']]);
    });
  });

  it('--quiet says nothing on stderr, --stats says all it counted', async () => {
    assert.equal((await run(finding(inside), { quiet: true }, true)).err, '');
    assert.equal((await run(finding(), { quiet: true, stats: true })).err, 'packets: 7\nflows.evicted: 1\n');
  });

  it('--send gives alerts to the outputs of the configuration, and only then', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'trespass-'));
    const sent = join(directory, 'sent.json');
    await withFile(`outputs: [{ type: file, path: ${sent}, states: [closed] }]\n`, async (config) => {
      await run(finding(inside), { config });
      assert.ok(!existsSync(sent));
      const { code, err } = await run(finding(inside, fromOutside), { config, send: true, stats: true, quiet: true });
      assert.equal(code, exitCode.done);
      // The one from outside is only low, and nobody is told of that.
      assert.deepEqual(severities(readFileSync(sent, 'utf8')), ['closed high']);
      assert.match(err, /^outputs\.file\.delivered: 1$/m);
    });
    await assert.rejects(run(finding(inside), { send: true }), /--send: the configuration names no outputs/);
    rmSync(directory, { recursive: true });
  });

  it('refuses a range that is none before it reads anything', async () => {
    await assert.rejects(run(finding(), { internal: ['10/8'] }), /--internal “10\/8” is neither/);
  });
});

async function withFile(text: string, use: (path: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'trespass-'));
  try {
    const path = join(directory, 'trespass.yaml');
    writeFileSync(path, text);
    await use(path);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
