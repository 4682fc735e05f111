/** docs/coverage.md: what is recognised of Nmap, for readers. */

import { dirname, join } from 'node:path';
import { packageFile } from '../signature/catalogue-paths.ts';
import { type CoverageEntry, type CoverageSummary, summarise } from './coverage.ts';
import type { Expectations, Recognition } from './coverage-data.ts';

export const coveragePageFile = join(dirname(packageFile), 'docs', 'coverage.md');

const words: Readonly<Record<Recognition, string>> = {
  definitive: 'definitive alone',
  library: 'known by its library',
  strong: 'strong',
  sequence: 'only in sequence',
  indistinct: 'nothing distinctive',
  silent: 'sends nothing to a target',
};

export function recognitionText(recognition: Recognition): string {
  return words[recognition];
}

/** One sentence for `scripts` or `probes`. */
export function summaryText(kind: string, summary: CoverageSummary): string {
  const { known, silent, uncaptured, saying, alert, evidence, explained, unexplained } = summary;
  const share = saying === 0 ? '' : ` (${Math.floor((100 * alert) / saying)} %)`;
  return [
    `${known} ${kind}; ${silent} send nothing to a target, ${uncaptured} are not captured yet.`,
    `Of ${saying} that say something in a capture, ${alert}${share} are an alert by that capture alone,`,
    `${evidence} give evidence, ${explained} nothing with a reason, ${unexplained} nothing without one.`,
  ].join(' ');
}

export function coveragePage(entries: readonly CoverageEntry[], { packaged, source }: Expectations): string {
  const of = (kind: CoverageEntry['kind']): CoverageEntry[] => entries.filter((entry) => entry.kind === kind);
  return `# What is recognised of Nmap

Made by \`npm run coverage\` from the catalogue and the captures; not written by hand. \`trespass coverage\` prints the same.

- **Scripts:** ${summaryText('scripts', summarise(of('script')))}
- **Service probes:** ${summaryText('probes', summarise(of('probe')))}
- **Packets of Nmap itself:** ${summaryText('packets', summarise(of('packet')))}

Only what was seen in a [capture](../captures/nmap) of real Nmap counts as seen: of ${packaged}, and what that has not, or says
otherwise, of ${source}. Of a capture that one script has for itself, everything counts that Nmap says (less the probes of
service detection, if that was on, too); of a capture of several scripts, only signatures that name the script. A probe's
bytes count in any capture without scripts: \`-sU\` sends many of them as payload; of a probe that is said inside TLS, the
hello of Nmap's own client counts. ¹ marks what only the packaged version has, ² what only the current source has.

| class | |
| --- | --- |
| ${words.definitive} | Bytes of its own, which nobody else sends. |
| ${words.library} | Nmap's library gives it away: an agent, a workstation name, its TLS hello. |
| ${words.strong} | Rare elsewhere; two different ones of one source are an alert. |
| ${words.sequence} | Normal alone; it counts together with others. |
| ${words.indistinct} | It says what ordinary clients say. The reason stands beside it. |
| ${words.silent} | It works on what is known, or asks others. |

Of what is not recognised, the class says what is to be expected.

## Scripts

${table(of('script'))}

## Service probes

${table(of('probe'))}

## Packets

${table(of('packet'))}
`;
}

function table(entries: readonly CoverageEntry[]): string {
  const rows = entries.map((entry) => {
    const mark = { '': '', packaged: ' ¹', source: ' ²' }[entry.only];
    const name = entry.kind === 'packet' ? entry.name : `\`${entry.name}\``;
    const by = [entry.signatures.map((id) => `\`${id}\``).join(', '), entry.reason].filter((text) => text !== '');
    const capture = entry.capture === '' ? '' : `\`${entry.capture}\``;
    return `| ${name}${mark} | ${words[entry.recognition]} | ${entry.seen} | ${by.join('; ')} | ${capture} |`;
  });
  return ['| name | class | seen | by, or why not | capture |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}
