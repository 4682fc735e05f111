/** What is wrong in the catalogue, where, and what would be right. */

export interface Fault {
  /** Path below the catalogue's folder, or the path given. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** One line a fault, by file and line: `smtp/ehlo.yaml:12: …`. */
export function printFaults(faults: readonly Fault[]): string {
  return [...faults]
    .sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1))
    .map((fault) => `${fault.file}:${fault.line}: ${fault.message}`)
    .join('\n');
}
