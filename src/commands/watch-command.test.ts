import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { main } from '../cli.ts';
import { exampleConsole } from './example-console.ts';
import { exitCode } from './exit-code.ts';

async function trespass(...argv: string[]) {
  const console = exampleConsole();
  const code = await main(argv, console);
  return { code, out: console.out(), err: console.err() };
}

const page = readFileSync(fileURLToPath(new URL('../../../docs/watch.md', import.meta.url)), 'utf8');

describe('trespass watch', () => {
  it('has a page that explains every option', async () => {
    const { out } = await trespass('watch', '--help');
    const options = [...out.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name]) => name!);
    const explained = [...page.matchAll(/^\| (?:`-\w`, )?`(--[a-z-]+)/gm)].map(([, name]) => name!);
    assert.deepEqual([...explained, '--help'].sort(), options.sort());
    assert.match(out, /Examples:\n {2}sudo trespass watch eth0/);
    assert.match(out, /Exit codes:\n {2}0/);
  });

  it('says what would be right', async () => {
    const cases: [argv: string[], says: RegExp][] = [
      [['watch'], /^Which interface\? Name one or several, .* There are: .*lo/],
      [['watch', '--workers', '0', 'lo'], /Give a whole number from 1 to 64/],
      [['watch', '--ring', '1', 'lo'], /Give a whole number from 2 to 4096/],
      [['watch', '--metrics', 'here', 'lo'], /--metrics “here” is no address\. Give a port \(9477\)/],
      [['watch', '--table', '--json', 'lo'], /cannot be used with/],
      [['watch', '--config', 'no-such-file.yaml', 'lo'], /no-such-file\.yaml: there is no such file/],
    ];
    for (const [argv, says] of cases) {
      const { code, out, err } = await trespass(...argv);
      assert.equal(code, exitCode.usage, argv.join(' '));
      assert.equal(out, '');
      // Messages stand behind the time, for no person looks on.
      assert.match(err.replaceAll(/^\S+Z trespass: .*\n/gm, ''), says);
    }
  });
});
