import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, get as plainGet } from 'node:http';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { main } from '../cli.ts';
import { parseListenAddress } from '../configuration/listen-address.ts';
import { exampleScan } from '../server/example-scan.test.helper.ts';
import { openStore } from '../store/open-store.ts';
import { loadSqlite } from '../store/sqlite-driver.ts';
import { exampleConsole } from './example-console.ts';
import { exitCode } from './exit-code.ts';

const program = fileURLToPath(new URL('../../../bin/trespass.cjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'trespass-serve-'));
const store = join(folder, 'store.db');
after(() => rmSync(folder, { recursive: true }));

async function trespass(...argv: string[]) {
  const console = exampleConsole();
  const code = await main(argv, console);
  return { code, out: console.out(), err: console.err() };
}

describe('trespass serve', () => {
  let server: ChildProcess | undefined;
  afterEach(() => server?.kill('SIGKILL'));

  /** What it prints when it listens. */
  async function start(...parameters: string[]): Promise<{ url: string; link?: string }> {
    server = spawn(process.execPath, [program, 'serve', '--store', store, '--listen', '127.0.0.1:0', ...parameters], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(server.stdout!.setEncoding('utf8'), 'data');
    return JSON.parse(line);
  }

  it('makes the store, serves the page and the API, and ends in order at SIGTERM', async () => {
    const { url, link } = await start('--print-link');
    assert.match(await (await fetch(url)).text(), /<script type="module" src="\/app\.js">/);
    const token = new URL(link!).hash.replace('#token=', '');
    const response = await fetch(`${url}api/v1/status`, { headers: { authorization: `Bearer ${token}` } });
    assert.deepEqual(((await response.json()) as { you: object }).you, { name: 'this machine', role: 'write' });
    const stream = await fetch(`${url}api/v1/stream`, { headers: { authorization: `Bearer ${token}` } });
    server!.kill('SIGTERM');
    await stream.text();
    const [code] = await once(server!, 'exit');
    assert.equal(code, 0);
  });

  it('does what the configuration says, and the command line stands above it', async () => {
    const file = join(folder, 'trespass.yaml');
    writeFileSync(
      file,
      `store: { location: configured.db }\nserve: { listen: "127.0.0.9:0", host-names: [sensor.example], packets: kept }\n`,
    );
    const listens = async (...parameters: string[]) => {
      server = spawn(process.execPath, [program, 'serve', '--config', file, ...parameters], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = await once(server.stdout!.setEncoding('utf8'), 'data');
      return JSON.parse(line).url as string;
    };
    const url = await listens();
    assert.match(url, /^http:\/\/127\.0\.0\.9:/);
    const asked = await new Promise<IncomingMessage>((resolve, reject) => {
      plainGet(`${url}api/v1/health`, { headers: { host: 'sensor.example' } }, resolve).on('error', reject);
    });
    asked.resume();
    assert.equal(asked.statusCode, 200);
    assert.ok(existsSync(join(folder, 'configured.db')));
    server!.kill('SIGTERM');
    await once(server!, 'exit');
    assert.match(await listens('--listen', '127.0.0.1:0'), /^http:\/\/127\.0\.0\.1:/);

    writeFileSync(file, 'serve: { listen: 0.0.0.0 }\n');
    const refused = await trespass('serve', '--store', store, '--config', file);
    assert.equal(refused.code, exitCode.usage);
    assert.match(refused.err, /can be reached from other machines/);
  });

  it('shows no scan as going on whose sensor was killed', async () => {
    const file = join(folder, 'silent.db');
    const writer = await openStore(file);
    await writer.write({ sensor: 'killed', alerts: [exampleScan({ state: 'open' })] });
    await writer.close();
    const database = (await loadSqlite())(file);
    database.prepare('UPDATE sensor SET heard = heard - 600000000').run();
    database.close();
    const { url, link } = await start('--print-link', '--store', file);
    const headers = { authorization: `Bearer ${new URL(link!).hash.replace('#token=', '')}` };
    const states = async () => {
      const { scans } = (await (await fetch(`${url}api/v1/scans`, { headers })).json()) as {
        scans: { state: string }[];
      };
      return scans.map(({ state }) => state);
    };
    for (let tries = 0; tries < 50 && (await states())[0] === 'open'; tries++) await sleep(20);
    assert.deepEqual(await states(), ['closed']);
  });

  it('prints no token where nobody may be looking', async () => {
    const { url, link } = await start();
    assert.equal(link, undefined);
    assert.equal((await fetch(`${url}api/v1/status`)).status, 401);
  });

  it('takes tokens that are made while it runs, until they are revoked', async () => {
    const { url } = await start();
    const made = await trespass('token', 'add', 'alice', '--role', 'write', '--store', store);
    assert.equal(made.code, exitCode.done);
    const authorization = `Bearer ${made.out.trimEnd()}`;
    assert.equal((await fetch(`${url}api/v1/status`, { headers: { authorization } })).status, 200);
    assert.match((await trespass('token', 'list', '--store', store)).out, /"name":"alice","role":"write"/);
    assert.doesNotMatch((await trespass('token', 'list', '--store', store)).out, /trespass_|[0-9a-f]{64}/);
    assert.equal((await trespass('token', 'revoke', 'alice', '--store', store)).code, exitCode.done);
    assert.equal((await fetch(`${url}api/v1/status`, { headers: { authorization } })).status, 401);
    assert.equal((await trespass('token', 'revoke', 'alice', '--store', store)).code, exitCode.failed);
    assert.doesNotMatch(readFileSync(store, 'latin1'), new RegExp(made.out.trimEnd()));
  });

  const openssl = spawnSync('openssl', ['version']).error === undefined;

  it('speaks TLS alone where it is given a certificate', { skip: openssl ? false : 'needs openssl' }, async () => {
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=trespass.example'];
    const { status } = spawnSync('openssl', [
      'req',
      '-x509',
      ...made,
      '-keyout',
      key,
      '-out',
      certificate,
      '-days',
      '2',
    ]);
    assert.equal(status, 0);
    const { url } = await start('--tls-cert', certificate, '--tls-key', key, '--host-name', 'trespass.example');
    assert.match(url, /^https:/);
    const options = { rejectUnauthorized: false, headers: { host: 'Trespass.Example' } };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${url}api/v1/health`, options, resolve).on('error', reject);
    });
    answer.resume();
    assert.equal(answer.statusCode, 200);
    assert.match(answer.headers['strict-transport-security']!, /max-age=31536000/);
    await assert.rejects(fetch(`${url.replace('https', 'http')}api/v1/health`));
  });

  it('says what stands in the way', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const cases: [argv: string[], code: number, says: RegExp][] = [
      [['--listen', '0.0.0.0'], exitCode.usage, /can be reached from other machines.*\n.*--tls-cert.*--insecure/],
      [['--listen', 'example.org:80'], exitCode.usage, /no address and port/],
      [['--tls-cert', 'x'], exitCode.usage, /belong together/],
      [['--tls-cert', 'x', '--tls-key', 'y'], exitCode.failed, /x: there is no such file/],
      [['--packets', program], exitCode.usage, /that is no folder/],
      [['--listen', `127.0.0.1:${port}`], exitCode.failed, /is taken\. Give another one: --listen \d+/],
      [['--config', 'no-such.yaml'], exitCode.usage, /there is no such file/],
    ];
    for (const [argv, code, says] of cases) {
      const result = await trespass('serve', '--store', store, ...argv);
      assert.equal(result.code, code, argv.join(' '));
      assert.match(result.err, says);
      assert.equal(result.out, '');
    }
    taken.close();
  });

  it('refuses a file that is no store', async () => {
    const { code, err } = await trespass('serve', '--store', program);
    assert.equal(code, exitCode.failed);
    assert.match(err, /no store of Trespass/);
  });

  it('docs/serve.md explains every option', async () => {
    const { out } = await trespass('serve', '--help');
    const page = readFileSync(fileURLToPath(new URL('../../../docs/serve.md', import.meta.url)), 'utf8');
    const options = [...out.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name]) => name!);
    const explained = [...page.matchAll(/^\| `(--[a-z-]+)/gm)].map(([, name]) => name!);
    assert.deepEqual([...explained, '--help'].sort(), options.sort());
    assert.match(out, /Examples:\n {2}trespass serve/);
  });
});

describe('trespass token', () => {
  it('shows examples and exit codes, whichever of its commands is asked', async () => {
    for (const argv of [['token'], ['token', 'add'], ['token', 'list'], ['token', 'revoke']]) {
      const { out } = await trespass(...argv, '--help');
      assert.match(out, /Examples:\n {2}trespass token /, argv.join(' '));
      assert.match(out, /Exit codes:\n {2}0 {2}done\n {2}1 .*\n {2}2 /, argv.join(' '));
    }
  });

  it('refuses names that nobody could tell apart, and roles that there are not', async () => {
    for (const name of ['', ' alice', 'a\nb', '\u202eevil', 'x'.repeat(65)]) {
      assert.equal((await trespass('token', 'add', name, '--store', store)).code, exitCode.usage, JSON.stringify(name));
    }
    assert.equal((await trespass('token', 'add', 'bob', '--role', 'admin', '--store', store)).code, exitCode.usage);
  });

  it('refuses a name that is taken', async () => {
    assert.equal((await trespass('token', 'add', 'carol', '--store', store)).code, exitCode.done);
    const again = await trespass('token', 'add', 'carol', '--store', store);
    assert.notEqual(again.code, exitCode.done);
    assert.match(again.err, /carol/);
    assert.equal(again.out, '');
  });
});

describe('--listen', () => {
  it('is an address, a port, or both', () => {
    const cases: [text: string, host: string, port: number][] = [
      ['8080', '127.0.0.1', 8080],
      [':8080', '127.0.0.1', 8080],
      ['192.0.2.7', '192.0.2.7', 7717],
      ['192.0.2.7:80', '192.0.2.7', 80],
      ['localhost:0', 'localhost', 0],
      ['[::1]:9', '::1', 9],
      ['::', '::', 7717],
    ];
    for (const [text, host, port] of cases) assert.deepEqual(parseListenAddress(text), { host, port }, text);
    for (const text of ['a', '1.2.3:4', '127.0.0.1:65536', '[::1', '127.0.0.1:x']) {
      assert.equal(parseListenAddress(text), undefined, text);
    }
  });
});
