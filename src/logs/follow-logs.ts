/** `trespass import --follow`: reads what the logs hold and then waits for more, until it is interrupted. */

import type { ByteSource } from '../capture/byte-source.ts';
import { openCapture, STANDARD_INPUT } from '../capture/open-capture.ts';
import { ScanTracker } from '../scan/scan-tracker.ts';
import { FollowedFile } from './followed-file.ts';
import { type ImportLogsOptions, type ImportStatistics, isOfAnotherKind, statistics } from './import-logs.ts';
import { emptyLogCounters, parseLines } from './log-input.ts';
import { LogJudge } from './log-judge.ts';
import { LogLines } from './log-lines.ts';

/** Milliseconds between two looks whether a scan is over. */
const tick = 1000;

/** Rejects with CaptureError when a file cannot be opened. */
export async function followLogs(options: ImportLogsOptions): Promise<ImportStatistics> {
  const { paths, catalogue, settings, onAlert, onNotice, signal } = options;
  const tracker = new ScanTracker({ settings, signatures: catalogue, onAlert });
  const judge = new LogJudge(catalogue);
  const clocks = paths.map(() => new LogClock());
  const sources: ByteSource[] = [];
  const files = paths.map(() => emptyLogCounters());
  const timer = setInterval(() => tracker.advance(Math.max(...clocks.map((clock) => clock.now()))), tick);
  try {
    for (const path of paths) {
      sources.push(path === STANDARD_INPUT ? await openCapture(path, signal) : new FollowedFile(path, signal));
    }
    await Promise.all(
      sources.map(async (source, index) => {
        const lines = new LogLines(source);
        const parser = options.parser(paths[index] as string);
        const counters = files[index] as ReturnType<typeof emptyLogCounters>;
        const clock = clocks[index] as LogClock;
        let isDoubtful = true;
        for (let batch = await lines.next(); batch !== undefined; batch = await lines.next()) {
          counters.leftOut.tooLong = lines.tooLong;
          for (const record of parseLines(batch, parser, counters)) {
            if (clock.wasSetBackBefore(record.time)) {
              // By the time of before, each piece of evidence would be a scan of its own, over with the next tick.
              tracker.close();
              for (const one of clocks) one.forget();
            }
            clock.saw(record.time);
            tracker.advance(record.time);
            for (const evidence of judge.judge(record)) tracker.add(evidence);
          }
          // One who waits for what never comes should know. Once: what comes later may be right.
          const otherKind: string | undefined = isDoubtful ? isOfAnotherKind(source.name, counters) : undefined;
          if (otherKind !== undefined) onNotice?.(otherKind);
          isDoubtful &&= otherKind === undefined && counters.records === 0;
          // Reading what is there already is synchronous: signals and the report have their turn between two blocks.
          await new Promise(setImmediate);
        }
      }),
    );
  } finally {
    clearInterval(timer);
    for (const source of sources) await source.close();
  }
  tracker.close();
  return statistics(files, judge, tracker);
}

/** Microseconds. Lines may come so much too late; more is a clock that was set back, or a line with a date of its own. */
const lateness = 3600e6;

/** One log's time goes on while nothing is written: else the last scan would never be over. */
class LogClock {
  #newest = 0;
  #seenAt = 0;

  wasSetBackBefore(time: number): boolean {
    return time < this.#newest - lateness;
  }

  forget(): void {
    this.#newest = 0;
  }

  saw(time: number): void {
    if (time < this.#newest) return;
    this.#newest = time;
    this.#seenAt = performance.now();
  }

  /** Microseconds since 1970, as the log counts them. */
  now(): number {
    return this.#newest === 0 ? 0 : this.#newest + (performance.now() - this.#seenAt) * 1000;
  }
}
