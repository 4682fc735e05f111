/**
 * False alarms of the exported rules over a folder of captures: `npm run corpus:suricata -- FOLDER`, as root and with
 * `TRESPASS_SURICATA`. Labels as for `npm run corpus`. Of other link layers than Ethernet nothing is read.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { SuricataVersion } from '../../src/rules/suricata-detection.ts';
import { suricataFile } from '../../src/rules/suricata-file.ts';
import { defaultSidBase, ruleMeaning } from '../../src/rules/suricata-sids.ts';
import { loadCatalogue } from '../../src/signature/load-catalogue.ts';
import { mergeCaptures } from './merge.ts';
import { pcapOf } from './pcap.ts';
import { Suricata } from './run-suricata.ts';

const [folder] = process.argv.slice(2);
const suricata = Suricata.at(process.env.TRESPASS_SURICATA);
if (folder === undefined || suricata === undefined) {
  console.error('As root: TRESPASS_SURICATA=FOLDER npm run corpus:suricata -- CAPTURES');
  process.exit(2);
}
const catalogue = loadCatalogue();
const labels = new Map(
  existsSync(join(folder, 'labels.tsv'))
    ? readFileSync(join(folder, 'labels.tsv'), 'utf8')
        .split('\n')
        .slice(1)
        .map((line) => line.split('\t'))
        .map(([file, , label]) => [file ?? '', label ?? ''])
    : [],
);
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .map((name) => join(folder, name))
  .filter((path) => /\.(?:pcap|pcapng|cap|gz|trace)$/.test(path));
const { captures, frames, omitted } = await mergeCaptures(files, catalogue);
const version = Number(suricata.version().split('.')[0]) as SuricataVersion;
const options = { version, sidBase: defaultSidBase, grade: 'weak', window: 30 } as const;
const run = suricata.read(suricataFile(catalogue, options, 'corpus'), pcapOf(frames));
let falseAlarms = 0;
for (const { path, vlan } of captures) {
  const seen = new Set(
    run.alerts
      .filter((alert) => alert.vlan[0] === vlan)
      .map(({ sid }) => ruleMeaning(defaultSidBase, sid))
      .map((meaning) => `${catalogue.find(({ sid }) => sid === meaning?.signatureSid)?.id} (${meaning?.role})`),
  );
  if (seen.size === 0) continue;
  const label = labels.get(relative(folder, path)) ?? 'unlabelled';
  if (label !== 'nmap' && label !== 'other-scanner') falseAlarms++;
  console.log(`${label}\t${relative(folder, path)}\t${[...seen].join(', ')}`);
}
console.log(
  `${captures.length} captures, ${frames.length} frames, ${omitted.length} without Ethernet or unreadable: ${falseAlarms} false alarms`,
);
process.exitCode = falseAlarms > 0 ? 1 : 0;
