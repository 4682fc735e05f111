/** What can be taken away from a scan: its packets. (Its JSON is the scan itself.) */

import * as z from 'zod';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { readPackets } from '../kept-packets.ts';
import { RequestProblem } from '../problem.ts';
import { scanIdSchema } from '../schemas.ts';
import type { Service } from '../service.ts';

/** `--keep-packets` writes far less; another file of that name must not fill the memory. */
const mostBytes = 16 << 20;

export function downloadEndpoints({ packets }: Service): readonly Endpoint[] {
  return [
    endpoint(
      {
        method: 'get',
        path: '/packets/{scan}',
        operation: 'getPackets',
        tag: 'Scans',
        summary: 'The packets that were kept of a scan, for Wireshark.',
        needs: 'read',
        parameters: z.strictObject({ scan: scanIdSchema }),
        answer: { status: 200, describes: 'A capture', contentType: 'application/vnd.tcpdump.pcap' },
      },
      async ({ parameters: { scan } }) => {
        if (packets === undefined) {
          const detail = 'Give trespass serve the folder: --packets DIR, that of --keep-packets.';
          throw new RequestProblem(404, 'no packets are kept', detail);
        }
        return new Response(await readPackets(packets, scan, mostBytes), {
          headers: {
            'content-type': 'application/vnd.tcpdump.pcap',
            'content-disposition': `attachment; filename="trespass-${scan}.pcapng"`,
          },
        });
      },
    ),
  ];
}
