/** `trespass coverage`: which of Nmap's scripts, probes and packets are recognised, and by what. */

import { type CoverageEntry, countCoverage, summarise } from '../coverage/coverage.ts';
import { readExpectations, readObservations } from '../coverage/coverage-data.ts';
import { recognitionText, summaryText } from '../coverage/coverage-page.ts';
import { printable } from '../report/printable.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import { type Console, columnsOf } from './console.ts';
import { UsageError } from './exit-code.ts';

export interface CoverageOptions {
  readonly json?: boolean;
}

/** `names`: only these scripts and probes; empty: all. @throws UsageError if there is none of a name. */
export async function coverage(
  names: readonly string[],
  { json }: CoverageOptions,
  { stdout, stderr }: Console,
): Promise<void> {
  const all = countCoverage(loadCatalogue(), readExpectations(), readObservations());
  const entries = names.length === 0 ? all : names.flatMap((name) => named(name, all));
  if (json || !stdout.isTTY) {
    for (const entry of entries) stdout.write(`${JSON.stringify(entry)}\n`);
  } else {
    stdout.write(`${await coverageTable(entries, columnsOf(stdout))}\n`);
  }
  if (names.length > 0) return;
  for (const kind of ['script', 'probe', 'packet'] as const) {
    const summary = summarise(entries.filter((entry) => entry.kind === kind));
    stderr.write(`${summaryText(`${kind}s`, summary)}\n`);
  }
}

/** Of a probe, `GetRequest` means both transports. */
function named(name: string, entries: readonly CoverageEntry[]): CoverageEntry[] {
  const found = entries.filter((entry) => entry.name === name || entry.name.endsWith(`/${name}`));
  if (found.length === 0) {
    throw new UsageError(`Nmap has no script and no probe “${printable(name)}”. trespass coverage names them all.`);
  }
  return found;
}

async function coverageTable(entries: readonly CoverageEntry[], columns: number): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const widths = [Math.floor(columns * 0.3), 16, 12];
  const rest = columns - widths.reduce((sum, width) => sum + width, 0) - 5;
  const table = new Table({
    head: ['of Nmap', 'class', 'seen', 'by, or why not'],
    colWidths: [...widths, rest],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const { name, recognition, seen, signatures, reason } of entries) {
    const by = [...signatures, reason].filter((text) => text !== '').join(', ');
    table.push([{ content: name, wrapOnWordBoundary: false }, recognitionText(recognition), seen, by]);
  }
  return table.toString();
}
