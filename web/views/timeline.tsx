import type { ScanSummary } from '../../src/server/schemas.ts';
import { filterQuery, filtersOf } from '../filters.ts';
import { countText, spanText, whenText } from '../format.ts';
import { useLoad } from '../load.ts';
import { useNow } from '../now.ts';
import { AddressLink } from '../parts/address-link.tsx';
import { FilterBar } from '../parts/filter-bar.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { beginning, isStretch } from '../parts/ranges.ts';
import { TimelineOf } from '../parts/timeline-of.tsx';
import { query } from '../router.ts';
import type { ScanPage } from '../scan-page.ts';

const most = 500;
const mostLanes = 60;

/** A lane for each scanner, a bar for each of its scans. */
export function TimelineView() {
  const now = useNow();
  const given = filtersOf(query.value);
  const filters = { ...given, since: given.since ?? '7d' };
  const since = beginning(filters.since, now);
  const until = filters.until === undefined ? now : beginning(filters.until, now);
  const { data, error } = useLoad<ScanPage>(`/scans${filterQuery(filters, { limit: String(most) })}`);
  const lanes = lanesOf(data?.scans ?? []);
  return (
    <>
      <h1>Timeline</h1>
      <FilterBar view="timeline" filters={given} standardTime="last 7 days" />
      <TimelineOf filters={filters} />
      <ProblemNote error={error} />
      <p class="hint" role="status">
        {data && (lanes.length === 0 ? 'No scan fits these filters.' : countText(lanes.length, 'scanner'))}
        {data?.next && `; only the newest ${most} scans are drawn`}
        {lanes.length > mostLanes && `; the ${mostLanes} that scanned last are drawn`}
      </p>
      {lanes.length > 0 && isStretch(since, until) && (
        <div class="lanes">
          <Axis since={since} until={until} />
          <ul>
            {lanes.slice(0, mostLanes).map(([source, scans]) => (
              <li key={source}>
                <AddressLink address={source} />
                <ol class="lane">
                  {scans.map((scan) => (
                    <Stretch key={scan.scan} scan={scan} since={since} until={until} />
                  ))}
                </ol>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

/** By source; the one that scanned last comes first. */
function lanesOf(scans: readonly ScanSummary[]): [string, ScanSummary[]][] {
  const lanes = new Map<string, ScanSummary[]>();
  for (const scan of scans) lanes.set(scan.source, [...(lanes.get(scan.source) ?? []), scan]);
  return [...lanes];
}

interface StretchProps {
  readonly scan: ScanSummary;
  readonly since: number;
  readonly until: number;
}

function Stretch({ scan, since, until }: StretchProps) {
  const share = (time: string) => Math.min(1, Math.max(0, (Date.parse(time) - since) / (until - since))) * 100;
  const left = share(scan.first_seen);
  // The narrowest bar ends within the lane.
  const style = { left: `min(${left}%, calc(100% - 0.55rem))`, width: `${share(scan.last_seen) - left}%` };
  const words = `${whenText(scan.first_seen)}, ${spanText(scan.first_seen, scan.last_seen)}: ${scan.title}`;
  return (
    <li>
      <a class={`stretch ${scan.severity}`} href={`/scans/${scan.scan}`} style={style} title={words}>
        <span class="unseen">{words}</span>
      </a>
    </li>
  );
}

function Axis({ since, until }: { readonly since: number; readonly until: number }) {
  const parts = [0, 0.25, 0.5, 0.75, 1];
  return (
    <div class="axis" aria-hidden="true">
      {parts.map((part) => (
        <span key={part}>{whenText(new Date(since + part * (until - since)).toISOString()).replace(/:\d\d$/, '')}</span>
      ))}
    </div>
  );
}
