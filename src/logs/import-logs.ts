/** Logs of others in, alerts out: what `readCaptures` is for captures. The same tracker, so the same alerts. */

import { CaptureError } from '../capture/capture-error.ts';
import { openCapture } from '../capture/open-capture.ts';
import { logFilesAtOnce } from '../limits.ts';
import type { Alert } from '../scan/alert.ts';
import type { ScanSettings } from '../scan/scan-settings.ts';
import { ScanTracker } from '../scan/scan-tracker.ts';
import type { Signature } from '../signature/signature.ts';
import { emptyLogCounters, type LogCounters, LogInput } from './log-input.ts';
import { LogJudge } from './log-judge.ts';
import type { LogParser, LogRecord } from './log-record.ts';

export interface ImportLogsOptions {
  /** Files, also compressed with gzip or zstd; `-` for standard input. Several are one timeline. */
  readonly paths: readonly string[];
  /** For one file, which it may look at for its name. */
  readonly parser: (path: string) => LogParser;
  readonly catalogue: readonly Signature[];
  readonly settings: ScanSettings;
  readonly onAlert: (alert: Alert) => void;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly onNotice?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ImportStatistics {
  readonly files: number;
  readonly lines: number;
  readonly records: number;
  readonly evidence: number;
  readonly scans: number;
  readonly leftOut: LogCounters['leftOut'];
  readonly flowsForgotten: number;
  readonly tracking: object;
}

/**
 * Reads logs to their end.
 * @throws CaptureError when a file cannot be opened, or holds not one line that could be read.
 */
export async function importLogs(options: ImportLogsOptions): Promise<ImportStatistics> {
  const { paths, catalogue, settings, onAlert, onNotice = () => {} } = options;
  if (paths.length > logFilesAtOnce) {
    const message = `${paths.length} files are more than ${logFilesAtOnce} at once. Read them in several runs, or joined: cat FILES | trespass import … -`;
    throw new CaptureError('unreadable', paths[0] as string, message);
  }
  const tracker = new ScanTracker({ settings, signatures: catalogue, onAlert });
  const judge = new LogJudge(catalogue);
  const take = (record: LogRecord): void => {
    tracker.advance(record.time);
    for (const evidence of judge.judge(record)) tracker.add(evidence);
  };

  const inputs: LogInput[] = [];
  try {
    for (const path of paths) inputs.push(new LogInput(await openCapture(path, options.signal), options.parser(path)));
    await merge(inputs, take, options);
  } catch (error) {
    if (!options.signal?.aborted) throw error;
  } finally {
    for (const { source } of inputs) await source.close();
  }
  tracker.close();

  for (const input of inputs) report(input, onNotice, options.signal?.aborted === true);
  return statistics(
    inputs.map(({ counters }) => counters),
    judge,
    tracker,
  );
}

/** Milliseconds between two reports of progress. */
const progressEvery = 100;
/** Records between two looks at the clock. */
const recordsPerLook = 1024;

/** All records, the earliest of the files' next ones first. */
async function merge(
  inputs: readonly LogInput[],
  take: (record: LogRecord) => void,
  { signal, onProgress }: ImportLogsOptions,
): Promise<void> {
  let open: LogInput[] = [];
  for (const input of inputs) if (await input.fill()) open.push(input);
  let reported = 0;
  let taken = 0;
  const progress = (): void => {
    const done = inputs.reduce((sum, { source }) => sum + source.consumed, 0);
    const sizes = inputs.map(({ source }) => source.size);
    onProgress?.(done, sizes.includes(undefined) ? 0 : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0));
  };
  while (open.length > 0 && !signal?.aborted) {
    const input = open.length === 1 ? (open[0] as LogInput) : earliest(open);
    take(input.head as LogRecord);
    input.take();
    if (input.head === undefined && !(await input.fill())) open = open.filter((other) => other !== input);
    if (++taken % recordsPerLook !== 0) continue;
    const now = performance.now();
    if (now - reported < progressEvery) continue;
    reported = now;
    progress();
    // Reading a file is synchronous: without this, signals and the terminal would wait for its end.
    await new Promise(setImmediate);
  }
  progress();
}

function earliest(open: readonly LogInput[]): LogInput {
  let best = open[0] as LogInput;
  for (const input of open) if ((input.head as LogRecord).time < (best.head as LogRecord).time) best = input;
  return best;
}

/** What was left out of one file, in one line; nothing where nothing is amiss. @throws CaptureError if it is no such log. */
function report({ source, counters }: LogInput, onNotice: (text: string) => void, aborted: boolean): void {
  if (source.damage !== undefined) onNotice(`${source.name}: ${source.damage}. What came before was read.`);
  const otherKind = isOfAnotherKind(source.name, counters);
  if (otherKind !== undefined && !aborted) throw new CaptureError('not-a-capture', source.name, otherKind);
  const told = faultsOf(counters);
  if (told !== '') onNotice(`${source.name}: of ${linesOf(counters)} lines, some were left out: ${told}.`);
}

/** So, in words, if none of the file's lines could be read. Empty lines and comments are in every kind of file. */
export function isOfAnotherKind(name: string, counters: LogCounters): string | undefined {
  const { other, malformed, withoutTime, withoutAddress, tooLong } = counters.leftOut;
  if (counters.records > 0 || malformed + withoutTime + withoutAddress + tooLong <= other) return undefined;
  return `${name}: none of its ${linesOf(counters)} lines could be read as such a log (${faultsOf(counters)}). Is it of another kind?`;
}

function linesOf({ lines, leftOut }: LogCounters): number {
  return lines + leftOut.tooLong;
}

function faultsOf({ leftOut: { malformed, withoutTime, withoutAddress, tooLong } }: LogCounters): string {
  const faults = [
    [malformed, 'not of this format'],
    [withoutTime, 'without a date'],
    [withoutAddress, 'without the address of the client'],
    [tooLong, 'too long'],
  ] as const;
  return faults
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(', ');
}

export function statistics(files: readonly LogCounters[], judge: LogJudge, tracker: ScanTracker): ImportStatistics {
  const sum = emptyLogCounters();
  for (const { lines, records, leftOut } of files) {
    sum.lines += lines;
    sum.records += records;
    for (const key of Object.keys(leftOut) as (keyof typeof leftOut)[]) sum.leftOut[key] += leftOut[key];
  }
  return {
    files: files.length,
    lines: sum.lines,
    records: sum.records,
    evidence: tracker.statistics.evidence,
    scans: tracker.statistics.scans,
    leftOut: sum.leftOut,
    flowsForgotten: judge.flowsForgotten,
    tracking: { ...tracker.statistics },
  };
}
