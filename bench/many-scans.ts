/** As many scans as wanted: those of the lab's captures with other addresses and times, so that rows have their real size. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Alert } from '../src/scan/alert.ts';
import type { Evidence } from '../src/scan/evidence.ts';
import { Perimeter, zoneSeverity } from '../src/scan/perimeter.ts';
import { defaultScanSettings } from '../src/scan/scan-settings.ts';
import { loadCatalogue } from '../src/signature/load-catalogue.ts';
import { readCaptures } from '../src/trespass.ts';
import { Random } from './random.ts';

const captures = fileURLToPath(new URL('../../captures/nmap', import.meta.url));

/** One alert each of every n-th capture of a real scan. */
export async function scanTemplates(count = 40): Promise<Alert[]> {
  const names = readdirSync(captures).filter((name) => name.endsWith('.pcap'));
  const step = Math.max(1, Math.floor(names.length / count));
  const catalogue = loadCatalogue();
  const templates: Alert[] = [];
  for (const name of names.filter((_, index) => index % step === 0)) {
    const onAlert = (alert: Alert) => {
      if (alert.state === 'closed') templates.push(alert);
    };
    await readCaptures({ paths: [join(captures, name)], catalogue, settings: defaultScanSettings, onAlert });
  }
  return templates;
}

export interface ManyScansOptions {
  readonly count: number;
  readonly seed?: number;
  /** Microseconds since 1970; scans are spread evenly between the two, oldest first. */
  readonly since: number;
  readonly until: number;
  /** Hosts of ours: 10.20.0.0 and on. */
  readonly hosts?: number;
  /** Scans at once; 500. */
  readonly batch?: number;
  /** Of a hundred scans, so many come from outside. */
  readonly fromOutside?: number;
}

export function* manyScans(templates: readonly Alert[], options: ManyScansOptions): Generator<Alert[]> {
  const { count, seed = 1, since, until, hosts = 500, fromOutside = 60, batch: size = 500 } = options;
  const random = new Random(seed);
  const perimeter = new Perimeter(defaultScanSettings.internal);
  const inside = () => {
    const host = random.between(0, hosts - 1);
    return `10.20.${Math.floor(host / 250)}.${(host % 250) + 1}`;
  };
  const outside = () => `198.51.${100 + random.between(0, 7)}.${random.between(1, 250)}`;
  let batch: Alert[] = [];
  for (let index = 0; index < count; index++) {
    const template = random.pick(templates);
    const source = random.chance(fromOutside / 100) ? outside() : inside();
    const start = Math.floor(since + ((until - since) * index) / count);
    batch.push(another(template, index, source, inside, start, perimeter));
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function another(
  template: Alert,
  index: number,
  source: string,
  host: () => string,
  start: number,
  perimeter: Perimeter,
): Alert {
  const targets = new Map(template.targets.map(({ address }) => [address, host()]));
  const first = targets.values().next().value ?? host();
  const shift = start - template.firstSeen;
  const moved = (evidence: Evidence): Evidence => ({
    ...evidence,
    source,
    target: targets.get(evidence.target) ?? first,
    time: evidence.time + shift,
  });
  const zone = perimeter.zone(source, first);
  return {
    ...template,
    scan: index.toString(16).padStart(16, '0'),
    zone,
    severity: zoneSeverity[zone],
    source,
    title: [...targets].reduce(
      (title, [from, to]) => title.replaceAll(from, to),
      template.title.replaceAll(template.source, source),
    ),
    firstSeen: start,
    lastSeen: template.lastSeen + shift,
    headline: moved(template.headline),
    evidence: template.evidence.map(moved),
    targets: template.targets.map(({ address, ports }) => ({ address: targets.get(address)!, ports })),
  };
}
