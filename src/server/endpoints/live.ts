/** The live stream. */

import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { RequestProblem } from '../problem.ts';
import { securityHeaders } from '../security-headers.ts';
import type { Service } from '../service.ts';

export function liveEndpoints({ live }: Service): readonly Endpoint[] {
  return [
    endpoint(
      {
        method: 'get',
        path: '/stream',
        operation: 'stream',
        tag: 'Live',
        summary:
          'Scans as they change, as server-sent events: `scan` with a ScanSummary; `resync`: too much has changed, load anew. ' +
          'With the header Last-Event-ID, what was missed comes first.',
        needs: 'read',
        answer: { status: 200, describes: 'Events, until either side ends it', contentType: 'text/event-stream' },
      },
      async ({ request, outgoing }) => {
        if (!live.hasRoom) {
          throw new RequestProblem(503, 'too many are looking on', 'Come again later.', { 'retry-after': '30' });
        }
        outgoing.writeHead(200, {
          ...securityHeaders,
          'content-type': 'text/event-stream',
          'cache-control': 'no-store',
          // Proxies (nginx) keep answers back to send them in larger pieces, unless told not to.
          'x-accel-buffering': 'no',
        });
        // Broken off in the middle, the answer cannot say why; its client comes back and is told then.
        await live.listen(outgoing, request.headers.get('last-event-id') ?? undefined).catch(() => outgoing.destroy());
        return RESPONSE_ALREADY_SENT;
      },
    ),
  ];
}
