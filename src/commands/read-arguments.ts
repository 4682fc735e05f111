/**
 * The arguments of `read`, without the library that explains them: loading that takes longer than reading a small capture.
 * What is not plainly right is left to it (program.ts). A test keeps both in step.
 */

import { parseArgs } from 'node:util';
import { severities } from '../scan/alert.ts';
import type { ReadOptions } from './read.ts';

export interface ReadArguments {
  readonly paths: readonly string[];
  readonly options: ReadOptions;
}

/** Undefined: a fault, a question (`--help`), or a way of writing that needs more than a look. */
export function parseReadArguments(argv: readonly string[]): ReadArguments | undefined {
  const parsed = parse(argv);
  if (!parsed || parsed.positionals.length === 0) return undefined;
  const {
    'no-progress': noProgress,
    'min-severity': severity,
    'fail-on-alert': failOnAlert,
    'keep-packets': keepPackets,
    window,
    ...rest
  } = parsed.values;
  const windowSeconds = window === undefined ? undefined : parseSeconds(window);
  const minSeverity = severities.find((name) => name === severity);
  if (window !== undefined && windowSeconds === undefined) return undefined;
  if (severity !== undefined && minSeverity === undefined) return undefined;
  if (rest.json && rest.table) return undefined;
  return {
    paths: parsed.positionals,
    options: {
      ...rest,
      progress: !noProgress,
      ...(failOnAlert && { failOnAlert }),
      ...(keepPackets !== undefined && { keepPackets }),
      ...(windowSeconds !== undefined && { window: windowSeconds }),
      ...(minSeverity && { minSeverity }),
    },
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        table: { type: 'boolean' },
        live: { type: 'boolean' },
        config: { type: 'string' },
        window: { type: 'string' },
        internal: { type: 'string', multiple: true },
        signatures: { type: 'string', multiple: true },
        'min-severity': { type: 'string' },
        send: { type: 'boolean' },
        store: { type: 'string' },
        'fail-on-alert': { type: 'boolean' },
        'keep-packets': { type: 'string' },
        'no-progress': { type: 'boolean' },
        quiet: { type: 'boolean', short: 'q' },
        stats: { type: 'boolean' },
      },
    });
  } catch {
    return undefined;
  }
}

export const secondsExpected = 'Give seconds, more than 0 and at most 86400 (a day).';

export function parseSeconds(text: string): number | undefined {
  const seconds = Number(text);
  return /^[0-9]+(\.[0-9]+)?$/.test(text) && seconds > 0 && seconds <= 86_400 ? seconds : undefined;
}
