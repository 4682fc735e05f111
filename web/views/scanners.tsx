import { useState } from 'preact/hooks';
import type { AuthorisedScanner } from '../answers.ts';
import { type ApiError, send } from '../api.ts';
import { changed } from '../live.ts';
import { useLoad } from '../load.ts';
import { AddressLink } from '../parts/address-link.tsx';
import { AuthoriseDialog } from '../parts/authorise-dialog.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { useMayWrite } from '../status-context.ts';

/** Who may scan. */
export function ScannersView() {
  const { data, error } = useLoad<{ scanners: readonly AuthorisedScanner[] }>('/authorised-scanners');
  const mayWrite = useMayWrite();
  return (
    <>
      <h1>Authorised scanners</h1>
      <p>Their scans are recorded as info, and nobody is notified. Those of configuration files are not listed here.</p>
      {mayWrite && (
        <div class="actions">
          <AuthoriseDialog />
        </div>
      )}
      <ProblemNote error={error} />
      {data?.scanners.length === 0 && <p class="hint">Nobody is authorised here.</p>}
      {data && data.scanners.length > 0 && (
        <table class="plain">
          <caption class="unseen">Authorised scanners</caption>
          <thead>
            <tr>
              <th scope="col">Address</th>
              <th scope="col">Owner</th>
              <th scope="col">Reason</th>
              <th scope="col">Until</th>
              <th scope="col">Added by</th>
              {mayWrite && <td />}
            </tr>
          </thead>
          <tbody>
            {data.scanners.map((scanner) => (
              <ScannerRow key={scanner.id} scanner={scanner} mayWrite={mayWrite} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function ScannerRow({ scanner, mayWrite }: { readonly scanner: AuthorisedScanner; readonly mayWrite: boolean }) {
  const { id, address, owner, reason, expires, by } = scanner;
  const [error, setError] = useState<ApiError>();
  const expired = expires !== '' && expires < new Date().toISOString().slice(0, 10);
  const remove = async () => {
    await send('DELETE', `/authorised-scanners/${id}`).then(changed, setError);
  };
  return (
    <tr>
      <td>
        <AddressLink address={address} />
      </td>
      <td>{owner}</td>
      <td>{reason}</td>
      <td>
        {expires === '' ? 'for ever' : expires}
        {expired && ' (expired)'}
      </td>
      <td>{by}</td>
      {mayWrite && (
        <td>
          <button type="button" class="small" onClick={remove} aria-label={`Remove ${address}`}>
            Remove
          </button>
          <ProblemNote error={error} />
        </td>
      )}
    </tr>
  );
}
