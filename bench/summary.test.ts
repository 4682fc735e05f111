import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Measurement } from './measure.ts';
import { measure } from './measure.ts';
import { summarise } from './summary.ts';

const run = (wall: number, peak = 0): Measurement => ({
  ...{ wall, peak, user: wall / 2, system: 0, output: '', errors: '', status: 0 },
});

it('figures are of the median run, ratios of the fastest', () => {
  const measured = [
    { name: 'trespass', alerts: 0, measurements: [run(9), run(2, 7), run(4)] },
    { name: 'cat', alerts: undefined, measurements: [run(1), run(1), run(1)] },
  ];
  const [trespass] = summarise(measured, { packets: 400, bytes: 1_000_000_000 });
  assert.deepEqual(trespass, {
    ...{ name: 'trespass', alerts: 0, wallMinimum: 2, wallMedian: 4, user: 2, system: 0, peakBytes: 7 },
    packetsPerSecond: 100,
    gigabitsPerSecond: 2,
    ratios: { trespass: 1, cat: 2 },
  });
});

it('a process is measured from outside', { skip: process.platform !== 'linux' }, async () => {
  const script =
    'const a = Buffer.alloc(100e6, 1); const end = Date.now() + 200; while (Date.now() < end); console.log(a[5])';
  const { wall, user, system, peak, output, status } = await measure([process.execPath, '-e', script], true);
  assert.deepEqual([output, status], ['1\n', 0]);
  assert.ok(wall > 0.2 && user + system > 0.02 && user + system < 30, `${wall} ${user} ${system}`);
  assert.ok(peak > 100e6 && peak < 1e9, `${peak}`);
});

it('a process that fails says so', { skip: process.platform !== 'linux' }, async () => {
  const { status, errors } = await measure([process.execPath, '-e', 'console.error("no"); process.exit(3)'], false);
  assert.deepEqual([status, errors], [3, 'no\n']);
  await assert.rejects(measure(['/no/such/program'], false), { code: 'ENOENT' });
});
