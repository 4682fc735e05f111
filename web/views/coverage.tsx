import { useState } from 'preact/hooks';
import type { CoverageEntry } from '../answers.ts';
import { countText } from '../format.ts';
import { useLoad } from '../load.ts';
import { ProblemNote } from '../parts/problem.tsx';

const kinds = ['script', 'probe', 'packet'] as const;

/** What Nmap can say, and what of it is recognised. */
export function CoverageView() {
  const { data, error } = useLoad<{ coverage: readonly CoverageEntry[] }>('/coverage', { live: false });
  const [kind, setKind] = useState<(typeof kinds)[number]>('script');
  const [wanted, setWanted] = useState('');
  const ofKind = data?.coverage.filter((entry) => entry.kind === kind) ?? [];
  const found = ofKind.filter(({ name }) => name.toLowerCase().includes(wanted.toLowerCase()));
  const alerts = ofKind.filter(({ seen }) => seen === 'alert').length;
  return (
    <>
      <h1>Coverage</h1>
      <p>Every script, service probe and kind of packet of Nmap: is it recognised, by what, and if not, why.</p>
      <search>
        <form class="search" onSubmit={(event) => event.preventDefault()}>
          <label>
            Of Nmap
            <select value={kind} onChange={({ currentTarget }) => setKind(currentTarget.value as 'script')}>
              {kinds.map((one) => (
                <option key={one} value={one}>
                  {one}s
                </option>
              ))}
            </select>
          </label>
          <label>
            Search
            <input type="search" onInput={({ currentTarget }) => setWanted(currentTarget.value)} autocomplete="off" />
          </label>
        </form>
      </search>
      <ProblemNote error={error} />
      <p class="hint" role="status">
        {data && `${countText(found.length, kind)}; of all ${ofKind.length}, ${alerts} alert alone.`}
      </p>
      {found.length > 0 && (
        <table class="plain">
          <caption class="unseen">Coverage of Nmap’s {kind}s</caption>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Told by</th>
              <th scope="col">Its capture gives</th>
              <th scope="col">By, or why not</th>
            </tr>
          </thead>
          <tbody>
            {found.map(({ name, recognition, seen, signatures, reason }) => (
              <tr key={name}>
                <td>{kind === 'script' ? <a href={`/scans?script=${encodeURIComponent(name)}`}>{name}</a> : name}</td>
                <td class="word">{recognition}</td>
                <td>
                  <span class={`grade ${seen === 'alert' ? 'definitive' : 'weak'}`}>{seen}</span>
                </td>
                <td>
                  {signatures.slice(0, 4).map((id) => (
                    <a key={id} class="signature" href={`/signatures/${id}`}>
                      {id}
                    </a>
                  ))}
                  {signatures.length > 4 && ` and ${signatures.length - 4} more`}
                  {signatures.length === 0 && reason}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
