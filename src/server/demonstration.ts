/** The capture that ships with Trespass: a real scan of the lab, for those who have none of their own yet. */

import { dirname, join } from 'node:path';
import type { Alert } from '../scan/alert.ts';
import { packageFile } from '../signature/catalogue-paths.ts';
import { demonstrationSensor } from './demonstration-sensor.ts';
import type { Service } from './service.ts';

/** `nmap -A` against a host with a dozen services. */
export const demonstrationCapture = join(dirname(packageFile), 'captures', 'nmap', 'aggressive-scan.pcap');

/** The ids of its scans, which are the same each time: loading it twice changes nothing. */
export async function loadDemonstration({ store, catalogue, settings }: Service): Promise<string[]> {
  // The engine is loaded only for this: the server itself reads no packets.
  const { readCaptures } = await import('../trespass.ts');
  const alerts: Alert[] = [];
  await readCaptures({
    paths: [demonstrationCapture],
    catalogue,
    settings,
    onAlert: (alert) => {
      if (alert.state === 'closed') alerts.push(alert);
    },
  });
  const { scans } = await store.write({ sensor: demonstrationSensor, alerts });
  return scans.map(({ alert }) => alert.scan);
}
