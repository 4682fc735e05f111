import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Alert } from '../scan/alert.ts';
import { exampleAlert } from '../scan/example-alert.ts';
import { exampleEvidence, exampleSignature } from '../scan/example-evidence.ts';
import { destinations, numbered, numberOf } from './example-alerts.test.helper.ts';
import { Receiver, until, withFolder } from './example-receivers.test.helper.ts';
import { receiverTimeout } from './output-limits.ts';
import { openOutputs } from './outputs.ts';

function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').filter(Boolean) : [];
}

/** What each of the outputs, all files, has after these alerts. */
async function deliver(alerts: readonly Alert[], ...outputs: object[]): Promise<number[][]> {
  let numbers: number[][] = [];
  await withFolder(async (folder) => {
    const paths = outputs.map((_, index) => join(folder, String(index)));
    const settings = destinations(...outputs.map((one, index) => ({ type: 'file', path: paths[index], ...one })));
    const opened = await openOutputs(settings, (text) => assert.fail(text));
    for (const alert of alerts) opened.send(alert);
    await opened.close(10_000);
    numbers = paths.map((path) => linesOf(path).map(numberOf));
  });
  return numbers;
}

describe('outputs', () => {
  it('get what is severe enough for each: from medium on, unless told otherwise', async () => {
    const alerts = [numbered(1, { severity: 'low' }), numbered(2, { severity: 'medium' }), numbered(3)];
    assert.deepEqual(await deliver(alerts, {}, { 'minimum-severity': 'low' }, { 'minimum-severity': 'high' }), [
      [2, 3],
      [1, 2, 3],
      [3],
    ]);
  });

  it('are told when a scan opens and when it is over, or of one of these', async () => {
    const alerts = [numbered(1, { state: 'open' }), numbered(2)];
    assert.deepEqual(await deliver(alerts, {}, { states: ['open'] }, { states: ['closed'] }), [[1, 2], [1], [2]]);
  });

  it('are never told of authorised scanners, whatever the alert says besides', async () => {
    const authorisation = { address: '10.0.0.5', owner: '', reason: '', expires: '' };
    const info = exampleAlert([exampleEvidence(exampleSignature(), 0)], { authorised: [authorisation] });
    assert.equal(info.severity, 'info');
    const alerts = [{ ...info, scan: '0000000000000001' }, numbered(2, { authorisation }), numbered(3)];
    assert.deepEqual(await deliver(alerts, { 'minimum-severity': 'low' }), [[3]]);
  });

  it('are told of a scan again when an incident raises it', async () => {
    const low = numbered(1, { severity: 'low' });
    assert.deepEqual(await deliver([low, { ...low, severity: 'high', raisedFrom: 'low' }], {}), [[1]]);
  });

  it('have each their format', async () => {
    await withFolder(async (folder) => {
      const formats = ['eve', 'ecs', 'ocsf', 'cef'];
      const settings = destinations(...formats.map((format) => ({ type: 'file', path: join(folder, format), format })));
      const outputs = await openOutputs(settings, (text) => assert.fail(text));
      outputs.send(numbered(1));
      await outputs.close(5000);
      const begins = [/^\{"timestamp"/, /^\{"@timestamp"/, /^\{"category_uid":2,/, /^CEF:0\|Trespass/];
      formats.forEach((format, index) => {
        assert.match(linesOf(join(folder, format))[0]!, begins[index]!);
      });
    });
  });

  it('do not wait for each other: one is dead, one never answers, one is well', async (test) => {
    await withFolder(async (folder) => {
      const deaf = await new Receiver(() => createServer(() => {})).start();
      const dead = await new Receiver(() => createServer(() => {})).start();
      await dead.stop();
      test.after(() => deaf.stop());
      const path = join(folder, 'well');
      const outputs = await openOutputs(
        destinations(
          { type: 'syslog', name: 'deaf', transport: 'tcp', host: '127.0.0.1', port: deaf.port },
          { type: 'webhook', name: 'dead', url: `http://127.0.0.1:${dead.port}/` },
          { type: 'file', name: 'well', path },
        ),
        () => {},
      );
      const begin = performance.now();
      for (let number = 1; number <= 1000; number++) outputs.send(numbered(number));
      const sending = performance.now() - begin;
      await until(() => outputs.statistics()[2]?.delivered === 1000, 'the output that is well has all');
      assert.equal(linesOf(path).length, 1000);
      const [deafCounts, deadCounts, wellCounts] = outputs.statistics();
      assert.deepEqual([deafCounts?.delivered, deafCounts?.queued], [0, 1000]);
      assert.deepEqual([deadCounts?.delivered, deadCounts?.queued], [0, 1000]);
      assert.deepEqual([wellCounts?.delivered, wellCounts?.queued], [1000, 0]);
      assert.ok(sending < 5000, `sending took ${sending} ms`);
      const ending = performance.now();
      await outputs.close(300);
      assert.ok(performance.now() - ending < receiverTimeout / 2, 'close keeps its deadline');
      assert.deepEqual(
        outputs.statistics().map(({ dropped, queued }) => [dropped, queued]),
        [
          [1000, 0],
          [1000, 0],
          [0, 0],
        ],
      );
    });
  });

  it('with a full queue, drop the newest, count them, and say so once', async () => {
    const dead = await new Receiver(() => createServer(() => {})).start();
    await dead.stop();
    const notices: string[] = [];
    const settings = destinations({
      type: 'syslog',
      transport: 'tcp',
      host: '127.0.0.1',
      port: dead.port,
      'queue-size': 1,
    });
    const outputs = await openOutputs(settings, (text) => notices.push(text));
    for (let number = 1; number <= 2000; number++) outputs.send(numbered(number));
    const { queued, dropped } = outputs.statistics()[0]!;
    assert.equal(queued + dropped, 2000);
    assert.ok(queued > 300 && dropped > 300, `${queued} queued, ${dropped} dropped`);
    assert.deepEqual(notices, ['output syslog: an alert was dropped: its queue is full. 1 were dropped so far.']);
    await outputs.close(0);
    assert.equal(outputs.statistics()[0]?.dropped, 2000);
    assert.match(notices.at(-1)!, /^output syslog: \d+ alerts could not be delivered and are lost/);
  });

  it('take no alert after their end, and send nothing while there is nothing', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'x');
      const outputs = await openOutputs(destinations({ type: 'file', path }), (text) => assert.fail(text));
      await outputs.close(1000);
      outputs.send(numbered(1));
      await outputs.saved();
      assert.deepEqual(linesOf(path), []);
      assert.deepEqual(await openOutputs([], () => {}).then((none) => none.statistics()), []);
    });
  });

  it('survive an alert that cannot be written, and a listener that throws', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'x');
      const outputs = await openOutputs(destinations({ type: 'file', path }), () => {
        throw new Error('the listener is broken');
      });
      outputs.send({ ...numbered(1), headline: undefined } as unknown as Alert);
      outputs.send(numbered(2));
      await outputs.close(5000);
      assert.deepEqual(linesOf(path).map(numberOf), [2]);
      assert.equal(outputs.statistics()[0]?.dropped, 1);
    });
  });
});
