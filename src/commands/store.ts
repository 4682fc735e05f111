/** `trespass store info|prune`. */

import { withoutControls } from '../report/printable.ts';
import { severities } from '../scan/alert.ts';
import { isoTime } from '../scan/iso-time.ts';
import { locationName } from '../store/location-name.ts';
import type { Console } from './console.ts';
import { exitCode } from './exit-code.ts';
import { openNamedStore, type StoreLocationOptions } from './store-location.ts';

export interface StoreCommandOptions extends StoreLocationOptions {
  readonly json?: boolean;
}

/** @throws ConfigurationError, StoreError */
export async function storeInfo(options: StoreCommandOptions, { stdout }: Console): Promise<number> {
  // Writable, so that a store of an older version is converted.
  const { store, location } = await openNamedStore(options, { mustExist: true });
  try {
    const { oldest, newest, sensors, ...numbers } = await store.statistics();
    const day = (time: number) => (time === 0 ? '' : isoTime(time).slice(0, 10));
    if (options.json || !stdout.isTTY) {
      const heard = sensors.map(({ lastHeard, ...sensor }) => ({ ...sensor, lastHeard: isoTime(lastHeard) }));
      const times = oldest === 0 ? {} : { oldest: isoTime(oldest), newest: isoTime(newest) };
      stdout.write(`${JSON.stringify({ store: locationName(location), ...numbers, ...times, sensors: heard })}\n`);
      return exitCode.done;
    }
    const counts = [...severities].reverse().map((severity) => `${numbers.bySeverity[severity]} ${severity}`);
    stdout.write(`${withoutControls(locationName(location))}: ${(numbers.size / 2 ** 20).toFixed(1)} MB\n`);
    stdout.write(
      `${numbers.scans} scans${oldest === 0 ? '' : `, ${day(oldest)} to ${day(newest)}`}: ${counts.join(', ')}\n`,
    );
    stdout.write(`${numbers.openIncidents} open incidents, ${numbers.due} scans due to be sent\n`);
    for (const { sensor, lastHeard, batches, repeated } of sensors) {
      stdout.write(
        `sensor ${withoutControls(sensor)}: ${batches} batches (${repeated} sent twice), last ${isoTime(lastHeard).slice(0, 19)}Z\n`,
      );
    }
    return exitCode.done;
  } finally {
    await store.close();
  }
}

/** @throws ConfigurationError, StoreError */
export async function pruneStore(options: StoreCommandOptions, { stdout }: Console): Promise<number> {
  const { store, settings } = await openNamedStore(options, { mustExist: true });
  try {
    const { days, size } = settings.store;
    const total = { info: 0, low: 0, medium: 0, high: 0 };
    let more = true;
    while (more) {
      const retained = await store.retain({ days, size }, Date.now() * 1000);
      for (const severity of severities) total[severity] += retained.deleted[severity];
      more = retained.more;
    }
    if (options.json || !stdout.isTTY) stdout.write(`${JSON.stringify({ deleted: total })}\n`);
    else stdout.write(`Deleted: ${severities.map((severity) => `${total[severity]} ${severity}`).join(', ')}.\n`);
    return exitCode.done;
  } finally {
    await store.close();
  }
}
