/** One output: which alerts it wants, its queue, and the loop that delivers from it until the receiver has them. */

import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { DestinationSettings } from '../configuration/destination-settings.ts';
import { withoutControls } from '../report/printable.ts';
import { type Alert, severities } from '../scan/alert.ts';
import { backOff } from './back-off.ts';
import { type Destination, Refused, reasonOf, TryLater } from './destination.ts';
import { LineQueue } from './line-queue.ts';
import { batchBytes, dropNoticeEvery, graceAtEnd, takeOverEvery } from './output-limits.ts';
import type { OutputStatistics } from './outputs.ts';
import { takeOverSpools } from './shared-spool.ts';
import type { Spool } from './spool.ts';

export interface OutputParts {
  readonly settings: DestinationSettings;
  readonly destination: Destination;
  readonly format: (alert: Alert) => string;
  readonly spool: Spool | undefined;
  /** Of all processes that have this output: the first one's. */
  readonly spoolFolder: string;
  readonly onNotice: (text: string) => void;
}

export class Output {
  readonly #settings: DestinationSettings;
  readonly #destination: Destination;
  readonly #format: (alert: Alert) => string;
  readonly #spool: Spool | undefined;
  readonly #spoolFolder: string;
  readonly #onNotice: (text: string) => void;
  readonly #queue: LineQueue;
  readonly #leastSeverity: number;
  readonly #end = new AbortController();
  readonly #running: Promise<void>;
  #closing = false;
  #takingOver: NodeJS.Timeout | undefined;
  #takenOver: Promise<void> = Promise.resolve();
  /** Ends the loop's sleep. */
  #wake: () => void = () => {};
  #delivered = 0;
  #retried = 0;
  #dropped = 0;
  #problem = '';
  #dropNoticeAfter = 0;

  constructor({ settings, destination, format, spool, spoolFolder, onNotice }: OutputParts) {
    this.#spoolFolder = spoolFolder;
    this.#settings = settings;
    this.#destination = destination;
    this.#format = format;
    this.#spool = spool;
    this.#onNotice = onNotice;
    this.#leastSeverity = severities.indexOf(settings.minimumSeverity);
    this.#queue = new LineQueue(settings.queueSize);
    for (const line of spool?.left ?? []) this.#queue.restore(line);
    this.#running = this.#run();
    if (spool) {
      this.#takeOver();
      this.#takingOver = setInterval(() => this.#takeOver(), takeOverEvery).unref();
    }
  }

  /** Never waits, never throws. */
  send(alert: Alert): void {
    if (this.#closing || !this.#wants(alert)) return;
    let line: string;
    try {
      line = this.#format(alert);
    } catch (error) {
      this.#drop(`it could not be written as ${this.#settings.format}: ${reasonOf(error)}`);
      return;
    }
    if (!this.#queue.push(line)) {
      this.#drop('its queue is full');
      return;
    }
    this.#spool?.add(line);
    this.#wake();
  }

  statistics(): OutputStatistics {
    return {
      name: this.#settings.name,
      type: this.#settings.type,
      delivered: this.#delivered,
      retried: this.#retried,
      dropped: this.#dropped,
      queued: this.#queue.length,
      problem: this.#problem,
    };
  }

  async saved(): Promise<void> {
    await this.#spool?.written();
  }

  reopen(): void {
    this.#destination.reopen?.();
  }

  async close(deadlineMilliseconds: number): Promise<void> {
    this.#closing = true;
    clearInterval(this.#takingOver);
    await this.#takenOver;
    this.#wake();
    const deadline = setTimeout(() => this.#end.abort(), deadlineMilliseconds);
    // A disk or a network share may be deaf to the signal.
    const { signal } = this.#end;
    await Promise.race([this.#running, once(signal, 'abort').then(() => delay(graceAtEnd, undefined, { ref: false }))]);
    clearTimeout(deadline);
    await this.#spool?.close();
    await this.#destination.close();
    const left = this.#queue.length;
    if (left === 0) return;
    const why = this.#problem === '' ? '' : ` (${this.#problem})`;
    if (this.#spool) {
      this.#notice(`${alerts(left)} could not be delivered${why}; they are in its spool, and sent by the next run`);
    } else {
      this.#queue.remove(left);
      this.#dropped += left;
      this.#notice(`${alerts(left)} could not be delivered and are lost${why}`);
    }
  }

  /** What other processes have left of this output becomes ours. */
  #takeOver(): void {
    const spool = this.#spool;
    if (!spool) return;
    const take = () =>
      takeOverSpools(
        this.#spoolFolder,
        (text) => this.#notice(text),
        async (lines) => {
          for (const line of lines) {
            this.#queue.restore(line);
            spool.add(line);
          }
          this.#wake();
          await spool.written();
        },
      );
    this.#takenOver = this.#takenOver.then(take);
  }

  #wants({ state, severity, authorisation }: Alert): boolean {
    // Of an authorised scanner nobody is told, whatever else the alert says.
    if (authorisation !== undefined || severity === 'info') return false;
    return severities.indexOf(severity) >= this.#leastSeverity && this.#settings.states.includes(state);
  }

  async #run(): Promise<void> {
    let failures = 0;
    const { signal } = this.#end;
    while (!signal.aborted) {
      const lines = this.#queue.peek(this.#destination.batch, batchBytes);
      if (lines.length === 0) {
        if (this.#closing) return;
        await this.#sleep();
        continue;
      }
      try {
        this.#settle(await this.#destination.deliver(lines, signal));
        if (this.#problem !== '') this.#notice('delivers again');
        this.#problem = '';
        failures = 0;
      } catch (error) {
        if (error instanceof Refused) {
          this.#remove(1);
          this.#drop(reasonOf(error));
          continue;
        }
        if (signal.aborted) return;
        this.#retried++;
        failures++;
        this.#tellProblem(reasonOf(error));
        const wait = backOff(failures, this.#destination.longestWait);
        await this.#sleep(error instanceof TryLater ? Math.max(wait, error.wait) : wait);
      }
    }
  }

  #settle(count: number): void {
    this.#delivered += count;
    this.#remove(count);
  }

  #remove(count: number): void {
    this.#queue.remove(count);
    this.#spool?.delivered(count);
  }

  /** Until there is something to do; with a time: until it has passed, or until everything ends. */
  async #sleep(milliseconds?: number): Promise<void> {
    const { signal } = this.#end;
    // At the end, one more attempt is made at once.
    const isLast = this.#closing;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = () => {};
        resolve();
      };
      // The process may end while nothing else keeps it.
      const timer = milliseconds === undefined ? undefined : setTimeout(done, milliseconds);
      if (!isLast) timer?.unref();
      signal.addEventListener('abort', done);
      this.#wake = () => {
        if (milliseconds === undefined || (this.#closing && !isLast)) done();
      };
    });
  }

  #drop(why: string): void {
    this.#dropped++;
    const now = performance.now();
    if (now < this.#dropNoticeAfter) return;
    this.#dropNoticeAfter = now + dropNoticeEvery;
    this.#notice(`an alert was dropped: ${why}. ${this.#dropped} were dropped so far`);
  }

  /** Once for each failure that is another than the last. */
  #tellProblem(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#notice(
      `cannot deliver: ${problem}. ${alerts(this.#queue.length)} ${this.#queue.length === 1 ? 'waits' : 'wait'}; trying again`,
    );
  }

  #notice(text: string): void {
    try {
      this.#onNotice(withoutControls(`output ${this.#settings.name}: ${text}.`));
    } catch {
      // Whoever listens must not end delivery.
    }
  }
}

function alerts(count: number): string {
  return count === 1 ? '1 alert' : `${count} alerts`;
}
