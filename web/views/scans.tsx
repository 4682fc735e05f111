import { useEffect, useState } from 'preact/hooks';
import { type ApiError, get } from '../api.ts';
import { filterQuery, filtersOf } from '../filters.ts';
import { countText } from '../format.ts';
import { useLoad } from '../load.ts';
import { FilterBar } from '../parts/filter-bar.tsx';
import { NextSteps } from '../parts/next-steps.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { ScanTable } from '../parts/scan-table.tsx';
import { TimelineOf } from '../parts/timeline-of.tsx';
import { query } from '../router.ts';
import type { ScanPage } from '../scan-page.ts';
import { useStatus } from '../status-context.ts';

const pageSize = '100';

/** Scans, newest first. The first page follows the store; the pages behind it stay as they were loaded. */
export function ScansView() {
  const filters = filtersOf(query.value);
  const asked = `/scans${filterQuery(filters, { limit: pageSize })}`;
  const { data, error, loading } = useLoad<ScanPage>(asked);
  const status = useStatus();
  const older = useOlder(asked);
  const known = new Set(data?.scans.map(({ scan }) => scan));
  // A page behind begins where the first one ended then: what has come since moves some of it there.
  const scans = [...(data?.scans ?? []), ...older.scans.filter(({ scan }) => !known.has(scan))];
  const next = older.next === undefined ? data?.next : older.next;
  if (status?.scans === 0) {
    return (
      <>
        <h1>Scans</h1>
        <NextSteps />
      </>
    );
  }
  return (
    <>
      <h1>Scans</h1>
      <FilterBar view="scans" filters={filters} standardTime="any time" />
      <TimelineOf filters={filters} />
      <ProblemNote error={error ?? older.error} />
      <p class="hint" role="status">
        {data === undefined && loading && 'Loading …'}
        {data &&
          (scans.length === 0
            ? 'No scan fits these filters.'
            : `${countText(scans.length, 'scan')}${next ? ' and more' : ''}`)}
      </p>
      {scans.length > 0 && <ScanTable scans={scans} caption="Scans, newest first" />}
      {typeof next === 'string' && (
        <p>
          <button type="button" onClick={() => older.load(next)} disabled={older.loading}>
            {older.loading ? 'Loading …' : 'Show older ones'}
          </button>
        </p>
      )}
    </>
  );
}

interface Older {
  readonly scans: ScanPage['scans'];
  /** Undefined: none was loaded yet; null: there is no more. */
  readonly next: string | null | undefined;
  readonly loading: boolean;
  readonly error: ApiError | undefined;
}

const none: Older = { scans: [], next: undefined, loading: false, error: undefined };

function useOlder(asked: string): Older & { readonly load: (cursor: string) => Promise<void> } {
  const [older, setOlder] = useState(none);
  useEffect(() => setOlder(none), [asked]);
  const load = async (cursor: string) => {
    setOlder((before) => ({ ...before, loading: true, error: undefined }));
    try {
      const page = await get<ScanPage>(`${asked}&cursor=${encodeURIComponent(cursor)}`);
      setOlder(({ scans }) => ({
        scans: [...scans, ...page.scans],
        next: page.next,
        loading: false,
        error: undefined,
      }));
    } catch (error) {
      setOlder((before) => ({ ...before, loading: false, error: error as ApiError }));
    }
  };
  return { ...older, load };
}
