/** A console for tests: keeps what is written. */

import type { Console, Output } from './console.ts';

export interface ExampleConsole extends Console {
  readonly out: () => string;
  readonly err: () => string;
}

export function exampleConsole({ terminal = false } = {}): ExampleConsole {
  const written = { out: '', err: '' };
  const output = (name: 'out' | 'err'): Output => ({
    isTTY: terminal,
    columns: 80,
    hasColors: () => false,
    write: (text) => {
      written[name] += text;
      return true;
    },
  });
  return { stdout: output('out'), stderr: output('err'), out: () => written.out, err: () => written.err };
}
