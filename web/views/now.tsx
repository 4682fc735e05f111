import type { Status } from '../answers.ts';
import { agoText, countText } from '../format.ts';
import { useLoad } from '../load.ts';
import { useNow } from '../now.ts';
import { NextSteps } from '../parts/next-steps.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { ScanTable } from '../parts/scan-table.tsx';
import { TimelineOf } from '../parts/timeline-of.tsx';
import { When } from '../parts/when.tsx';
import type { ScanPage } from '../scan-page.ts';
import { useStatus } from '../status-context.ts';

/** Now and lately, at a glance from the other side of the room. */
export function NowView() {
  const status = useStatus();
  const open = useLoad<ScanPage>('/scans?state=open&severity=medium,high&limit=50');
  const unseen = useLoad<ScanPage>('/scans?severity=medium,high&acknowledged=false&since=7d&limit=100');
  const neverSeen = useLoad<ScanPage>('/scans?severity=medium,high&acknowledged=false&limit=1');
  const latest = useLoad<ScanPage>('/scans?limit=12');
  if (status?.scans === 0) {
    return (
      <>
        <h1>Welcome</h1>
        <NextSteps />
      </>
    );
  }
  return (
    <>
      <h1 class="unseen">Now</h1>
      {status && open.data && unseen.data && neverSeen.data && latest.data && (
        <State
          status={status}
          open={open.data}
          unseen={unseen.data}
          olderUnseen={neverSeen.data.scans.length > 0}
          latest={latest.data}
        />
      )}
      <ProblemNote error={open.error ?? unseen.error ?? neverSeen.error ?? latest.error} />
      <section aria-labelledby="day">
        <h2 id="day">The last 24 hours</h2>
        <TimelineOf filters={{ since: '24h' }} />
      </section>
      <section aria-labelledby="latest">
        <h2 id="latest">Latest scans</h2>
        {latest.data && <ScanTable scans={latest.data.scans} caption="Latest scans" />}
        <p>
          <a href="/scans">All scans</a>
        </p>
      </section>
      {status && <Sensors status={status} />}
    </>
  );
}

interface StateProps {
  readonly status: Status;
  readonly open: ScanPage;
  /** Of the last week: who comes back on Monday must see what Friday's night left. */
  readonly unseen: ScanPage;
  readonly olderUnseen: boolean;
  readonly latest: ScanPage;
}

function State({ status, open, unseen, olderUnseen, latest }: StateProps) {
  useNow();
  const sources = (page: ScanPage) => new Set(page.scans.map(({ source }) => source)).size;
  const last = latest.scans[0];
  if (open.scans.length > 0) {
    return (
      <section class="state alarm" aria-label="State">
        <p class="big">{countText(sources(open), 'scanner')} in the network now</p>
        <ul>
          {open.scans.slice(0, 4).map(({ scan, title, first_seen }) => (
            <li key={scan}>
              <a href={`/scans/${scan}`}>{title}</a> <When time={first_seen} ago />
            </li>
          ))}
        </ul>
      </section>
    );
  }
  if (unseen.scans.length > 0) {
    const count = `${unseen.scans.length}${unseen.next === null ? '' : ' or more'}`;
    return (
      <section class="state attention" aria-label="State">
        <p class="big">
          {count} {unseen.scans.length === 1 ? 'scan' : 'scans'} to look at
        </p>
        <p>
          By {countText(sources(unseen), 'scanner')} in the last 7 days; none is going on now.{' '}
          <a href="/scans?severity=high,medium&since=7d&acknowledged=false">Look at them</a>
        </p>
      </section>
    );
  }
  return (
    <section class="state calm" aria-label="State">
      <p class="big">All quiet</p>
      <p>
        Nobody is scanning.
        {last && ` The last scan was ${agoText(last.last_seen)}`}
        {last && (last.acknowledged ? `, and ${last.acknowledged.by} has looked at it.` : '.')}
        {olderUnseen && (
          <>
            {' '}
            <a href="/scans?severity=high,medium&acknowledged=false">Nobody has looked at some older ones.</a>
          </>
        )}
        {status.open_incidents > 0 && (
          <>
            {' '}
            <a href="/incidents">{countText(status.open_incidents, 'incident is open', 'incidents are open')}.</a>
          </>
        )}
      </p>
    </section>
  );
}

function Sensors({ status: { sensors, scans } }: { readonly status: Status }) {
  useNow();
  return (
    <section aria-labelledby="sensors">
      <h2 id="sensors">Who watches</h2>
      {sensors.length === 0 ? (
        <p class="hint">{countText(scans, 'scan')} in the store. No sensor has written lately.</p>
      ) : (
        <ul class="sensors">
          {sensors.map(({ sensor, last_heard }) => (
            <li key={sensor}>
              <strong>{sensor}</strong> heard <When time={last_heard} ago />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
