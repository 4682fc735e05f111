/** Incidents: something else that happened with an address. They raise its scans. */

import * as z from 'zod';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { RequestProblem } from '../problem.ts';
import { requiredTime } from '../scan-question.ts';
import { incidentView } from '../scan-view.ts';
import { filterQuery, incidentSchema, newIncidentSchema } from '../schemas.ts';
import type { Service } from '../service.ts';

const tag = 'Incidents';

export function incidentEndpoints({ store, now }: Service): readonly Endpoint[] {
  return [
    endpoint(
      {
        method: 'get',
        path: '/incidents',
        operation: 'listIncidents',
        tag,
        summary: 'Incidents, newest first.',
        needs: 'read',
        query: z.strictObject({
          state: z.enum(['open', 'closed']).optional(),
          address: filterQuery.address,
          limit: z.coerce.number().int().min(1).max(1000).default(200),
        }),
        answer: { status: 200, describes: 'Incidents', schema: z.object({ incidents: z.array(incidentSchema) }) },
      },
      async ({ query: { state, address, limit } }) => {
        const incidents = await store.incidents({
          limit,
          ...(state && { state }),
          ...(address !== undefined && { address }),
        });
        return { incidents: incidents.map(incidentView) };
      },
    ),
    endpoint(
      {
        method: 'post',
        path: '/incidents',
        operation: 'addIncident',
        tag,
        summary:
          'Records an incident, and raises the scans of its address to high. The same one again changes nothing.',
        needs: 'write',
        body: newIncidentSchema,
        answer: {
          status: 201,
          describes: 'The incident',
          schema: z.object({
            incident: incidentSchema,
            added: z.boolean().describe('False: it was known'),
            raised: z.int().describe('How many scans it raised now'),
            authorised: z.int().describe('Scans of an authorised scanner, which were not raised'),
          }),
        },
      },
      async ({ body, caller }) => {
        const { incident, added, raised, authorised } = await store.addIncident({
          address: body.address,
          what: body.what,
          time: body.time === undefined ? now() : requiredTime('time', body.time, now()),
          reporter: caller.name,
          ...(body.reference !== undefined && { reference: body.reference }),
          ...(body.horizon_days !== undefined && { horizonDays: body.horizon_days }),
        });
        return { incident: incidentView(incident), added, raised, authorised };
      },
    ),
    endpoint(
      {
        method: 'delete',
        path: '/incidents/{incident}',
        operation: 'closeIncident',
        tag,
        summary: 'Closes an incident: scans that it raised stay raised, later ones are not.',
        needs: 'write',
        parameters: z.strictObject({ incident: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
        answer: { status: 204, describes: 'Closed' },
      },
      async ({ parameters: { incident }, caller }) => {
        if (await store.closeIncident(incident, caller.name)) return;
        throw new RequestProblem(404, `there is no open incident ${incident}`);
      },
    ),
  ];
}
