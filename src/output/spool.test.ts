import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { withFolder } from './example-receivers.test.helper.ts';
import { Spool } from './spool.ts';

function noNotice(text: string): void {
  assert.fail(`a notice: ${text}`);
}

function files(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.spool'));
}

async function fill(folder: string, ...lines: string[]): Promise<void> {
  const spool = await Spool.open(folder, noNotice);
  for (const line of lines) spool.add(line);
  await spool.close();
}

async function leftIn(folder: string, onNotice: (text: string) => void = noNotice): Promise<readonly string[]> {
  const spool = await Spool.open(folder, onNotice);
  await spool.close();
  return spool.left;
}

describe('a spool', () => {
  it('has, at the next start, what was not delivered, in its order', async () => {
    await withFolder(async (folder) => {
      const spool = await Spool.open(join(folder, 'new', 'siem'), noNotice);
      for (const line of ['one', 'two', 'thrée', 'four']) spool.add(line);
      spool.delivered(1);
      await spool.written();
      spool.delivered(1);
      await spool.close();
      assert.deepEqual(await leftIn(join(folder, 'new', 'siem')), ['thrée', 'four']);
      assert.deepEqual(await leftIn(join(folder, 'new', 'siem')), ['thrée', 'four']);
    });
  });

  it('goes on where the run before it ended', async () => {
    await withFolder(async (folder) => {
      await fill(folder, 'a', 'b');
      const spool = await Spool.open(folder, noNotice);
      spool.add('c');
      spool.delivered(2);
      await spool.close();
      assert.deepEqual(await leftIn(folder), ['c']);
    });
  });

  it('deletes what is delivered, file by file', async () => {
    await withFolder(async (folder) => {
      const spool = await Spool.open(folder, noNotice);
      for (let count = 0; count < 10; count++) {
        spool.add('x'.repeat(400_000));
        await spool.written();
      }
      assert.equal(files(folder).length, 4);
      spool.delivered(5);
      await spool.written();
      assert.equal(files(folder).length, 3);
      spool.delivered(5);
      await spool.close();
      assert.deepEqual(files(folder), []);
      assert.deepEqual(await leftIn(folder), []);
    });
  });

  it('is readable by its owner only', async () => {
    await withFolder(async (folder) => {
      await fill(join(folder, 'siem'), 'a');
      assert.equal(statSync(join(folder, 'siem')).mode & 0o777, 0o700);
      for (const name of readdirSync(join(folder, 'siem'))) {
        assert.equal(statSync(join(folder, 'siem', name)).mode & 0o777, 0o600, name);
      }
    });
  });

  it('passes over a line that was being written when the process was killed', async () => {
    await withFolder(async (folder) => {
      await fill(folder, 'a', 'b');
      const file = join(folder, '00000001.spool');
      truncateSync(file, statSync(file).size - 2);
      assert.deepEqual(await leftIn(folder), ['a']);
    });
  });

  it('passes over damage, says so, and loses nothing of what comes after', async () => {
    await withFolder(async (folder) => {
      await fill(folder, 'a', 'b', 'c', 'd');
      const file = join(folder, '00000001.spool');
      writeFileSync(file, readFileSync(file, 'latin1').replace(/b\n/, 'B\n'));
      const notices: string[] = [];
      const spool = await Spool.open(folder, (text) => notices.push(text));
      assert.deepEqual(spool.left, ['a', 'c', 'd']);
      assert.deepEqual(notices, ['1 of the alerts in its spool were damaged, and are lost']);
      spool.delivered(2);
      spool.add('e');
      await spool.close();
      assert.deepEqual(await leftIn(folder), ['d', 'e']);
    });
  });

  it('sends again rather than not at all when it is not known what was delivered', async () => {
    await withFolder(async (folder) => {
      const spool = await Spool.open(folder, noNotice);
      for (const line of ['a', 'b', 'c']) spool.add(line);
      await spool.written();
      spool.delivered(2);
      await spool.close();
      writeFileSync(join(folder, 'position'), 'rubbish');
      assert.deepEqual(await leftIn(folder), ['a', 'b', 'c']);
    });
  });

  it('survives any file in its folder', async () => {
    await withFolder(async (folder) => {
      writeFileSync(
        join(folder, '00000007.spool'),
        Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 7) & 255)),
      );
      writeFileSync(join(folder, 'notes.txt'), 'not ours');
      const notices: string[] = [];
      assert.deepEqual(await leftIn(folder, (text) => notices.push(text)), []);
      assert.equal(notices.length, 1);
      await fill(folder, 'a');
      assert.deepEqual(await leftIn(folder), ['a']);
      assert.equal(readFileSync(join(folder, 'notes.txt'), 'utf8'), 'not ours');
    });
  });

  it('serves one process at a time; what a killed one has left is taken over', async () => {
    await withFolder(async (folder) => {
      const spool = await Spool.open(folder, noNotice);
      await assert.rejects(Spool.open(folder, noNotice), /is in use by another process/);
      await spool.close();
      writeFileSync(join(folder, 'lock'), `${process.pid} 12345\n`);
      assert.deepEqual(await leftIn(folder), []);
      appendFileSync(join(folder, 'lock'), '4194305 1\n');
      assert.deepEqual(await leftIn(folder), []);
    });
  });

  it('tries again when it cannot be written, and keeps what it then has', async () => {
    await withFolder(async (folder) => {
      const notices: string[] = [];
      const spool = await Spool.open(folder, (text) => notices.push(text));
      // A folder where the file should be.
      mkdirSync(join(folder, '00000001.spool'));
      spool.add('a');
      await spool.written();
      assert.match(notices[0]!, /^cannot write its spool: EEXIST/);
      spool.add('b');
      await spool.close();
      assert.match(notices[1]!, /^writes its spool again/);
      spawnSync('rmdir', [join(folder, '00000001.spool')]);
      assert.deepEqual(await leftIn(folder), ['a', 'b']);
    });
  });

  it('has, after kill -9 at any moment, all that was said to be written', { timeout: 120_000 }, async () => {
    await withFolder(async (folder) => {
      const program = `
        const { Spool } = await import(${JSON.stringify(new URL('spool.js', import.meta.url).href)});
        const spool = await Spool.open(process.argv[1], () => {});
        let next = Number(process.argv[2]);
        if (spool.left.length > 0) next = Math.max(next, Number(spool.left.at(-1).slice(5)) + 1);
        let oldest = spool.left.length > 0 ? Number(spool.left[0].slice(5)) : next;
        for (;;) {
          for (let count = 0; count < 20; count++) spool.add('line ' + next++);
          const written = next - 1;
          await spool.written();
          process.stdout.write('w' + written + '\\n');
          if (next - oldest > 100) {
            process.stdout.write('d' + (oldest + 49) + '\\n');
            spool.delivered(50);
            oldest += 50;
          }
        }`;
      let written = 0;
      let delivered = 0;
      for (let kill = 0; kill < 12; kill++) {
        const child = spawn(process.execPath, ['--input-type=module', '-e', program, folder, String(written + 1)], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let said = '';
        child.stdout.setEncoding('latin1').on('data', (text) => {
          said += text;
        });
        await once(child.stdout, 'data');
        setTimeout(() => child.kill('SIGKILL'), kill * 7);
        await once(child, 'close');
        // The last line may be cut.
        for (const line of said.split('\n').slice(0, -1)) {
          if (line[0] === 'w') written = Math.max(written, Number(line.slice(1)));
          else delivered = Math.max(delivered, Number(line.slice(1)));
        }
        const left = (await leftIn(folder)).map((line) => Number(line.slice(5)));
        const [first = delivered + 1] = left;
        assert.ok(first <= delivered + 1, `lost: ${delivered + 1} to ${first - 1}`);
        assert.deepEqual(
          left,
          Array.from({ length: left.length }, (_, index) => first + index),
          'in order, without gaps',
        );
        assert.ok(left.length === 0 || left.at(-1)! >= written, `lost: ${left.at(-1)! + 1} to ${written}`);
        assert.ok(written > 0);
      }
    });
  });
});
