/**
 * Alerts to wherever the configuration sends them. Each output has its own queue and delivers by itself: what is slow or
 * dead slows down neither detection nor the other outputs.
 */

import type { DestinationSettings } from '../configuration/destination-settings.ts';
import type { Alert } from '../scan/alert.ts';

export interface Outputs {
  /**
   * Gives the alert to each output that wants it: severe enough, in a state it asked for, and not of an authorised scanner.
   * Only puts it into queues: never waits, never throws.
   */
  send(alert: Alert): void;
  /**
   * Resolves when all that was sent so far would survive kill -9: it is delivered, or in the spool of its output. What
   * outputs without a spool keep does not count. Resolves also if a spool cannot be written (a notice said so).
   */
  saved(): Promise<void>;
  /** One for each output, in the configuration's order. */
  statistics(): readonly OutputStatistics[];
  /** Files are opened anew, as after a rotation (SIGHUP). */
  reopen(): void;
  /**
   * Delivers what waits, for so long at most; then what is left stays in the spools, and what has none is counted as
   * dropped, with a notice. Never throws.
   */
  close(deadlineMilliseconds: number): Promise<void>;
}

/** All numbers but `queued` only grow. */
export interface OutputStatistics {
  readonly name: string;
  readonly type: DestinationSettings['type'];
  /** Alerts that the receiver has. */
  readonly delivered: number;
  /** Attempts that failed, after which it was tried again. */
  readonly retried: number;
  /** Alerts that found no room, that the receiver refused, or that were left at the end. */
  readonly dropped: number;
  /** Alerts that wait. */
  readonly queued: number;
  /** Why the last attempt failed; empty: it did not. */
  readonly problem: string;
}
