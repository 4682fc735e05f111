/**
 * `npm run soak`: ten minutes under load, a scan every ten seconds, and a look at the memory every five. Writes a plot, and
 * ends with 1 if a packet was dropped or the memory grew. Needs root.
 */

import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { capturesFolder } from '../repository.ts';
import { install } from '../setup.ts';
import { linePlot } from './line-plot.ts';
import { startWatch } from './watching.ts';
import { cpuSeconds, Wire } from './wire.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '20000' },
    plot: { type: 'string', default: 'docs/images/soak.svg' },
  },
});

/** Seconds. */
const lookEvery = 5;
const scanEvery = 10;
/** The first minutes fill tables and let the compiler work; from then on nothing may grow by more than this share. */
const warmUpShare = 0.3;
const growthAllowed = 0.05;

if (process.platform !== 'linux' || process.getuid?.() !== 0) {
  console.error('The soak needs root on Linux: sudo npm run soak');
  process.exit(1);
}
install(['tcpreplay', 'iproute2']);
const minutes = Number(values.minutes);
const wire = new Wire(200);
const captures = readdirSync(join(capturesFolder, 'nmap')).filter((name) => name.endsWith('.pcap'));
let scans = 0;
const samples: { seconds: number; resident: number; own: number }[] = [];
try {
  const watching = await startWatch(wire.listener, ['--workers', '2', '--window', '5', 'eth0']);
  const sender = spawn('ip', wire.replay(1_000_000, Number(values.rate)), { stdio: 'ignore' });
  const id = watching.process.pid as number;
  const began = performance.now();
  for (let seconds = 0; seconds < minutes * 60; seconds += lookEvery) {
    await sleep(Math.max(0, began + seconds * 1000 - performance.now()));
    if (seconds % scanEvery === 0) scan();
    const status = readFileSync(`/proc/${id}/status`, 'utf8');
    samples.push({ seconds, resident: megabytes(status, 'VmRSS'), own: megabytes(status, 'RssAnon') });
  }
  const cpu = cpuSeconds(readFileSync(`/proc/${id}/stat`, 'utf8'));
  sender.kill();
  await sleep(6000);
  await watching.end();
  report(watching.log(), watching.alerts.length, cpu);
} finally {
  wire.close();
}

/** The next of the lab's captures: what was said before in the same flow would be nothing new. */
function scan(): void {
  const capture = join(capturesFolder, 'nmap', captures[(scans++ * 13) % captures.length] as string);
  spawn('ip', ['netns', 'exec', wire.sender, 'tcpreplay', '-q', '--pps=500', '-i', 'eth0', capture], {
    stdio: 'ignore',
  });
}

function megabytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
}

function report(log: string, alerts: number, cpu: number): void {
  const points = (value: (sample: (typeof samples)[number]) => number) =>
    samples.map((sample) => [sample.seconds / 60, value(sample)] as const);
  mkdirSync(dirname(values.plot), { recursive: true });
  const lines = [
    { label: 'with the rings', colour: '#c33', points: points(({ resident }) => resident) },
    { label: 'its own', colour: '#36c', points: points(({ own }) => own) },
  ];
  writeFileSync(
    values.plot,
    linePlot({ title: 'Memory of trespass watch, two workers, under load', x: 'minutes', y: 'MB', lines }),
  );
  const [, ended] = /ended: (.*)/.exec(log) ?? [];
  const warm = samples.slice(Math.floor(samples.length * warmUpShare));
  const half = warm.length >> 1;
  const mean = (some: typeof warm) => some.reduce((sum, { own }) => sum + own, 0) / some.length;
  const [before, after] = [mean(warm.slice(0, half)), mean(warm.slice(half))];
  console.log(`${values.minutes} minutes: ${ended}`);
  console.log(`${alerts} alerts, ${cpu.toFixed(0)} s of processor time`);
  console.log(
    `its own memory: ${before.toFixed(0)} MB on average, then ${after.toFixed(0)} MB; plot in ${values.plot}`,
  );
  const dropped = !/dropped 0 by the kernel, 0 by us/.test(ended ?? '');
  if (dropped || after > before * (1 + growthAllowed)) process.exitCode = 1;
}
