import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { main } from './cli.ts';
import { exampleConsole } from './commands/example-console.ts';
import { exitCode } from './commands/exit-code.ts';

async function trespass(...argv: string[]) {
  const console = exampleConsole();
  const code = await main(argv, console);
  return { code, out: console.out(), err: console.err() };
}

const program = fileURLToPath(new URL('../../bin/trespass.cjs', import.meta.url));
const scan = fileURLToPath(new URL('../../captures/nmap/smtp-open-relay.pcap', import.meta.url));

/** `trespass read --live -`, interrupted when it has said that a scan is open and still waits for more. */
async function interrupt(signal: NodeJS.Signals, ...options: string[]) {
  const child = spawn(process.execPath, [program, 'read', '--live', ...options, '-'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stdin.write(readFileSync(scan));
  await once(child.stdout, 'data');
  child.kill(signal);
  const [code] = await once(child, 'close');
  return { code, out };
}

describe('trespass', () => {
  it('--version and --help are answered on stdout', async () => {
    const version = await trespass('--version');
    assert.equal(version.code, exitCode.done);
    assert.match(version.out, /^\d+\.\d+\.\d+\n$/);
    const help = await trespass('--help');
    assert.equal(help.code, exitCode.done);
    assert.match(help.out, /read .*<file\.\.\.>/);
    assert.match(help.out, /Exit codes:\n {2}0/);
    assert.match((await trespass('read', '--help')).out, /Examples:\n {2}trespass read monday\.pcap/);
  });

  it('bad usage exits 2 and says what would be right', async () => {
    const cases: [argv: string[], says: RegExp][] = [
      [[], /Usage: trespass/],
      [['reed', 'x.pcap'], /unknown command 'reed'\n\(Did you mean read\?\)/],
      [['read'], /missing required argument 'file'/],
      [['read', '--jsn', 'x.pcap'], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
      [['read', '--window', 'soon', 'x.pcap'], /Give seconds, more than 0/],
      [['read', '--window', '0', 'x.pcap'], /Give seconds, more than 0/],
      [['read', '--min-severity', 'big', 'x.pcap'], /Allowed choices are info, low, medium, high/],
      [['read', '--table', '--json', 'x.pcap'], /cannot be used with/],
      [['read', '--internal', '10/8', 'x.pcap'], /neither an address nor a CIDR range such as 10\.0\.0\.0\/8/],
      [['read', '--config', 'no-such-file.yaml', 'x.pcap'], /no-such-file\.yaml: there is no such file/],
      [['signatures', 'show', 'no-such-signature'], /there is no signature “no-such-signature”/],
    ];
    for (const [argv, says] of cases) {
      const { code, out, err } = await trespass(...argv);
      assert.equal(code, exitCode.usage, argv.join(' '));
      assert.equal(out, '');
      assert.match(err, says);
    }
  });

  it('as a program: what a damaged compressed capture still holds is read, and so are its neighbours', () => {
    const folder = mkdtempSync(join(tmpdir(), 'trespass-damaged-'));
    try {
      copyFileSync(scan, join(folder, 'whole.pcap'));
      writeFileSync(join(folder, 'cut.pcap.gz'), gzipSync(readFileSync(scan)).subarray(0, -8));
      const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
      writeFileSync(join(folder, 'cut.pcap.zst'), zstdMagic);
      const read = (file: string) => {
        const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'read', '--json', file], {
          encoding: 'utf8',
        });
        return { status, alerts: stdout.split('\n').length - 1, stderr };
      };
      const whole = read(scan);
      assert.equal(whole.status, exitCode.done);
      assert.ok(whole.alerts > 0);
      const gzip = read(join(folder, 'cut.pcap.gz'));
      assert.equal(gzip.alerts, whole.alerts);
      assert.match(gzip.stderr, /cut short/);
      assert.match(read(join(folder, 'cut.pcap.zst')).stderr, /the zstd file is cut short/);
      assert.ok(read(folder).alerts >= whole.alerts);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('runs as a program, and ends quietly when nobody reads on', () => {
    const { status, stdout } = spawnSync(process.execPath, [program, '--version'], { encoding: 'utf8' });
    assert.equal(status, 0);
    const file = fileURLToPath(new URL('../../package.json', import.meta.url));
    assert.equal(stdout, `${JSON.parse(readFileSync(file, 'utf8')).version}\n`);
    const piped = spawnSync(
      'sh',
      ['-c', '("$0" "$1" signatures list; echo "exit $?" >&2) | true', process.execPath, program],
      {
        encoding: 'utf8',
      },
    );
    assert.equal(piped.stderr, 'exit 0\n');
  });

  it('interrupted while it waits for more of standard input: closes the open scans, prints them, says so', async () => {
    for (const [signal, code] of [
      ['SIGINT', exitCode.interrupted],
      ['SIGTERM', exitCode.terminated],
    ] as const) {
      const interrupted = await interrupt(signal);
      assert.equal(interrupted.code, code);
      const states = interrupted.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).trespass.state);
      assert.deepEqual(states, ['open', 'closed']);
    }
  });

  it('a directory without captures is no scan-free capture', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'trespass-'));
    const { code, err } = await trespass('read', empty);
    rmdirSync(empty);
    assert.equal(code, exitCode.failed);
    assert.match(err, /there is no capture in it/);
  });
});

/** Commands that do something, as `store info`: those that only hold others say so in their help. */
async function commands(...group: string[]): Promise<string[][]> {
  const { out } = await trespass(...group, '--help');
  const list = out.split('Commands:\n')[1]?.split('\n\n')[0];
  if (list === undefined) return [group];
  const names = [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name!).filter((name) => name !== 'help');
  return (await Promise.all(names.map((name) => commands(...group, name)))).flat();
}

it('the help of each command has examples of that command, and its exit codes', async () => {
  const all = await commands();
  assert.ok(all.length > 15, String(all.length));
  for (const command of all) {
    const { out } = await trespass(...command, '--help');
    const name = command.join(' ');
    assert.match(out, new RegExp(`Examples:\\n(.*\\n)*.*\\btrespass ${name}`), name);
    assert.match(out, /Exit codes:\n {2}0 {2}/, name);
  }
});

it('docs/read.md explains every option of read', async () => {
  const { out } = await trespass('read', '--help');
  const page = readFileSync(fileURLToPath(new URL('../../docs/read.md', import.meta.url)), 'utf8');
  const options = [...out.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name]) => name!);
  const explained = [...page.matchAll(/^\| (?:`-\w`, )?`(--[a-z-]+)/gm)].map(([, name]) => name!);
  assert.deepEqual([...explained, '--help'].sort(), options.sort());
});
