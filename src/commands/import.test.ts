import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { main } from '../cli.ts';
import { exampleConsole } from './example-console.ts';
import { exitCode } from './exit-code.ts';

const folder = mkdtempSync(join(tmpdir(), 'trespass-'));
after(() => rmSync(folder, { recursive: true }));

async function trespass(...argv: string[]) {
  const console = exampleConsole();
  const code = await main(['import', ...argv], console);
  return { code, out: console.out(), err: console.err() };
}

function log(source: string): string {
  const path = join(folder, 'access.log');
  writeFileSync(path, `${source} - - [10/Oct/2026:13:00:00 +0000] "ASDE / HTTP/1.1" 405 5 "-" "-"\n`);
  return path;
}

interface Printed {
  readonly src_port?: number;
  readonly community_id?: string;
  readonly dest_ip: string;
  readonly dest_port: number;
  readonly payload_printable: string;
  readonly trespass: {
    readonly severity: string;
    readonly zone: string;
    readonly nmap: { readonly scripts: string[] };
  };
}

async function imported(...argv: string[]): Promise<Printed> {
  return JSON.parse((await trespass(...argv)).out) as Printed;
}

describe('trespass import web', () => {
  it('one JSON alert a line, as of a capture, but without the port that no log tells', async () => {
    const alert = await imported('web', log('10.0.0.1'));
    assert.deepEqual(alert.trespass.nmap.scripts, ['http-waf-fingerprint']);
    assert.equal(alert.payload_printable, 'ASDE / HTTP/1.1');
    assert.deepEqual([alert.src_port, alert.community_id], [undefined, undefined]);
  });

  it('--server says whose log it is: it stands inside, whatever its address', async () => {
    const cases: [server: string | undefined, client: string, expected: [string, number, string, string]][] = [
      [undefined, '10.0.0.1', ['127.0.0.1', 80, 'internal-internal', 'high']],
      [undefined, '203.0.113.9', ['127.0.0.1', 80, 'external-internal', 'low']],
      ['192.0.2.80', '10.0.0.1', ['192.0.2.80', 80, 'internal-internal', 'high']],
      ['192.0.2.80:8443', '203.0.113.9', ['192.0.2.80', 8443, 'external-internal', 'low']],
      ['2001:db8::80', '10.0.0.1', ['2001:db8::80', 80, 'internal-internal', 'high']],
      ['[2001:db8::80]:8080', '10.0.0.1', ['2001:db8::80', 8080, 'internal-internal', 'high']],
    ];
    for (const [server, client, expected] of cases) {
      const option = server === undefined ? [] : ['--server', server];
      const { dest_ip, dest_port, trespass: scan } = await imported('web', ...option, log(client));
      assert.deepEqual([dest_ip, dest_port, scan.zone, scan.severity], expected, server);
    }
  });

  it('the options of read hold: severity, exit code, table, statistics, store', async () => {
    const path = log('203.0.113.9');
    assert.equal((await trespass('web', '--min-severity', 'medium', path)).out, '');
    assert.equal((await trespass('web', '--fail-on-alert', path)).code, exitCode.found);
    assert.match((await trespass('web', '--table', path)).out, /^┌─+┬─+┐\n│ LOW/);
    const { err } = await trespass('web', '--stats', path);
    assert.match(err, /^lines: 1$/m);
    assert.match(err, /^leftOut\.malformed: 0$/m);
    const store = join(folder, 'scans.db');
    assert.equal((await trespass('web', '--store', store, path)).code, exitCode.done);
    assert.match((await trespass('web', '--stats', '--store', store, path)).err, /^store\./m);
  });

  it('bad usage says what would be right', async () => {
    const cases: [argv: string[], says: RegExp][] = [
      [['web'], /missing required argument 'file'/],
      [['web', '--server', 'www.example.org', 'x'], /“www\.example\.org” is no address. Give 10\.0\.0\.5/],
      [['web', '--server', '10.0.0.5:99999', 'x'], /is no address/],
      [['eve', '--sid-base', 'many', 'x'], /Give a whole number/],
      [['apache', 'x'], /unknown command 'apache'/],
      [['zeek', '--window', '0', 'x'], /Give seconds/],
    ];
    for (const [argv, says] of cases) {
      const { code, out, err } = await trespass(...argv);
      assert.equal(code, exitCode.usage, argv.join(' '));
      assert.equal(out, '');
      assert.match(err, says);
    }
    const { code, err } = await trespass('web', join(folder, 'none.log'));
    assert.equal(code, exitCode.failed);
    assert.match(err, /no such file/);
  });
});

it('docs/import.md explains every option of import, or leads to that of read', async () => {
  const page = readFileSync(fileURLToPath(new URL('../../../docs/import.md', import.meta.url)), 'utf8');
  for (const kind of ['eve', 'zeek', 'web']) {
    const { out } = await trespass(kind, '--help');
    assert.match(out, /Examples:\n {2}trespass import/);
    for (const [, name] of out.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)) {
      if (name !== '--help') assert.ok(page.includes(`\`${name}`), `${kind} ${name}`);
    }
  }
});
