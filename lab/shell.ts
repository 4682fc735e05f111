/** Programs of the system: run one to its end, or start one that goes on until it is stopped. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Runs a program and gives its standard output; throws with its standard error if it fails. */
export function run(program: string, ...parameters: string[]): string {
  return execFileSync(program, parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The same, where failing is fine (the thing to be removed is not there). */
export function attempt(program: string, ...parameters: string[]): string {
  try {
    return run(program, ...parameters);
  } catch {
    return '';
  }
}

export interface Running {
  readonly process: ChildProcess;
  /** Resolves with the exit code, or null if a signal ended it. */
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
}

/** Starts a program whose output goes to `log`. `stop` ends it and all that it started, by force after two seconds. */
export function start(program: string, parameters: readonly string[], log: string): Running {
  const output = openSync(log, 'a');
  const process = spawn(program, parameters, { detached: true, stdio: ['ignore', output, output] });
  const ended = new Promise<number | null>((resolve) => {
    process.once('error', () => resolve(null));
    process.once('exit', (code) => resolve(code));
  });
  const signal = (name: NodeJS.Signals) => {
    if (process.pid === undefined || process.exitCode !== null || process.signalCode !== null) return;
    try {
      globalThis.process.kill(-process.pid, name);
    } catch {
      // it ended in between
    }
  };
  const stop = async () => {
    signal('SIGTERM');
    await Promise.race([ended, sleep(2000, undefined, { ref: false })]);
    signal('SIGKILL');
    await ended;
  };
  return { process, ended, stop };
}
