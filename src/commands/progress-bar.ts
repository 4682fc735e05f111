/** How far reading has come, on standard error while a person looks on. */

import progress from 'cli-progress';
import type { Output } from './console.ts';

/** Nobody wants to see a bar for less than this (ms). */
const patience = 500;

export class ProgressBar {
  readonly #stderr: Output;
  readonly #started = performance.now();
  #bar: progress.SingleBar | undefined;
  #shown = false;

  constructor(stderr: Output) {
    this.#stderr = stderr;
  }

  /** Bytes. Without a total (a pipe) there is no bar. */
  readonly update = (done: number, total: number): void => {
    if (total <= 0 || performance.now() - this.#started < patience) return;
    if (!this.#bar) {
      this.#bar = new progress.SingleBar({
        format: '{bar} {percentage} % of {size}, {eta_formatted} left',
        stream: this.#stderr as NodeJS.WritableStream,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: 30,
        hideCursor: true,
        clearOnComplete: true,
        // Drawn here and now: reading may not let a timer run for seconds.
        noTTYOutput: false,
        synchronousUpdate: true,
        fps: 5,
        formatValue: (value, _options, type) => (type === 'percentage' ? String(value) : String(value)),
      });
      this.#bar.start(total, done, { size: size(total) });
    }
    this.#shown = true;
    this.#bar.update(done);
  };

  /** Makes room for a line of another kind; the next update draws the bar below it. */
  clear(): void {
    if (this.#shown) this.#stderr.write('\r\x1b[K');
    this.#shown = false;
  }

  stop(): void {
    this.#bar?.stop();
  }
}

function size(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
}
