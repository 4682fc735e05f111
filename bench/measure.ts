/** One process, measured from outside: what a user waits for and pays. Linux only, for it reads /proc. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

export interface Measurement {
  /** Seconds from the start of the process to its end. */
  readonly wall: number;
  /** Seconds on the processor, of all its threads; a multiple of 0.01. */
  readonly user: number;
  readonly system: number;
  /** Most memory that was resident at once, in bytes. */
  readonly peak: number;
  /** What it wrote to standard output, where that was asked for. */
  readonly output: string;
  readonly errors: string;
  /** Exit code, or the signal that ended it. */
  readonly status: number | string;
}

/** Clock ticks a second in /proc (sysconf(_SC_CLK_TCK)): 100 on every Linux architecture that Node.js runs on. */
const ticks = 100;

/** Milliseconds between two looks at the memory of the process. Linux keeps the peak; only the last moment can be missed. */
const lookEvery = 10;

/** Node.js 20 reads the certificates that this names at every start, whatever the program: not part of what is measured. */
export const leftOut = 'NODE_EXTRA_CA_CERTS';

/** `keepOutput` false: to /dev/null, as a shell would. */
export async function measure(command: readonly string[], keepOutput: boolean): Promise<Measurement> {
  const [program, ...args] = command as [string, ...string[]];
  const nowhere = openSync('/dev/null', 'w');
  const { [leftOut]: _certificates, ...env } = process.env;
  const before = childrenTicks();
  const start = performance.now();
  const child = spawn(program, args, { env, stdio: ['ignore', keepOutput ? 'pipe' : nowhere, 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout?.on('data', (text) => {
    output += text;
  });
  child.stderr?.on('data', (text) => {
    errors = `${errors}${text}`.slice(-4000);
  });
  let peak = 0;
  const look = setInterval(() => {
    peak = Math.max(peak, peakMemory(child.pid));
  }, lookEvery);
  try {
    let end = start;
    child.once('exit', () => {
      end = performance.now();
    });
    const status = await new Promise<number | string>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
    const after = childrenTicks();
    return {
      wall: (end - start) / 1000,
      user: (after.user - before.user) / ticks,
      system: (after.system - before.system) / ticks,
      ...{ peak, output, errors, status },
    };
  } finally {
    clearInterval(look);
    closeSync(nowhere);
  }
}

/** proc(5), /proc/PID/stat fields 16 and 17: time of all children that were waited for. */
function childrenTicks(): { user: number; system: number } {
  const text = readFileSync('/proc/self/stat', 'latin1');
  // The command's name stands in parentheses and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { user: Number(fields[13]), system: Number(fields[14]) };
}

/** proc(5), VmHWM: peak resident set size. 0 when the process is over. */
function peakMemory(pid: number | undefined): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
