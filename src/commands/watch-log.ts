/**
 * What the operator of a sensor reads on standard error. On a terminal: notices, and one line that stays below them and says
 * how it goes. Else a line for each notice and each minute, in the form that its reader likes: with the journal's priorities
 * (sd-daemon(3)) and without a time, for the journal has its own; anywhere else with the time.
 */

import { fstatSync } from 'node:fs';
import { withoutControls } from '../report/printable.ts';
import type { Output } from './console.ts';

const priorities = { info: '<6>', warning: '<4>', error: '<3>' } as const;

export type Level = keyof typeof priorities;

export class WatchLog {
  readonly forPeople: boolean;
  readonly #stderr: Output;
  readonly #quiet: boolean;
  readonly #journal: boolean;
  #status = '';

  constructor(stderr: Output, quiet: boolean) {
    this.#stderr = stderr;
    this.#quiet = quiet;
    this.forPeople = stderr.isTTY === true;
    this.#journal = isJournal(process.env.JOURNAL_STREAM);
  }

  notice(text: string, level: Level = 'info'): void {
    if (this.#quiet && level === 'info') return;
    this.#write(`${this.#prefix(level)}${withoutControls(text)}\n`);
  }

  /** Each second on a terminal; nowhere else. */
  status(text: string): void {
    if (this.#quiet || !this.forPeople) return;
    const columns = this.#stderr.columns || 80;
    // A line that wraps could not be taken back.
    this.#status = withoutControls(text).slice(0, columns - 1);
    this.#stderr.write(`\r\x1b[K${this.#status}`);
  }

  /** Writes an alert, or anything else that stands above the status. */
  above(write: () => void): void {
    if (this.#status !== '') this.#stderr.write('\r\x1b[K');
    write();
    if (this.#status !== '') this.#stderr.write(this.#status);
  }

  /** The status line goes. */
  end(): void {
    if (this.#status !== '') this.#stderr.write('\r\x1b[K');
    this.#status = '';
  }

  #write(line: string): void {
    this.above(() => this.#stderr.write(line));
  }

  #prefix(level: Level): string {
    if (this.forPeople) return 'trespass: ';
    return this.#journal ? priorities[level] : `${new Date().toISOString()} trespass: `;
  }
}

/** Is standard error the stream that systemd made: `device:inode`, systemd.exec(5)? */
function isJournal(stream: string | undefined): boolean {
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(2);
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}
