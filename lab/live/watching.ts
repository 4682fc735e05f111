/** `trespass watch` in a host of the lab, and what it says. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const program = fileURLToPath(new URL('../../../bin/trespass.cjs', import.meta.url));

/** An alert as it is printed (docs/alerts.md), as far as these tests look at it. */
export interface PrintedAlert {
  readonly src_ip: string;
  readonly trespass: {
    readonly scan: string;
    readonly state: 'open' | 'closed';
    readonly severity: string;
    readonly authorised: boolean;
    readonly evidence_count: number;
    readonly first_seen: string;
    readonly last_seen: string;
    readonly signatures: readonly { readonly id: string; readonly count: number }[];
    readonly evidence: readonly { readonly signature: string }[];
    readonly targets: readonly { readonly ip: string; readonly ports: readonly string[] }[];
  };
}

export interface Watching {
  readonly process: ChildProcess;
  /** Printed so far. */
  readonly alerts: readonly PrintedAlert[];
  /** Milliseconds from the packet that opened a scan to the line that said so, in this process. */
  readonly delays: readonly number[];
  log(): string;
  /** @throws after `seconds`, with the log */
  until(condition: () => unknown, seconds?: number): Promise<void>;
  logged(words: RegExp, seconds?: number): Promise<void>;
  /** Sends the signal; resolves with the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts it and waits until it captures; `prefix` is a command before it, as `setpriv`. */
export async function startWatch(
  host: string,
  parameters: readonly string[],
  prefix: string[] = [],
): Promise<Watching> {
  const watching = launch(host, parameters, prefix);
  await watching.logged(/watching /);
  return watching;
}

/** Starts it, and does not wait. */
export function launch(host: string, parameters: readonly string[], prefix: string[] = []): Watching {
  const command = [
    ...prefix,
    process.execPath,
    program,
    'watch',
    ...(parameters.includes('--store') ? [] : ['--no-store']),
    ...parameters,
  ];
  const child = spawn('ip', ['netns', 'exec', host, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  const alerts: PrintedAlert[] = [];
  const delays: number[] = [];
  let log = '';
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const now = Date.now();
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const alert = JSON.parse(line) as PrintedAlert;
      alerts.push(alert);
      if (alert.trespass.state === 'open') delays.push(now - Date.parse(alert.trespass.last_seen));
    }
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const until = async (condition: () => unknown, seconds = 30) => {
    for (let tries = 0; tries < seconds * 50; tries++) {
      if (condition()) return;
      if (child.exitCode !== null) break;
      await sleep(20);
    }
    if (!condition()) throw new Error(`${condition} did not come true; the log:\n${log}`);
  };
  return {
    process: child,
    alerts,
    delays,
    log: () => log,
    until,
    logged: (words, seconds) => until(() => words.test(log), seconds),
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
}

/** The same captures, read afterwards: closed scans. */
export function readBack(files: readonly string[], parameters: readonly string[] = []): PrintedAlert[] {
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, 'read', '--json', ...parameters, ...files], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`read ended with ${status}: ${stderr}`);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as PrintedAlert);
}

export function closed(alerts: readonly PrintedAlert[]): PrintedAlert[] {
  return alerts.filter(({ trespass }) => trespass.state === 'closed').sort(bySource);
}

function bySource(a: PrintedAlert, b: PrintedAlert): number {
  return a.src_ip < b.src_ip ? -1 : a.src_ip > b.src_ip ? 1 : 0;
}
