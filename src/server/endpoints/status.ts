/** How the server and its store are. */

import * as z from 'zod';
import { isoTime } from '../../scan/iso-time.ts';
import { loadDemonstration } from '../demonstration.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { metricsText } from '../metrics.ts';
import { severitySchema } from '../schemas.ts';
import type { Service } from '../service.ts';
import { roles } from '../token.ts';

const tag = 'Status';

const statusSchema = z
  .object({
    version: z.string(),
    you: z.object({ name: z.string(), role: z.enum(roles) }).describe('Whose token this is'),
    scans: z.int(),
    by_severity: z.record(severitySchema, z.int()),
    oldest: z.string().nullable(),
    newest: z.string().nullable(),
    open_incidents: z.int(),
    size: z.number().describe('Bytes'),
    sensors: z.array(z.object({ sensor: z.string(), last_heard: z.string() })),
    packets: z.boolean().describe('Are packets shown?'),
  })
  .meta({ id: 'Status' });

export function statusEndpoints(service: Service): readonly Endpoint[] {
  const { store, version, packets } = service;
  return [
    endpoint(
      {
        method: 'get',
        path: '/health',
        operation: 'getHealth',
        tag,
        summary:
          'Does the server answer, and its store? 503 if the store does not. For load balancers: no token needed.',
        needs: 'anyone',
        answer: { status: 200, describes: 'It does', schema: z.object({ status: z.literal('ok') }) },
      },
      async () => {
        // The cheapest question that reaches the store.
        await store.tokenByHash('0'.repeat(64));
        return { status: 'ok' };
      },
    ),
    endpoint(
      {
        method: 'get',
        path: '/status',
        operation: 'getStatus',
        tag,
        summary: 'What is in the store, who writes to it, and who you are.',
        needs: 'read',
        answer: { status: 200, describes: 'The status', schema: statusSchema },
      },
      async ({ caller }) => {
        const { scans, bySeverity, oldest, newest, openIncidents, size, sensors } = await store.statistics();
        return {
          version,
          you: caller,
          scans,
          by_severity: bySeverity,
          oldest: oldest === 0 ? null : isoTime(oldest),
          newest: newest === 0 ? null : isoTime(newest),
          open_incidents: openIncidents,
          size,
          sensors: sensors.map(({ sensor, lastHeard }) => ({ sensor, last_heard: isoTime(lastHeard) })),
          packets: packets !== undefined,
        };
      },
    ),
    endpoint(
      {
        method: 'get',
        path: '/metrics',
        operation: 'getMetrics',
        tag,
        summary: 'Numbers for Prometheus.',
        needs: 'read',
        answer: { status: 200, describes: 'Metrics', contentType: 'text/plain; version=0.0.4' },
      },
      async () =>
        new Response(metricsText(service, await store.statistics()), {
          headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
        }),
    ),
    endpoint(
      {
        method: 'post',
        path: '/demonstration',
        operation: 'loadDemonstration',
        tag,
        summary: 'Reads the capture that ships with Trespass into the store, marked as demonstration.',
        needs: 'write',
        answer: { status: 201, describes: 'Its scans', schema: z.object({ scans: z.array(z.string()) }) },
      },
      async () => ({ scans: await loadDemonstration(service) }),
    ),
  ];
}
