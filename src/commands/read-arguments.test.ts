import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exampleConsole } from './example-console.ts';
import { runProgram } from './program.ts';
import { parseReadArguments } from './read-arguments.ts';

describe('arguments of read', () => {
  it('are understood without the library that explains them', () => {
    assert.deepEqual(parseReadArguments(['x.pcap']), { paths: ['x.pcap'], options: { progress: true } });
    const argv =
      '--json --live --config c.yaml --window=2.5 --internal 10.0.0.0/8 --internal fd00::/8 --signatures own --min-severity high --send --store s.db --fail-on-alert --no-progress -q --stats a.pcap -';
    assert.deepEqual(parseReadArguments(argv.split(' ')), {
      paths: ['a.pcap', '-'],
      options: {
        json: true,
        live: true,
        config: 'c.yaml',
        window: 2.5,
        internal: ['10.0.0.0/8', 'fd00::/8'],
        signatures: ['own'],
        minSeverity: 'high',
        send: true,
        store: 's.db',
        failOnAlert: true,
        progress: false,
        quiet: true,
        stats: true,
      },
    });
    assert.deepEqual(parseReadArguments(['--', '--json']), { paths: ['--json'], options: { progress: true } });
  });

  it('that are not plainly right are left to it', () => {
    const cases = [
      '',
      '--help x',
      '-h',
      '--jsn x',
      '--window x',
      '--window 0 x',
      '--min-severity big x',
      '--json --table x',
    ];
    for (const argv of [...cases, '--json', '--json=yes x', '--config']) {
      assert.equal(parseReadArguments(argv.split(' ').filter(Boolean)), undefined, argv);
    }
  });

  it('are the ones that the help names', async () => {
    const console = exampleConsole();
    await assert.rejects(runProgram(['read', '--help'], console));
    const options = [...console.out().matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)( <(\w+)>)?/gm)];
    const values: Record<string, string> = {
      window: '5',
      level: 'high',
      seconds: '5',
      range: '::/0',
      file: 'c.yaml',
      location: 's.db',
      dir: 'own',
    };
    assert.ok(options.length > 10);
    for (const [, name, hasValue, kind] of options) {
      if (name === '--help') continue;
      const argv = [name!, ...(hasValue ? [values[kind!]!] : []), 'x.pcap'];
      assert.deepEqual(parseReadArguments(argv)?.paths, ['x.pcap'], argv.join(' '));
    }
  });
});
