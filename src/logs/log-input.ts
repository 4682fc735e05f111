/** One log file as records: its lines, parsed, in their order. */

import type { CaptureSource } from '../capture/capture-source.ts';
import { LogLines } from './log-lines.ts';
import type { LeftOut, LogParser, LogRecord } from './log-record.ts';

/** What was read and why some of it gave nothing. All numbers only grow. */
export interface LogCounters {
  lines: number;
  records: number;
  readonly leftOut: {
    other: number;
    malformed: number;
    withoutTime: number;
    withoutAddress: number;
    tooLong: number;
  };
}

export function emptyLogCounters(): LogCounters {
  return { lines: 0, records: 0, leftOut: { other: 0, malformed: 0, withoutTime: 0, withoutAddress: 0, tooLong: 0 } };
}

const counterOf: Readonly<Record<LeftOut, keyof LogCounters['leftOut']>> = {
  other: 'other',
  malformed: 'malformed',
  'without-time': 'withoutTime',
  'without-address': 'withoutAddress',
};

/** Parses a batch of lines; whatever gives no record is counted. */
export function parseLines(lines: readonly string[], parser: LogParser, counters: LogCounters): LogRecord[] {
  const records: LogRecord[] = [];
  counters.lines += lines.length;
  for (const line of lines) {
    const parsed = parser.parse(line);
    if (typeof parsed === 'string') counters.leftOut[counterOf[parsed]]++;
    else records.push(parsed);
  }
  counters.records += records.length;
  return records;
}

export class LogInput {
  /** Counted for this file alone: what it is, shows only when it is read. */
  readonly counters = emptyLogCounters();
  readonly source: CaptureSource;
  readonly #lines: LogLines;
  readonly #parser: LogParser;
  #records: readonly LogRecord[] = [];
  #next = 0;

  constructor(source: CaptureSource, parser: LogParser) {
    this.source = source;
    this.#lines = new LogLines(source);
    this.#parser = parser;
  }

  /** The next record, not taken yet; undefined: more must be read first. */
  get head(): LogRecord | undefined {
    return this.#records[this.#next];
  }

  take(): void {
    this.#next++;
  }

  /** Reads on until there is a record; false at the end. */
  async fill(): Promise<boolean> {
    while (this.head === undefined) {
      const lines = await this.#lines.next();
      this.counters.leftOut.tooLong = this.#lines.tooLong;
      if (lines === undefined) return false;
      this.#records = parseLines(lines, this.#parser, this.counters);
      this.#next = 0;
    }
    return true;
  }
}
