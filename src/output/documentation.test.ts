import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as cef from '../report/cef.ts';
import * as ecs from '../report/ecs.ts';
import { eveLine } from '../report/eve.ts';
import * as ocsf from '../report/ocsf.ts';
import type { Alert } from '../scan/alert.ts';
import { defaultScanSettings } from '../scan/scan-settings.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import { readCaptures } from '../trespass.ts';
import * as limits from './output-limits.ts';

function page(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url)), 'utf8');
}

/** A capture may be recorded anew: then times, ports and what is computed from them are others. */
function timeless(line: string): string {
  return line
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+(Z|\+0000)|\b1\d{12}\b/g, 'then')
    .replaceAll(/1:[A-Za-z0-9+/]{27}\\?=/g, 'community')
    .replaceAll(/\b[0-9a-f]{16}\b/g, 'scan')
    .replaceAll(/(_port":|"port":|spt=)\d+/g, '$1port');
}

it('docs/outputs.md shows what each format makes of a real capture', async () => {
  const capture = fileURLToPath(new URL('../../../captures/nmap/smtp-commands.pcap', import.meta.url));
  const alerts: Alert[] = [];
  await readCaptures({
    paths: [capture],
    catalogue: loadCatalogue(),
    settings: defaultScanSettings,
    onAlert: (alert) => alerts.push(alert),
  });
  const closed = alerts.find(({ state }) => state === 'closed')!;
  const text = timeless(page('outputs.md'));
  for (const format of [eveLine, ecs.formatLine, ocsf.formatLine, cef.formatLine]) {
    const line = timeless(format(closed));
    assert.ok(text.includes(`\n${line}\n\`\`\``), `docs/outputs.md does not show:\n${format(closed)}`);
  }
});

it('docs/limits.md gives every bound of delivery with its value', () => {
  const text = page('limits.md');
  for (const [name, value] of Object.entries(limits)) {
    const amount = value >= 1 << 20 && value % (1 << 20) === 0 ? `${value >> 20} M` : value.toLocaleString('en');
    assert.ok(text.includes(`| \`${name}\` | ${amount} |`), `${name}: ${amount}`);
  }
});
