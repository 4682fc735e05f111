import { useState } from 'preact/hooks';
import type { Incident } from '../answers.ts';
import { type ApiError, send } from '../api.ts';
import { changed } from '../live.ts';
import { useLoad } from '../load.ts';
import { AddressLink } from '../parts/address-link.tsx';
import { IncidentDialog } from '../parts/incident-dialog.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { When } from '../parts/when.tsx';
import { useMayWrite } from '../status-context.ts';

/** What else happened, and which scans it raised. */
export function IncidentsView() {
  const { data, error } = useLoad<{ incidents: readonly Incident[] }>('/incidents');
  const mayWrite = useMayWrite();
  return (
    <>
      <h1>Incidents</h1>
      <p>
        Something else that happened with an address: a webshell, a phished account, an alert of another system. Its
        scans rise to high, also low ones from outside.
      </p>
      {mayWrite && (
        <div class="actions">
          <IncidentDialog />
        </div>
      )}
      <ProblemNote error={error} />
      {data?.incidents.length === 0 && <p class="hint">None was recorded.</p>}
      {data && data.incidents.length > 0 && (
        <table class="plain">
          <caption class="unseen">Incidents, newest first</caption>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Address</th>
              <th scope="col">What happened</th>
              <th scope="col">Says</th>
              <th scope="col">Its scans</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {data.incidents.map((incident) => (
              <IncidentRow key={incident.id} incident={incident} mayWrite={mayWrite} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function IncidentRow({ incident, mayWrite }: { readonly incident: Incident; readonly mayWrite: boolean }) {
  const { id, time, address, what, reporter, reference, closed, closed_by } = incident;
  const [error, setError] = useState<ApiError>();
  const close = async () => {
    await send('DELETE', `/incidents/${id}`).then(changed, setError);
  };
  return (
    <tr>
      <td>
        <When time={time} />
      </td>
      <td>
        <AddressLink address={address} />
      </td>
      <td>
        {what}
        {reference !== null && (
          <details>
            <summary>Where it was read</summary>
            <pre class="wrapped">{reference}</pre>
          </details>
        )}
      </td>
      <td>{reporter}</td>
      <td>
        <a href={`/scans?source=${encodeURIComponent(address)}`}>What it raised</a>
      </td>
      <td>
        {closed === null ? (
          <>
            open{' '}
            {mayWrite && (
              <button type="button" class="small" onClick={close} aria-label={`Close the incident of ${address}`}>
                Close
              </button>
            )}
          </>
        ) : (
          `closed${closed_by === null ? '' : ` by ${closed_by}`}`
        )}
        <ProblemNote error={error} />
      </td>
    </tr>
  );
}
