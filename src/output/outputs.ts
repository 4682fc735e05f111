/**
 * Alerts to wherever the configuration sends them. Each output has its own queue and delivers by itself: what is slow or
 * dead slows down neither detection nor the other outputs.
 */

import { join } from 'node:path';
import { ConfigurationError } from '../configuration/configuration-error.ts';
import type { DestinationSettings } from '../configuration/destination-settings.ts';
import { withoutControls } from '../report/printable.ts';
import type { Alert } from '../scan/alert.ts';
import { type OpenDestination, openDestination } from './open-destination.ts';
import { Output } from './output.ts';
import { openFreeSpool } from './shared-spool.ts';

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

/**
 * Opens files and spools, reads secrets; asks no receiver, for a dead one is no reason not to begin.
 * @param onNotice what people should know, one line each: `output siem: cannot deliver: ...`.
 * @throws ConfigurationError with everything that is wrong, a line for each output.
 */
export async function openOutputs(
  settings: readonly DestinationSettings[],
  onNotice: (text: string) => void,
): Promise<Outputs> {
  const opened = await Promise.allSettled(settings.map((one) => openOutput(one, onNotice)));
  const outputs = opened.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  const faults = opened.flatMap((result, index) =>
    result.status === 'rejected' ? `output ${settings[index]?.name}: ${(result.reason as Error).message}` : [],
  );
  if (faults.length > 0) {
    await Promise.all(outputs.map((output) => output.close(0)));
    throw new ConfigurationError(faults.map(withoutControls).join('\n'));
  }
  return {
    send: (alert) => {
      for (const output of outputs) output.send(alert);
    },
    saved: async () => {
      await Promise.all(outputs.map((output) => output.saved()));
    },
    statistics: () => outputs.map((output) => output.statistics()),
    reopen: () => {
      for (const output of outputs) output.reopen();
    },
    close: async (deadlineMilliseconds) => {
      await Promise.all(outputs.map((output) => output.close(deadlineMilliseconds)));
    },
  };
}

async function openOutput(settings: DestinationSettings, onNotice: (text: string) => void): Promise<Output> {
  const notice = (text: string) => onNotice(withoutControls(`output ${settings.name}: ${text}.`));
  const { destination, format }: OpenDestination = await openDestination(settings, notice);
  try {
    // Below the folder, for several outputs may name the same.
    const folder = 'spool' in settings && settings.spool !== '' ? join(settings.spool, settings.name) : '';
    const spool = folder === '' ? undefined : await openFreeSpool(folder, notice);
    return new Output({ settings, destination, format, spool, spoolFolder: folder, onNotice });
  } catch (error) {
    await destination.close();
    throw error;
  }
}
