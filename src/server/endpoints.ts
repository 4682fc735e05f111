/** The whole API. */

import type { Endpoint } from './endpoint.ts';
import { authorisedScannerEndpoints } from './endpoints/authorised-scanners.ts';
import { catalogueEndpoints } from './endpoints/catalogue.ts';
import { downloadEndpoints } from './endpoints/downloads.ts';
import { huntEndpoints } from './endpoints/hunt.ts';
import { incidentEndpoints } from './endpoints/incidents.ts';
import { liveEndpoints } from './endpoints/live.ts';
import { scanEndpoints } from './endpoints/scans.ts';
import { statusEndpoints } from './endpoints/status.ts';
import type { Service } from './service.ts';

export function endpoints(service: Service): readonly Endpoint[] {
  return [
    ...scanEndpoints(service),
    ...downloadEndpoints(service),
    ...liveEndpoints(service),
    ...huntEndpoints(service),
    ...incidentEndpoints(service),
    ...authorisedScannerEndpoints(service),
    ...catalogueEndpoints(service),
    ...statusEndpoints(service),
  ];
}
