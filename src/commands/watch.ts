/** `trespass watch INTERFACE...`: packets in, alerts out, until somebody ends it. */

import type { Console } from './console.ts';
import { exitCode } from './exit-code.ts';
import type { ReadOptions } from './read.ts';
import { WatchLog } from './watch-log.ts';
import { WatchSession } from './watch-session.ts';

export interface WatchOptions
  extends Pick<
    ReadOptions,
    'json' | 'table' | 'config' | 'window' | 'internal' | 'signatures' | 'minSeverity' | 'quiet'
  > {
  readonly filter?: string;
  readonly workers?: number;
  readonly ring?: number;
  readonly promiscuous?: boolean;
  readonly libpcap?: boolean;
  readonly user?: string;
  readonly metrics?: string;
  readonly keepPackets?: string;
  /** A location; false: --no-store. */
  readonly store?: string | false;
}

/** @throws UsageError, ConfigurationError; and what stands in the way of capturing. */
export async function watch(names: readonly string[], options: WatchOptions, console: Console): Promise<number> {
  const log = new WatchLog(console.stderr, options.quiet === true);
  const session = new WatchSession(options, console, log);
  try {
    await session.start(names);
    await session.ended();
  } finally {
    await session.end();
  }
  return exitCode.done;
}
