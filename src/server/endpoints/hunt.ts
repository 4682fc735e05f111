/** Everything about one address: as scanner, as target, its incidents, and whether it may scan. */

import * as z from 'zod';
import { AddressSet, parseRange } from '../../scan/perimeter.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { RequestProblem } from '../problem.ts';
import { authorisationView, incidentView, scanSummary } from '../scan-view.ts';
import { authorisedScannerSchema, incidentSchema, scanSummarySchema } from '../schemas.ts';
import type { Service } from '../service.ts';

/** The newest of each; the list has them all. */
const most = 200;

export function huntEndpoints({ store }: Service): readonly Endpoint[] {
  return [
    endpoint(
      {
        method: 'get',
        path: '/hunt/{address}',
        operation: 'hunt',
        tag: 'Hunt',
        summary: `What was ever seen of an address or range: at most ${most} of each kind, newest first.`,
        needs: 'read',
        parameters: z.strictObject({
          address: z.string().max(64).describe('An address; of a range, / is written %2F'),
        }),
        answer: {
          status: 200,
          describes: 'All that is known',
          schema: z.object({
            address: z.string(),
            as_source: z.array(scanSummarySchema),
            as_target: z.array(scanSummarySchema),
            complete: z.boolean().describe('False: there are more scans than are listed'),
            incidents: z.array(incidentSchema),
            authorised: z.array(authorisedScannerSchema).describe('Entries that hold for it, also expired ones'),
          }),
        },
      },
      async ({ parameters: { address } }) => {
        if (!parseRange(address)) {
          throw new RequestProblem(
            400,
            'that is no address',
            'Give an address or a range: 10.0.0.7, 10.0.0.0/8, fd00::/8.',
          );
        }
        const [asSource, asTarget, incidents, scanners] = await Promise.all([
          store.list({ source: address }, { limit: most }),
          store.list({ target: address }, { limit: most }),
          store.incidents({ address, limit: most }),
          store.authorisedScanners(),
        ]);
        return {
          address,
          as_source: asSource.scans.map(scanSummary),
          as_target: asTarget.scans.map(scanSummary),
          complete: asSource.next === undefined && asTarget.next === undefined,
          incidents: incidents.map(incidentView),
          authorised: scanners
            .filter((scanner) => new AddressSet([scanner.address]).has(address.split('/')[0]!))
            .map(authorisationView),
        };
      },
    ),
  ];
}
