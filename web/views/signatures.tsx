import { useState } from 'preact/hooks';
import type { SignatureBrief, SignatureWhole } from '../answers.ts';
import { countText } from '../format.ts';
import { useLoad } from '../load.ts';
import { ProblemNote } from '../parts/problem.tsx';
import { SignatureFacts } from '../parts/signature-facts.tsx';

/** The catalogue. */
export function SignaturesView() {
  const { data, error } = useLoad<{ signatures: readonly SignatureBrief[] }>('/signatures', { live: false });
  const [wanted, setWanted] = useState('');
  const found = data?.signatures.filter((signature) => fits(signature, wanted.toLowerCase())) ?? [];
  return (
    <>
      <h1>Signatures</h1>
      <p>
        What is recognised. <a href="/coverage">What of Nmap that covers.</a>
      </p>
      <search>
        <form class="search" onSubmit={(event) => event.preventDefault()}>
          <label>
            Search
            <input
              type="search"
              placeholder="a script, a probe, a word"
              onInput={({ currentTarget }) => setWanted(currentTarget.value)}
              autocomplete="off"
            />
          </label>
        </form>
      </search>
      <ProblemNote error={error} />
      <p class="hint" role="status">
        {data && countText(found.length, 'signature')}
      </p>
      {found.length > 0 && (
        <table class="plain">
          <caption class="unseen">Signatures</caption>
          <thead>
            <tr>
              <th scope="col">Signature</th>
              <th scope="col">Grade</th>
              <th scope="col">Sent by</th>
            </tr>
          </thead>
          <tbody>
            {found.map(({ id, title, grade, scripts, probes, options }) => (
              <tr key={id}>
                <td>
                  <a href={`/signatures/${id}`}>{title}</a>
                  <small>{id}</small>
                </td>
                <td>
                  <span class={`grade ${grade}`}>{grade}</span>
                </td>
                <td>{[...options, ...scripts, ...probes].slice(0, 6).join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function fits({ id, title, scripts, probes, options }: SignatureBrief, wanted: string): boolean {
  return [id, title, ...scripts, ...probes, ...options].some((text) => text.toLowerCase().includes(wanted));
}

export function SignatureView({ id }: { readonly id: string }) {
  const { data, error } = useLoad<SignatureWhole>(`/signatures/${encodeURIComponent(id)}`, { live: false });
  return (
    <>
      <h1>{data?.title ?? id}</h1>
      <p>
        <a href="/signatures">All signatures</a>
        {' · '}
        <a href={`/scans?signature=${encodeURIComponent(id)}`}>Scans in which it was seen</a>
      </p>
      <ProblemNote error={error} />
      {data && <SignatureFacts signature={data} />}
    </>
  );
}
