/** Scans: the list, one of them, when they were and who scanned whom; what people say about them. */

import * as z from 'zod';
import { isoTime } from '../../scan/iso-time.ts';
import type { Bucket } from '../../store/store.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { keptPackets } from '../kept-packets.ts';
import { RequestProblem } from '../problem.ts';
import { scanFilter } from '../scan-question.ts';
import { commentView, scanDetail, scanSummary } from '../scan-view.ts';
import {
  bucketSchema,
  commentSchema,
  filterQuery,
  newCommentSchema,
  pageQuery,
  pairSchema,
  scanDetailSchema,
  scanIdSchema,
  scanPageSchema,
} from '../schemas.ts';
import type { Service } from '../service.ts';

const tag = 'Scans';
const parameters = z.strictObject({ scan: scanIdSchema });

/** A picture is no more than so many points wide; a bucket for each second of a year would be a flood. */
const mostBuckets = 2000;

export function scanEndpoints({ store, packets, now }: Service): readonly Endpoint[] {
  const known = async (id: string) => {
    const scan = await store.scan(id);
    if (!scan) throw noSuchScan(id);
    return scan;
  };

  return [
    endpoint(
      {
        method: 'get',
        path: '/scans',
        operation: 'listScans',
        tag,
        summary: 'Scans, newest first. All filters that are given must hold.',
        needs: 'read',
        query: z.strictObject({ ...filterQuery, ...pageQuery }),
        answer: { status: 200, describes: 'A page of scans', schema: scanPageSchema },
      },
      async ({ query: { limit, cursor, ...filters } }) => {
        const page = await store.list(scanFilter(filters, now()), { limit, ...(cursor !== undefined && { cursor }) });
        return { scans: page.scans.map(scanSummary), next: page.next ?? null };
      },
    ),
    endpoint(
      {
        method: 'get',
        path: '/scans/{scan}',
        operation: 'getScan',
        tag,
        summary: 'One scan with all its evidence.',
        needs: 'read',
        parameters,
        answer: { status: 200, describes: 'The scan', schema: scanDetailSchema },
      },
      async ({ parameters: { scan: id } }) => {
        const scan = await known(id);
        const kept = packets === undefined ? [] : await keptPackets(packets, idsOf(scan));
        return scanDetail(scan, kept);
      },
    ),
    endpoint(
      {
        method: 'put',
        path: '/scans/{scan}/acknowledgement',
        operation: 'acknowledgeScan',
        tag,
        summary: 'Marks a scan as seen by a person: the token’s name.',
        needs: 'write',
        parameters,
        answer: { status: 204, describes: 'Marked' },
      },
      async ({ parameters: { scan }, caller }) => {
        if (!(await store.acknowledge(scan, caller.name))) throw noSuchScan(scan);
      },
    ),
    endpoint(
      {
        method: 'delete',
        path: '/scans/{scan}/acknowledgement',
        operation: 'unacknowledgeScan',
        tag,
        summary: 'Takes the mark back.',
        needs: 'write',
        parameters,
        answer: { status: 204, describes: 'Not marked' },
      },
      async ({ parameters: { scan } }) => {
        if (!(await store.acknowledge(scan, undefined))) throw noSuchScan(scan);
      },
    ),
    endpoint(
      {
        method: 'post',
        path: '/scans/{scan}/comments',
        operation: 'commentScan',
        tag,
        summary: 'Adds a comment in the name of the token.',
        needs: 'write',
        parameters,
        body: newCommentSchema,
        answer: { status: 201, describes: 'The comment', schema: commentSchema },
      },
      async ({ parameters: { scan }, body, caller }) => {
        const comment = await store.comment(scan, caller.name, body.text);
        if (!comment) throw noSuchScan(scan);
        return commentView(comment);
      },
    ),
    endpoint(
      {
        method: 'get',
        path: '/timeline',
        operation: 'getTimeline',
        tag,
        summary: 'How many scans began when, by severity. Buckets without any are left out.',
        needs: 'read',
        query: z.strictObject({
          ...filterQuery,
          bucket: z.coerce
            .number()
            .int()
            .min(1)
            .max(31_622_400)
            .default(3600)
            .describe('Length of a bucket in seconds'),
        }),
        answer: {
          status: 200,
          describes: 'Buckets, oldest first',
          schema: z.object({ bucket: z.int(), buckets: z.array(bucketSchema) }),
        },
      },
      async ({ query: { bucket, ...filters } }) => {
        const filter = scanFilter(filters, now());
        if (filter.since !== undefined && ((filter.until ?? now()) - filter.since) / 1e6 / bucket > mostBuckets) {
          const detail = `Give a longer bucket, or less time: at most ${mostBuckets} buckets fit.`;
          throw new RequestProblem(400, 'that would be too many buckets', detail);
        }
        const buckets = await store.timeline(filter, bucket * 1e6);
        return { bucket, buckets: buckets.map(bucketView) };
      },
    ),
    endpoint(
      {
        method: 'get',
        path: '/pairs',
        operation: 'listPairs',
        tag,
        summary: 'Who scanned whom, most scans first.',
        needs: 'read',
        query: z.strictObject({ ...filterQuery, limit: z.coerce.number().int().min(1).max(10_000).default(2000) }),
        answer: {
          status: 200,
          describes: 'Pairs of source and target',
          schema: z.object({
            pairs: z.array(pairSchema),
            complete: z.boolean().describe('False: there are more than `limit`'),
          }),
        },
      },
      async ({ query: { limit, ...filters } }) => {
        const pairs = await store.pairs(scanFilter(filters, now()), limit);
        return {
          pairs: pairs.map(({ lastSeen, ...pair }) => ({ ...pair, last_seen: isoTime(lastSeen) })),
          complete: pairs.length < limit,
        };
      },
    ),
  ];
}

function idsOf(scan: { readonly alert: { readonly scan: string }; readonly sensors: readonly { scan: string }[] }) {
  return [...new Set([scan.alert.scan, ...scan.sensors.map((part) => part.scan)])];
}

function bucketView({ time, scans }: Bucket) {
  return { time: isoTime(time), ...scans };
}

export function noSuchScan(id: string): RequestProblem {
  return new RequestProblem(404, `there is no scan ${id}`, 'It may have been deleted because of its age.');
}
