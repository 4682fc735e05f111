import type { Bucket } from '../answers.ts';
import { changedFilters, type Filters, filterQuery } from '../filters.ts';
import { useLoad } from '../load.ts';
import { useNow } from '../now.ts';
import { go } from '../router.ts';
import { Histogram } from './histogram.tsx';
import { ProblemNote } from './problem.tsx';
import { beginning, bucketFor, isStretch } from './ranges.ts';

/** When the scans of these filters were. Choosing a time leads to the list of its scans. */
export function TimelineOf({ filters }: { readonly filters: Filters }) {
  const now = useNow();
  const since = beginning(filters.since ?? '30d', now);
  const until = filters.until === undefined ? now : beginning(filters.until, now);
  const bucket = bucketFor(since, until);
  const asked = filterQuery({ ...filters, since: filters.since ?? '30d' }, { bucket: String(bucket) });
  const { data, error } = useLoad<{ buckets: readonly Bucket[] }>(`/timeline${asked}`);
  const choose = (from: number, to: number) => {
    const chosen = { since: new Date(from).toISOString(), until: new Date(to).toISOString() };
    go(`/scans${filterQuery(changedFilters(filters, chosen))}`);
  };
  return (
    <>
      <ProblemNote error={error} />
      {isStretch(since, until) && (
        <Histogram buckets={data?.buckets ?? []} since={since} until={until} bucket={bucket} onChoose={choose} />
      )}
    </>
  );
}
