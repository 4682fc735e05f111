/** The live stream. */

import { type Endpoint, endpoint } from '../endpoint.ts';
import { RequestProblem } from '../problem.ts';
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
      async ({ request }) => {
        const stream = await live.listen(request.headers.get('last-event-id') ?? undefined);
        if (!stream) {
          throw new RequestProblem(503, 'too many are looking on', 'Come again later.', { 'retry-after': '30' });
        }
        return new Response(stream, {
          // Proxies (nginx) keep answers back to send them in larger pieces, unless told not to.
          headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
        });
      },
    ),
  ];
}
