import type { ScanSummary } from '../../src/server/schemas.ts';
import type { AuthorisedScanner, Incident } from '../answers.ts';
import { countText } from '../format.ts';
import { useLoad } from '../load.ts';
import { AuthoriseDialog } from '../parts/authorise-dialog.tsx';
import { IncidentDialog } from '../parts/incident-dialog.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { ScanTable } from '../parts/scan-table.tsx';
import { When } from '../parts/when.tsx';
import { go } from '../router.ts';
import { useMayWrite } from '../status-context.ts';

interface Hunted {
  readonly address: string;
  readonly as_source: readonly ScanSummary[];
  readonly as_target: readonly ScanSummary[];
  readonly complete: boolean;
  readonly incidents: readonly Incident[];
  readonly authorised: readonly AuthorisedScanner[];
}

export function HuntStartView() {
  return <HuntView />;
}

/** What was ever seen of an address. */
export function HuntView({ id }: { readonly id?: string }) {
  const { data, error } = useLoad<Hunted>(id === undefined ? undefined : `/hunt/${encodeURIComponent(id)}`);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const address = String(new FormData(event.currentTarget as HTMLFormElement).get('address')).trim();
    if (address !== '') go(`/hunt/${encodeURIComponent(address)}`);
  };
  return (
    <>
      <h1>
        {id === undefined ? (
          'Hunt'
        ) : (
          <>
            Hunt: <span class="address">{id}</span>
          </>
        )}
      </h1>
      <search>
        <form class="search" onSubmit={submit}>
          <label>
            Address or range
            <input
              name="address"
              type="search"
              required
              defaultValue={id ?? ''}
              key={id}
              maxLength={64}
              placeholder="10.0.0.7, 10.0.0.0/24 or fd00::/8"
              autocomplete="off"
              spellcheck={false}
            />
          </label>
          <button type="submit" class="main">
            Hunt
          </button>
        </form>
      </search>
      <ProblemNote error={error} />
      {id === undefined && <p class="hint">Everything that was ever seen of an address, as scanner and as target.</p>}
      {data && <Found hunted={data} />}
    </>
  );
}

function Found({ hunted }: { readonly hunted: Hunted }) {
  const { address, as_source, as_target, incidents, authorised, complete } = hunted;
  const mayWrite = useMayWrite();
  return (
    <>
      <p role="status">
        {as_source.length + as_target.length === 0
          ? 'It has neither scanned nor been scanned, as far as the store remembers.'
          : `It scanned ${countText(as_source.length, 'time')} and was scanned ${countText(as_target.length, 'time')}.`}
        {!complete && ' Only the newest are listed here.'}
      </p>
      {mayWrite && !address.includes('/') && (
        <div class="actions">
          <IncidentDialog address={address} />
          <AuthoriseDialog address={address} />
        </div>
      )}
      {authorised.map(({ id, owner, reason, expires }) => (
        <p key={id} class="note">
          It may scan: {reason} ({owner}){expires !== '' && `, until ${expires}`}
        </p>
      ))}
      {incidents.length > 0 && (
        <section>
          <h2>Incidents</h2>
          <ul>
            {incidents.map(({ id, what, time, reporter, closed }) => (
              <li key={id}>
                <When time={time} /> <strong>{what}</strong>, says {reporter}
                {closed !== null && ' (closed)'}
              </li>
            ))}
          </ul>
        </section>
      )}
      {as_source.length > 0 && (
        <section>
          <h2>It scanned</h2>
          <ScanTable scans={as_source} caption={`Scans by ${address}`} />
          <p>
            <a href={`/scans?source=${encodeURIComponent(address)}`}>All of them</a>
          </p>
        </section>
      )}
      {as_target.length > 0 && (
        <section>
          <h2>It was scanned</h2>
          <ScanTable scans={as_target} caption={`Scans against ${address}`} />
          <p>
            <a href={`/scans?target=${encodeURIComponent(address)}`}>All of them</a>
          </p>
        </section>
      )}
    </>
  );
}
