/** Who may scan: their scans are recorded, and never notified. */

import * as z from 'zod';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { RequestProblem } from '../problem.ts';
import { authorisationView } from '../scan-view.ts';
import { authorisedScannerSchema, newAuthorisedScannerSchema } from '../schemas.ts';
import type { Service } from '../service.ts';

const tag = 'Authorised scanners';

export function authorisedScannerEndpoints({ store }: Service): readonly Endpoint[] {
  return [
    endpoint(
      {
        method: 'get',
        path: '/authorised-scanners',
        operation: 'listAuthorisedScanners',
        tag,
        summary: 'Authorised scanners that were added here; those of configuration files are not among them.',
        needs: 'read',
        answer: {
          status: 200,
          describes: 'Scanners',
          schema: z.object({ scanners: z.array(authorisedScannerSchema) }),
        },
      },
      async () => ({ scanners: (await store.authorisedScanners()).map(authorisationView) }),
    ),
    endpoint(
      {
        method: 'post',
        path: '/authorised-scanners',
        operation: 'addAuthorisedScanner',
        tag,
        summary: 'Lets an address or range scan: its scans from now on are info, and never notified.',
        needs: 'write',
        body: newAuthorisedScannerSchema,
        answer: { status: 201, describes: 'The scanner', schema: authorisedScannerSchema },
      },
      async ({ body, caller }) => authorisationView(await store.addAuthorisedScanner(body, caller.name)),
    ),
    endpoint(
      {
        method: 'delete',
        path: '/authorised-scanners/{scanner}',
        operation: 'removeAuthorisedScanner',
        tag,
        summary: 'Takes that back.',
        needs: 'write',
        parameters: z.strictObject({ scanner: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
        answer: { status: 204, describes: 'Removed' },
      },
      async ({ parameters: { scanner } }) => {
        if (await store.removeAuthorisedScanner(scanner)) return;
        throw new RequestProblem(404, `there is no authorised scanner ${scanner}`);
      },
    ),
  ];
}
