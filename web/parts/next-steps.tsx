/** What to do when there is nothing to see yet. */

import { useState } from 'preact/hooks';
import { type ApiError, send } from '../api.ts';
import { changed } from '../live.ts';
import { go } from '../router.ts';
import { useMayWrite } from '../status-context.ts';
import { ProblemNote } from './problem.tsx';

export function NextSteps() {
  const mayWrite = useMayWrite();
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const load = async () => {
    setBusy(true);
    try {
      const { scans } = await send<{ scans: string[] }>('POST', '/demonstration');
      changed();
      if (scans[0] !== undefined) go(`/scans/${scans[0]}`);
    } catch (problem) {
      setError(problem as ApiError);
    }
    setBusy(false);
  };
  return (
    <section class="next-steps">
      <h2>Nothing has been written to the store yet</h2>
      <ol>
        <li>
          <h3>Watch a network</h3>
          <p>On the machine that sees the traffic (a mirror port, a gateway):</p>
          <pre>
            <code>trespass watch eth0 --store trespass.db</code>
          </pre>
        </li>
        <li>
          <h3>Read what was recorded</h3>
          <p>Captures of tcpdump, Wireshark, Zeek or Suricata; a folder of them as well:</p>
          <pre>
            <code>trespass read monday.pcap --store trespass.db</code>
          </pre>
        </li>
        <li>
          <h3>Or look at an example first</h3>
          <p>
            A real scan of a test network, with <code>nmap -A</code>. It is marked as demonstration, so that nobody
            takes it for an intruder.
          </p>
          {mayWrite ? (
            <button type="button" class="main" onClick={load} disabled={busy}>
              {busy ? 'Reading the capture …' : 'Load the demonstration'}
            </button>
          ) : (
            <p class="hint">For that, sign in with a token that may write.</p>
          )}
          <ProblemNote error={error} />
        </li>
      </ol>
      <p class="hint">This page shows new scans by itself; there is no need to reload it.</p>
    </section>
  );
}
