/** `trespass hunt`: what the store knows of an address, a target, a script or a signature. */

import { withoutControls } from '../report/printable.ts';
import { type Severity, severities } from '../scan/alert.ts';
import { locationName } from '../store/location-name.ts';
import type { ScanFilter, Store, StoredScan } from '../store/store.ts';
import { type Console, columnsOf } from './console.ts';
import { exitCode, UsageError } from './exit-code.ts';
import { openNamedStore } from './store-location.ts';

export interface HuntOptions {
  readonly store?: string;
  readonly config?: string;
  /** Microseconds since 1970. */
  readonly since?: number;
  readonly until?: number;
  readonly target?: string;
  readonly script?: string;
  readonly signature?: string;
  readonly minSeverity?: Severity;
  readonly limit?: number;
  readonly json?: boolean;
  readonly table?: boolean;
}

/** So many of the newest scans are told as one story; the JSON has them all. */
const inStory = 10_000;
const pageSize = 500;

/** @throws UsageError, ConfigurationError, StoreError */
export async function hunt(address: string | undefined, options: HuntOptions, console: Console): Promise<number> {
  const filter = filterFrom(address, options);
  const { store, location } = await openNamedStore(options, { mustExist: true, readOnly: true });
  try {
    const forPeople = options.table || (!options.json && !!console.stdout.isTTY);
    if (forPeople) await tellStory(store, filter, options, question(address, options), location, console);
    else await printLines(store, filter, options.limit, console);
    return exitCode.done;
  } finally {
    await store.close();
  }
}

function filterFrom(address: string | undefined, options: HuntOptions): ScanFilter {
  const { since, until, target, script, signature, minSeverity } = options;
  if ([address, target, script, signature].every((value) => value === undefined)) {
    throw new UsageError(
      'Name what to look for: an address or a range (trespass hunt 192.0.2.7), --target, --script or --signature.',
    );
  }
  if (since !== undefined && until !== undefined && since > until) {
    throw new UsageError('--since is later than --until: no scan can have been going on then.');
  }
  return {
    ...(address !== undefined && { address }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(target !== undefined && { target }),
    ...(script !== undefined && { script }),
    ...(signature !== undefined && { signature }),
    ...(minSeverity && { severities: severities.slice(severities.indexOf(minSeverity)) }),
  };
}

function question(address: string | undefined, { target, script, signature }: HuntOptions): string {
  const parts = [
    address,
    target === undefined ? undefined : `target ${target}`,
    script === undefined ? undefined : `script ${script}`,
    signature === undefined ? undefined : `signature ${signature}`,
  ];
  return withoutControls(parts.filter((part) => part !== undefined).join(', '));
}

/** Newest first, page by page: memory does not grow with what is found. */
async function* found(store: Store, filter: ScanFilter, limit = Number.POSITIVE_INFINITY): AsyncIterable<StoredScan> {
  let left = limit;
  let cursor: string | undefined;
  do {
    const page = await store.list(filter, { limit: Math.min(left, pageSize), ...(cursor !== undefined && { cursor }) });
    yield* page.scans;
    left -= page.scans.length;
    cursor = page.next;
  } while (cursor !== undefined && left > 0);
}

async function printLines(
  store: Store,
  filter: ScanFilter,
  limit: number | undefined,
  { stdout }: Console,
): Promise<void> {
  const { eveLine } = await import('../report/eve.ts');
  for await (const { alert } of found(store, filter, limit)) {
    stdout.write(`${eveLine(alert)}\n`);
  }
}

async function tellStory(
  store: Store,
  filter: ScanFilter,
  options: HuntOptions,
  subject: string,
  location: string,
  { stdout }: Console,
): Promise<void> {
  const scans: StoredScan[] = [];
  const limit = Math.min(options.limit ?? inStory, inStory);
  for await (const scan of found(store, filter, limit)) scans.push(scan);
  if (scans.length === 0) {
    stdout.write(`Nothing is known of ${subject} in ${withoutControls(locationName(location))}.\n`);
    return;
  }
  const incidents = filter.address === undefined ? [] : await store.incidents({ address: filter.address, limit: 100 });
  const { huntStory } = await import('./hunt-story.ts');
  const more = scans.length === limit && limit === inStory;
  stdout.write(
    huntStory(
      { subject, scans, incidents, more, address: filter.address },
      { columns: columnsOf(stdout), colour: stdout.hasColors?.() ?? false },
    ),
  );
}
