/**
 * `npm run bench`: whole processes on one core, runs interleaved, as docs/benchmark.md says.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { Command, InvalidArgumentError } from 'commander';
import { type Candidate, cat, isInstalled, suricata, tcpdump, trespass, trespassWith } from './candidates.ts';
import { countPackets } from './count-packets.ts';
import { generate, profiles } from './generate.ts';
import { leftOut, type Measurement, measure } from './measure.ts';
import { summarise } from './summary.ts';

interface Options {
  readonly runs: number;
  readonly json?: boolean;
  readonly mb: number;
  readonly seed: number;
  readonly core?: number;
  readonly rules?: string;
  readonly suricataConfig?: string;
  readonly keep?: boolean;
  readonly signatures?: number;
}

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('Give a number, more than 0.');
  return number;
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

const program = new Command('bench')
  .description(
    'Measures trespass read, cat, tcpdump and Suricata on captures: whole processes, one core, interleaved runs.',
  )
  .argument('[file...]', 'captures; without any, two benign ones are generated and removed again')
  .option('--runs <count>', 'runs of each program', (text) => Math.max(1, whole(text)), 5)
  .option('--json', 'one line of JSON for each capture')
  .option('--mb <megabytes>', 'size of the generated big capture; the small one has three tenths of it', positive, 1000)
  .option('--seed <number>', 'another seed, other captures', whole, 1)
  .option('--core <number>', 'processor that all runs are pinned to; the last one by default', whole)
  .option('--rules <file>', 'rules for Suricata; none by default')
  .option('--suricata-config <file>', 'configuration for Suricata; a small one with all protocols by default')
  .option(
    '--signatures <count>',
    'also trespass with only the first so many signatures: what do the others cost?',
    whole,
  )
  .option('--keep', 'leave the generated captures')
  .action(bench);

async function bench(files: string[], options: Options): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'trespass-bench-'));
  try {
    const captures = files.length > 0 ? files : generateCaptures(directory, options);
    const candidates = candidatesOf(directory, options);
    const pin = pinned(options.core ?? cpus().length - 1);
    for (const capture of captures) await compare(capture, candidates, pin, options);
  } finally {
    if (options.keep) note(`Left: ${directory}`);
    else rmSync(directory, { recursive: true, force: true });
  }
}

function generateCaptures(directory: string, { mb, seed }: Options): string[] {
  return (['big', 'small'] as const).map((name) => {
    const path = join(directory, `${name}.pcap`);
    const megabytes = (mb * profiles[name].defaultMegabytes) / profiles.big.defaultMegabytes;
    note(`Generating ${name}: ${megabytes} MB, seed ${seed} ...`);
    generate(profiles[name], path, megabytes, seed);
    return path;
  });
}

function candidatesOf(directory: string, { rules, suricataConfig, signatures }: Options): Candidate[] {
  const candidates = [trespass(), cat];
  if (signatures !== undefined) candidates.splice(1, 0, trespassWith(directory, signatures));
  if (isInstalled('tcpdump', '--version')) candidates.push(tcpdump);
  else note('tcpdump is not installed: not compared.');
  if (isInstalled('suricata', '-V')) candidates.push(suricata(directory, rules, suricataConfig));
  else note('Suricata is not installed: not compared.');
  if (process.env[leftOut] !== undefined) note(`${leftOut} is not passed on: Node.js 20 would read it at every start.`);
  return candidates;
}

function pinned(core: number): readonly string[] {
  if (isInstalled('taskset', '--version')) return ['taskset', '-c', `${core}`];
  note('taskset is not installed: runs may use several cores.');
  return [];
}

async function compare(
  capture: string,
  candidates: readonly Candidate[],
  pin: readonly string[],
  { runs, json }: Options,
): Promise<void> {
  // Counting also brings the file into the page cache, for all alike.
  const size = { ...(await countPackets(capture)), fileBytes: statSync(capture).size };
  const measurements = new Map<Candidate, Measurement[]>(candidates.map((candidate) => [candidate, []]));
  for (let run = 0; run < runs; run++) {
    for (const [candidate, done] of measurements) {
      const measurement = await measure([...pin, ...candidate.command(capture)], candidate.keepOutput);
      if (measurement.status !== 0)
        throw new Error(`${candidate.name} failed (${measurement.status}): ${measurement.errors}`);
      done.push(measurement);
    }
  }
  const alerts = new Map(
    candidates.map((candidate) => [candidate, candidate.alerts?.(measurements.get(candidate)!.at(-1)!)]),
  );
  const rows = summarise(
    [...measurements].map(([candidate, done]) => ({
      name: candidate.name,
      alerts: alerts.get(candidate),
      measurements: done,
    })),
    size,
  );
  if (json) {
    console.log(JSON.stringify({ capture, ...size, runs, programs: rows }));
    return;
  }
  const table = new Table({
    head: [
      '',
      'min s',
      'median s',
      'user s',
      'sys s',
      'peak MB',
      'packets/s',
      'Gbit/s',
      'of cat',
      'of tcpdump',
      'of trespass',
      'alerts',
    ],
    style: { head: [], border: [] },
    colAligns: ['left', ...new Array<'right'>(11).fill('right')],
  });
  for (const row of rows) {
    table.push([
      row.name,
      ...[row.wallMinimum, row.wallMedian, row.user, row.system].map((seconds) => seconds.toFixed(2)),
      (row.peakBytes / 1e6).toFixed(0),
      row.packetsPerSecond.toLocaleString('en', { maximumFractionDigits: 0 }),
      row.gigabitsPerSecond.toFixed(2),
      ...[row.ratios.cat, row.ratios.tcpdump, row.ratios.trespass].map((ratio) => ratio?.toFixed(2) ?? ''),
      row.alerts ?? '',
    ]);
  }
  console.log(
    `${capture}: ${size.packets.toLocaleString('en')} packets, ${size.bytes.toLocaleString('en')} bytes\n${table}\n`,
  );
}

/** To standard error: standard output is for the figures. */
function note(text: string): void {
  console.error(text);
}

try {
  await program.parseAsync();
} catch (error) {
  program.error(`error: ${error instanceof Error ? error.message : error}`);
}
