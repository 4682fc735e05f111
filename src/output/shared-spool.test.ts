import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { destinations, numbered, numberOf } from './example-alerts.test.helper.ts';
import { syslogReceiver, until, withFolder } from './example-receivers.test.helper.ts';
import { openOutputs } from './outputs.ts';
import { openFreeSpool, takeOverSpools } from './shared-spool.ts';

const noNotice = (text: string): never => assert.fail(`a notice: ${text}`);

describe('one output in several processes', () => {
  it('has a spool for each', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'siem');
      const spools = [await openFreeSpool(path, noNotice), await openFreeSpool(path, noNotice)];
      spools[0]?.add('first');
      spools[1]?.add('second');
      for (const spool of spools) await spool.close();
      const taken: string[] = [];
      await takeOverSpools(path, noNotice, async (lines) => void taken.push(...lines));
      assert.deepEqual(taken, ['first', 'second']);
      await takeOverSpools(path, noNotice, async () => assert.fail('taken twice'));
    });
  });

  it('does not take what a living one has, nor lose what it cannot keep', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'siem');
      const living = await openFreeSpool(path, noNotice);
      living.add('mine');
      await living.written();
      const ended = await openFreeSpool(path, noNotice);
      ended.add('left');
      await ended.close();
      await takeOverSpools(path, noNotice, async () => {
        throw new Error('no room');
      });
      const taken: string[] = [];
      await takeOverSpools(path, noNotice, async (lines) => void taken.push(...lines));
      assert.deepEqual(taken, ['left']);
      await living.close();
    });
  });

  it('sends what another has left when its receiver was dead', async () => {
    await withFolder(async (folder) => {
      const received: number[] = [];
      const receiver = await syslogReceiver((text) => received.push(numberOf(text))).start();
      await receiver.stop();
      const settings = destinations({
        type: 'syslog',
        transport: 'tcp',
        host: '127.0.0.1',
        port: receiver.port,
        spool: folder,
      });
      const [watching, adding] = [await openOutputs(settings, () => {}), await openOutputs(settings, () => {})];
      watching.send(numbered(1));
      adding.send(numbered(2));
      await adding.close(100);
      await watching.close(100);
      const next = await openOutputs(settings, () => {});
      await receiver.start();
      await until(() => received.length >= 2, 'both arrive');
      await next.close(5000);
      await receiver.stop();
      assert.deepEqual([...new Set(received)].sort(), [1, 2]);
      const nothing = await openOutputs(settings, noNotice);
      await nothing.close(0);
      assert.equal(nothing.statistics()[0]?.queued, 0);
    });
  });
});
