/** The command `trespass`: reads arguments and hands over to commands/. What is not needed is not loaded. */

import type { Console } from './commands/console.ts';
import { exitCode } from './commands/exit-code.ts';
import { parseReadArguments } from './commands/read-arguments.ts';

/** `argv` without node and script. Gives the exit code; never throws. */
export async function main(argv: readonly string[], console: Console = ownConsole): Promise<number> {
  try {
    return await run(argv, console);
  } catch (error) {
    if (isCommanderError(error)) return error.exitCode === 0 ? exitCode.done : exitCode.usage;
    if (isUsersError(error)) {
      console.stderr.write(`${error.message}\n`);
      return exitCode.usage;
    }
    const { explainError } = await import('./commands/explain-error.ts');
    console.stderr.write(`trespass: ${explainError(error)}\n`);
    return exitCode.failed;
  }
}

async function run(argv: readonly string[], console: Console): Promise<number> {
  const [command, ...rest] = argv;
  const read = command === 'read' ? parseReadArguments(rest) : undefined;
  if (read) return (await import('./commands/read.ts')).read(read.paths, read.options, console);
  return (await import('./commands/program.ts')).runProgram(argv, console);
}

/** By name: the bundled command holds these classes twice, once for `read` and once for all that is loaded later. */
function isUsersError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  // What a store cannot even look for: no address, no place of a store.
  if ((error as { fault?: unknown }).fault === 'bad-question') return true;
  return error.name === 'UsageError' || error.name === 'ConfigurationError';
}

/** It has printed its own message (or the help, or the version). Its class is not loaded here: that would cost 20 ms. */
function isCommanderError(error: unknown): error is { exitCode: number } {
  return error instanceof Error && String((error as { code?: unknown }).code).startsWith('commander.');
}

/** The process's own. A stream is made when it is first used, for that loads much of Node.js, and mostly there is nothing to say. */
const ownConsole: Console = {
  get stdout() {
    endQuietlyWithReader();
    return process.stdout;
  },
  get stderr() {
    return process.stderr;
  },
};

let endsQuietly = false;

/** `trespass read … | head`: the reader has seen enough, and that is no error. */
function endQuietlyWithReader(): void {
  if (endsQuietly) return;
  endsQuietly = true;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCode.done);
    process.stderr.write(`trespass: the output could not be written: ${error.message}. Is the disk full?\n`);
    process.exit(exitCode.failed);
  });
}
