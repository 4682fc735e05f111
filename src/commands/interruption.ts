/** Ctrl-C and SIGTERM: the command ends what it does in order, and says so with its exit code. */

import { exitCode } from './exit-code.ts';

const codes = { SIGINT: exitCode.interrupted, SIGTERM: exitCode.terminated } as const;

type Signal = keyof typeof codes;

const signals = Object.keys(codes) as Signal[];

/** Waits for the first of these signals; a second one ends the process as if nobody waited. */
export class Interruption {
  /** What the shell is told, once a signal came. */
  exitCode: number | undefined;
  readonly #controller = new AbortController();

  constructor() {
    for (const signal of signals) process.on(signal, this.#interrupt);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  forget(): void {
    for (const signal of signals) process.off(signal, this.#interrupt);
  }

  readonly #interrupt = (signal: Signal): void => {
    this.exitCode = codes[signal];
    this.forget();
    this.#controller.abort();
  };
}
