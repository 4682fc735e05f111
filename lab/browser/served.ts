/** `trespass serve` and the other commands, as processes of their own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const program =
  process.env.TRESPASS_PROGRAM ?? fileURLToPath(new URL('../../../bin/trespass.cjs', import.meta.url));

export interface Served {
  readonly url: string;
  readonly token: string;
  /** What it has said on standard error. */
  log(): string;
  stop(): Promise<number | null>;
}

/** @throws with its log when it does not listen. */
export async function serve(...parameters: string[]): Promise<Served> {
  const child = spawn(process.execPath, [program, 'serve', '--print-link', ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    log += text;
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const [line] = await Promise.race([once(child.stdout.setEncoding('utf8'), 'data'), ended.then(() => [''])]);
  if (line === '') throw new Error(`trespass serve has ended:\n${log}`);
  const { url, link } = JSON.parse(line) as { url: string; link: string };
  return {
    url,
    token: new URL(link).hash.replace('#token=', ''),
    log: () => log,
    stop: async () => {
      child.kill('SIGTERM');
      return (await ended)[0];
    },
  };
}

/** Starts a command, in a network namespace if one is given. */
export function start(parameters: readonly string[], namespace?: string): ChildProcess {
  const command = [process.execPath, program, ...parameters];
  const [first, ...rest] = namespace === undefined ? command : ['ip', 'netns', 'exec', namespace, ...command];
  return spawn(first!, rest, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Runs a command to its end. @throws with what it said when it fails */
export async function trespass(...parameters: string[]): Promise<void> {
  const child = start(parameters);
  let log = '';
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    log += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`trespass ${parameters.join(' ')} ended with ${code}:\n${log}`);
}
