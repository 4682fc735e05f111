/** `trespass incident follow`: what an IDS or an EDR reports becomes incidents. */

import { resolve } from 'node:path';
import { type IncidentSourceSettings, suricataIncidents } from '../configuration/store-settings.ts';
import { printable, withoutControls } from '../report/printable.ts';
import type { FollowStatistics } from '../store/follow-incidents.ts';
import type { IncidentAdded } from '../store/store.ts';
import type { Console } from './console.ts';
import { DueSender } from './due-sender.ts';
import { exitCode, UsageError } from './exit-code.ts';
import type { IncidentFollowOptions } from './incident.ts';
import { Interruption } from './interruption.ts';
import { openNamedStore } from './store-location.ts';

/** @throws UsageError, ConfigurationError, StoreError, CaptureError */
export async function followIncidentFiles(
  files: readonly string[],
  options: IncidentFollowOptions,
  console: Console,
): Promise<number> {
  const { store, settings } = await openNamedStore(options);
  const interruption = new Interruption();
  try {
    const notice = (text: string) => {
      if (!options.quiet) console.stderr.write(`trespass: ${withoutControls(text)}\n`);
    };
    const sources = files.length > 0 ? files.map(suricataFile) : settings.incidents.sources;
    if (sources.length === 0) {
      throw new UsageError('Name a file of Suricata (eve.json), or sources in the configuration (incidents.sources).');
    }
    const sender = options.send ? await DueSender.open(settings, notice) : undefined;
    // What rose before, and was never sent.
    await sender?.send(store);
    const { followIncidents } = await import('../store/follow-incidents.ts');
    if (options.wait) notice(`following ${sources.map(({ file }) => file).join(', ')}`);
    const statistics = await followIncidents({
      store,
      sources,
      horizonDays: settings.incidents.horizonDays,
      follow: options.wait,
      signal: interruption.signal,
      onNotice: notice,
      onIncident: async (added) => {
        notice(describe(added));
        if (added.raised > 0) await sender?.send(store);
      },
    });
    notice(summary(statistics));
    const isSent = (await sender?.close()) ?? true;
    return isSent ? exitCode.done : exitCode.failed;
  } finally {
    interruption.forget();
    await store.close();
  }
}

function suricataFile(file: string): IncidentSourceSettings {
  return { ...suricataIncidents, file: resolve(file) };
}

function summary({ lines, added, repeated, raised, notJson, incomplete, tooLong }: FollowStatistics): string {
  const faults = [
    [notJson, 'no JSON'],
    [incomplete, 'without an address or a time'],
    [tooLong, 'too long'],
  ] as const;
  const told = faults.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const left = told.length === 0 ? '' : `; left out: ${told.join(', ')}`;
  return `${counted(lines, 'line')}, ${counted(added, 'incident')} (${repeated} known), ${counted(raised, 'scan')} rose to high${left}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function describe({ incident, raised }: IncidentAdded): string {
  const { id, address, what } = incident;
  return `incident ${id}: ${printable(what)}, ${address}; ${counted(raised, 'scan')} rose to high`;
}
