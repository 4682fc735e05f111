/** `trespass signatures list|show`: the catalogue for people and for programs. */

import { closestWord } from '../configuration/closest-word.ts';
import { printable } from '../report/printable.ts';
import type { CompiledSignature } from '../signature/compile-signatures.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import type { Condition, Example, Signature } from '../signature/signature.ts';
import { type Console, columnsOf } from './console.ts';
import { UsageError } from './exit-code.ts';
import { withUserSignatures } from './user-signatures.ts';

export interface SignatureListOptions {
  readonly json?: boolean;
  readonly signatures?: readonly string[];
}

type Catalogue = readonly CompiledSignature[];

export async function listSignatures(
  { json, signatures = [] }: SignatureListOptions,
  { stdout, stderr }: Console,
  shipped: Catalogue = loadCatalogue(),
): Promise<void> {
  const catalogue = await withUserSignatures(shipped, signatures, (text) => stderr.write(`trespass: ${text}\n`));
  if (json || !stdout.isTTY) {
    for (const signature of catalogue) stdout.write(`${JSON.stringify(signature)}\n`);
    return;
  }
  const { default: Table } = await import('cli-table3');
  const width = columnsOf(stdout);
  const longestId = Math.max(0, ...catalogue.map(({ id }) => id.length));
  const idWidth = Math.min(longestId + 2, Math.floor(width / 2));
  const table = new Table({
    head: ['signature', 'grade', 'title'],
    colWidths: [idWidth, 12, width - idWidth - 12 - 4],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const { id, grade, title } of catalogue) table.push([{ content: id, wrapOnWordBoundary: false }, grade, title]);
  stdout.write(`${table.toString()}\n`);
}

/** @throws UsageError if there is none of this id. */
export async function showSignature(
  id: string,
  { json, signatures = [] }: SignatureListOptions,
  { stdout }: Console,
  shipped: Catalogue = loadCatalogue(),
): Promise<void> {
  // What replaces what, is for the list; here one is shown, as it holds.
  const catalogue = await withUserSignatures(shipped, signatures, () => {});
  const signature = catalogue.find((one) => one.id === id || String(one.sid) === id);
  if (!signature) {
    const ids = catalogue.map((one) => one.id);
    const near = ids.find((one) => id.length > 3 && one.includes(id)) ?? closestWord(id, ids);
    const hint = near ? `Did you mean ${near}?` : 'trespass signatures list names them all.';
    throw new UsageError(`there is no signature “${printable(id)}”. ${hint}`);
  }
  stdout.write(json ? `${JSON.stringify(signature, null, 2)}\n` : signatureText(signature));
}

function signatureText(signature: Signature): string {
  const { nmap, sequence } = signature;
  const lines: [label: string, values: readonly string[]][] = [
    ['title', [signature.title]],
    ['sid', [String(signature.sid)]],
    ['grade', [signature.grade]],
    ['transport', [signature.transports.join(', ')]],
    ['ports', signature.ports.length > 0 ? [signature.ports.join(', ')] : []],
    ['family', signature.family === '' ? [] : [signature.family]],
    ['counts in', signature.countsIn ?? []],
    ['match', signature.match.map(conditionText)],
    [
      'sequence',
      sequence
        ? [
            `${sequence.atLeast} different (by ${sequence.distinct}) on one ${sequence.on} within ${sequence.within} s, of`,
            ...sequence.of,
            ...(sequence.needs ? [`among them ${sequence.needs.join(' or ')}`] : []),
          ]
        : [],
    ],
    ['emitted by', nmap.emittedBy],
    ['scripts', nmap.scripts],
    ['probes', nmap.probes],
    ['options', nmap.options],
    ['since', nmap.since === '' ? [] : [nmap.since]],
    ['until', nmap.until === '' ? [] : [nmap.until]],
    ['also sent by', signature.alsoSentBy],
    ['note', nmap.note === '' ? [] : [nmap.note]],
    ['blind', signature.blind],
    ['benign', [signature.benign]],
    ['seen in', signature.seen],
    ['unseen', signature.unseen === '' ? [] : [signature.unseen]],
    ['ATT&CK', signature.attack],
    ['hits', signature.hits.map(exampleText)],
    ['misses', signature.misses.map(exampleText)],
  ];
  const labelled = lines.flatMap(([label, values]) =>
    values.map((value, index) => `${(index === 0 ? label : '').padEnd(14)}${value}`),
  );
  return `${signature.id}\n${labelled.join('\n')}\n`;
}

function conditionText({ field, test }: Condition): string {
  const { nocase, ...rest } = test;
  const tests = Object.entries(rest).map(([name, value]) =>
    typeof value === 'string' ? `${name} "${printable(value)}"` : `${name} ${value}`,
  );
  return `${field} ${tests.join(', ')}${nocase ? ' (letters without case)' : ''}`;
}

function exampleText(example: Example): string {
  return example
    .map(({ transport, port, bytes, packet }) => {
      const place = port === 0 ? '' : `${port}/${transport} `;
      return `${place}${packet ? `packet ${Buffer.from(bytes, 'latin1').toString('hex')}` : `"${printable(bytes)}"`}`;
    })
    .join(', then ');
}
