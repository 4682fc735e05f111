import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { destinations, numbered, numberOf } from './example-alerts.test.helper.ts';
import { until, withFolder } from './example-receivers.test.helper.ts';
import { FileDestination } from './line-files.ts';
import { openOutputs } from './outputs.ts';

function numbersIn(path: string): number[] {
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').map(numberOf) : [];
}

function noNotice(text: string): void {
  assert.fail(`a notice: ${text}`);
}

describe('an output to a file', () => {
  it('appends one line an alert, for its owner and group', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'alerts.json');
      for (const number of [1, 2]) {
        const outputs = await openOutputs(destinations({ type: 'file', path }), noNotice);
        outputs.send(numbered(number));
        await outputs.close(5000);
        assert.equal(outputs.statistics()[0]?.delivered, 1);
      }
      assert.deepEqual(numbersIn(path), [1, 2]);
      assert.equal(statSync(path).mode & 0o027, 0o000);
    });
  });

  it('follows a rotation: renamed, deleted, or told to open anew', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'alerts.json');
      const outputs = await openOutputs(destinations({ type: 'file', path }), noNotice);
      const sent = (count: number) => until(() => outputs.statistics()[0]?.delivered === count, `${count} alerts`);
      outputs.send(numbered(1));
      await sent(1);
      renameSync(path, `${path}.1`);
      outputs.send(numbered(2));
      await sent(2);
      unlinkSync(path);
      outputs.send(numbered(3));
      await sent(3);
      outputs.reopen();
      outputs.send(numbered(4));
      await outputs.close(5000);
      assert.deepEqual(numbersIn(`${path}.1`), [1]);
      assert.deepEqual(numbersIn(path), [3, 4]);
    });
  });

  it('is refused at start when the file cannot be opened, together with all other faults', async () => {
    await withFolder(async (folder) => {
      const faulty = destinations(
        { type: 'file', path: join(folder, 'no', 'such', 'folder', 'x') },
        { type: 'file', path: join(folder, 'right') },
        { type: 'webhook', url: 'https://x.example/', 'secret-environment': 'TRESPASS_NO_SUCH_SECRET' },
        { type: 'syslog', host: 'x.example', transport: 'tls', 'ca-file': join(folder, 'ca.pem'), name: 'siem' },
      );
      await assert.rejects(openOutputs(faulty, noNotice), ({ message }: Error) => {
        const lines = message.split('\n');
        assert.match(lines[0]!, /^output file: .*folder\/x: there is no such folder/);
        assert.equal(lines[1], 'output webhook: the environment variable TRESPASS_NO_SUCH_SECRET holds no secret');
        assert.match(lines[2]!, /^output siem: .*ca\.pem: there is no such file$/);
        return lines.length === 3;
      });
    });
  });

  it('waits for a disk that is full, and loses nothing', {
    skip: !existsSync('/dev/full') && 'no /dev/full',
  }, async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'alerts.json');
      spawnSync('ln', ['-s', '/dev/full', path]);
      const notices: string[] = [];
      const outputs = await openOutputs(destinations({ type: 'file', path }), (text) => notices.push(text));
      for (const number of [1, 2, 3]) outputs.send(numbered(number));
      await until(() => (outputs.statistics()[0]?.retried ?? 0) > 0, 'an attempt fails');
      assert.deepEqual(outputs.statistics()[0]?.queued, 3);
      assert.match(notices[0]!, /^output file: cannot deliver: .*alerts\.json: the disk is full/);
      unlinkSync(path);
      await outputs.close(10_000);
      assert.deepEqual(numbersIn(path), [1, 2, 3]);
      assert.equal(notices[1], 'output file: delivers again.');
    });
  });

  it('continues a line that only half went into a named pipe', { timeout: 60_000 }, async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'pipe');
      spawnSync('mkfifo', [path]);
      const file = new FileDestination(path);
      const lines = Array.from({ length: 300 }, (_, number) => `${number} ${'x'.repeat(1000)}`);
      await assert.rejects(file.deliver(lines), /pipe: nobody reads this pipe/);
      // Keeps the pipe open while nobody reads: it holds 64 KB.
      const holder = await open(path, 'r+');
      let read = '';
      const startReader = () => {
        const cat = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'inherit'] });
        cat.stdout.setEncoding('utf8').on('data', (text) => {
          read += text;
        });
        return cat;
      };
      let reader: ReturnType<typeof startReader> | undefined;
      let at = 0;
      let failures = 0;
      while (at < lines.length) {
        try {
          at += await file.deliver(lines.slice(at));
        } catch {
          // The pipe is full: from now on somebody reads.
          failures++;
          reader ??= startReader();
          await delay(20);
        }
      }
      await file.close();
      await holder.close();
      await once(reader!, 'close');
      assert.equal(read, `${lines.join('\n')}\n`);
      assert.ok(failures > 0, 'nothing failed: the test proves nothing');
    });
  });
});

describe('an output to standard output', () => {
  const program = `
    import { writeFileSync } from 'node:fs';
    const at = ${JSON.stringify(new URL('.', import.meta.url).href)};
    const { openOutputs } = await import(at + 'outputs.js');
    const { destinations, numbered } = await import(at + 'example-alerts.test.helper.js');
    const outputs = await openOutputs(destinations({ type: 'stdout' }), (text) => process.stderr.write(text + '\\n'));
    for (let number = 1; number <= 500; number++) outputs.send(numbered(number));
    let turnsWhileFull = 0;
    const ticks = setInterval(() => {
      if (outputs.statistics()[0].retried > 0 && ++turnsWhileFull === 100) writeFileSync(process.argv[1], '');
    }, 5);
    await outputs.close(100_000);
    clearInterval(ticks);
    process.stderr.write(JSON.stringify({ turnsWhileFull, ...outputs.statistics()[0] }));`;

  it('loses nothing when its reader is slow, and never makes the program wait', { timeout: 120_000 }, async () => {
    await withFolder(async (folder) => {
      // Its reader begins when the program has said, by this file, that the pipe is full and that it has gone on since. A
      // program that waits for its reader never says so.
      const isFull = join(folder, 'full');
      const piped = '"$0" --input-type=module -e "$1" "$2" | (while [ ! -e "$2" ]; do sleep 0.1; done; cat)';
      const child = spawn('sh', ['-c', piped, process.execPath, program, isFull]);
      let out = '';
      let err = '';
      child.stdout.setEncoding('utf8').on('data', (text) => {
        out += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text) => {
        err += text;
      });
      await once(child, 'close');
      const { turnsWhileFull, delivered, retried } = JSON.parse(err.slice(err.lastIndexOf('\n{') + 1));
      assert.deepEqual(
        out.trimEnd().split('\n').map(numberOf),
        Array.from({ length: 500 }, (_, index) => index + 1),
      );
      assert.equal(delivered, 500);
      assert.ok(retried > 0, 'the pipe never was full');
      assert.ok(turnsWhileFull >= 100, `the event loop had ${turnsWhileFull} turns`);
    });
  });

  it('goes into a file, too, in turn with what else the program says', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'out');
      const { status } = spawnSync('sh', [
        '-c',
        '"$0" --input-type=module -e "$1" > "$2" 2> /dev/null',
        process.execPath,
        program,
        path,
      ]);
      assert.equal(status, 0);
      assert.equal(numbersIn(path).length, 500);
    });
  });
});

it('a file that may not be written is named', {
  skip: process.getuid?.() === 0 && 'root may write everything',
}, async () => {
  await withFolder(async (folder) => {
    chmodSync(folder, 0o500);
    await assert.rejects(openOutputs(destinations({ type: 'file', path: join(folder, 'x') }), noNotice), /EACCES/);
  });
});
