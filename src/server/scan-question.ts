/** The filters of a query string as the store takes them. */

import { askedTime } from '../scan/asked-time.ts';
import type { ScanFilter } from '../store/store.ts';
import { RequestProblem } from './problem.ts';
import type { FilterQuery } from './schemas.ts';

/** @throws RequestProblem when a time is none. */
export function scanFilter(query: FilterQuery, now: number): ScanFilter {
  const { severity, zone, since, until, ...same } = query;
  const given = Object.fromEntries(Object.entries(same).filter(([, value]) => value !== undefined)) as ScanFilter;
  return {
    ...given,
    ...(severity && { severities: severity }),
    ...(zone && { zones: zone }),
    ...(since !== undefined && { since: requiredTime('since', since, now) }),
    ...(until !== undefined && { until: requiredTime('until', until, now) }),
  };
}

export function requiredTime(name: string, text: string, now: number): number {
  const time = askedTime(text, now);
  if (time !== undefined) return time;
  const detail = `Give ${name} as 2026-11-23, as 2026-11-23T08:00:00Z, or as how long ago: 90s, 15m, 24h, 7d.`;
  throw new RequestProblem(400, `${name} is no time`, detail);
}
