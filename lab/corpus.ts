/**
 * False alarms over a folder of captures: `npm run corpus -- FOLDER`.
 *
 * Every file is read alone. If the folder has a `labels.tsv` (columns: file, source, label, note), an alert is expected
 * only in files labelled `nmap`; `other-scanner` files are shown but do not count (some send bytes equal to Nmap's);
 * any other alert is a false alarm. Without labels, every alert is shown and counts.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Command } from 'commander';
import { type Alert, defaultScanSettings, loadCatalogue, readCaptures } from '../src/trespass.ts';

interface Label {
  readonly label: string;
  readonly note: string;
}

interface Tally {
  files: number;
  unreadable: number;
  alerted: number;
}

const program = new Command('corpus')
  .description('Reads every capture below a folder and reports alerts where there should be none.')
  .argument('<folder>', 'folder with captures, and labels.tsv if they are labelled')
  .option('--verbose', 'also show alerts that are expected')
  .addHelpText(
    'after',
    '\nExit codes: 0 no false alarm, 1 at least one.\n\nExample:\n  npm run corpus -- captures/benign\n',
  )
  .parse();

const folder = program.args[0] as string;
const { verbose } = program.opts<{ verbose?: boolean }>();
const labels = readLabels(join(folder, 'labels.tsv'));
const catalogue = loadCatalogue();
const tallies = new Map<string, Tally>();
let falseAlarms = 0;
let missed = 0;

for (const file of filesBelow(folder)) {
  const name = relative(folder, file);
  const label = labels === undefined ? { label: 'unlabelled', note: '' } : labels.get(name);
  if (label === undefined) continue;
  const tally = tallyOf(label.label);
  const alerts: Alert[] = [];
  try {
    await readCaptures({
      paths: [file],
      catalogue,
      settings: defaultScanSettings,
      onAlert: (alert) => {
        if (alert.state === 'closed') alerts.push(alert);
      },
    });
    tally.files++;
  } catch {
    tally.unreadable++;
    continue;
  }
  if (alerts.length > 0) tally.alerted++;
  const expected = label.label === 'nmap' || label.label === 'other-scanner';
  if (alerts.length > 0 && !expected) falseAlarms++;
  if (label.label === 'nmap' && alerts.length === 0) missed++;
  if (alerts.length > 0 ? verbose || !expected || label.label === 'other-scanner' : verbose && label.label === 'nmap') {
    console.log(`${label.label}\t${name}\t${label.note}`);
    for (const alert of alerts) {
      console.log(
        `\t${alert.source}: ${alert.signatures.map(({ signature, count }) => `${signature.id} (${count})`).join(', ')}`,
      );
    }
  }
}

for (const [label, { files, unreadable, alerted }] of [...tallies].sort()) {
  console.log(`${label}: ${files} files read, ${unreadable} unreadable, ${alerted} with an alert`);
}
console.log(`${falseAlarms} false alarms; ${missed} captures labelled nmap without an alert`);
process.exitCode = falseAlarms > 0 ? 1 : 0;

function readLabels(file: string): Map<string, Label> | undefined {
  if (!existsSync(file)) return undefined;
  const labels = new Map<string, Label>();
  for (const line of readFileSync(file, 'utf8').split('\n').slice(1)) {
    const [name, , label, note] = line.split('\t');
    if (name && label) labels.set(name, { label, note: note ?? '' });
  }
  return labels;
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return filesBelow(path);
      return entry.isFile() && !/\.(ya?ml|tsv|md)$/.test(entry.name) ? [path] : [];
    });
}

function tallyOf(label: string): Tally {
  let tally = tallies.get(label);
  if (tally === undefined) {
    tally = { files: 0, unreadable: 0, alerted: 0 };
    tallies.set(label, tally);
  }
  return tally;
}
