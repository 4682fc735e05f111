/**
 * A sensor as a process of its own, to be killed: writes batch after batch until then, and says of each on standard output
 * when the store has acknowledged it. `node store-crash.test.helper.js LOCATION SENSOR FIRST [SPOOL]`
 */

import { writeSync } from 'node:fs';
import type { Alert } from '../scan/alert.ts';
import { openStore } from './open-store.ts';
import { scanned } from './store-cases.test.helper.ts';

/** Every sensor sees the scan of its number, and with the others a shared one. */
export function crashAlerts(sensor: string, number: number): Alert[] {
  const own = scanned({ source: `192.0.2.${sensor.charCodeAt(0) % 100}`, at: number * 1000 });
  const shared = scanned({ source: '198.51.100.1', at: number * 1000, target: `10.0.1.${sensor.charCodeAt(0) % 100}` });
  return [own, shared];
}

async function main([location = '', sensor = '', first = '0', spool]: readonly string[]): Promise<void> {
  const store = await openStore(location, spool === undefined ? {} : { spool });
  for (let number = Number(first); ; number++) {
    const { direct = false } = await store.write({ sensor, alerts: crashAlerts(sensor, number), tell: true });
    // Not through a stream: it would keep what it was given to itself for a while.
    writeSync(1, `${number}${direct ? ' direct' : ''}\n`);
  }
}

if (process.argv[1] === import.meta.filename) await main(process.argv.slice(2));
