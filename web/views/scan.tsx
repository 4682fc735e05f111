import { useEffect, useState } from 'preact/hooks';
import type { ScanDetail } from '../../src/server/schemas.ts';
import type { AlertObject, EvidenceObject, SignatureWhole } from '../answers.ts';
import { type ApiError, download, send } from '../api.ts';
import { countText, offsetText, spanText, zoneText } from '../format.ts';
import { changed } from '../live.ts';
import { useLoad } from '../load.ts';
import { AddressLink } from '../parts/address-link.tsx';
import { AuthoriseDialog } from '../parts/authorise-dialog.tsx';
import { CommentForm } from '../parts/comment-form.tsx';
import { HexView } from '../parts/hex-view.tsx';
import { IncidentDialog } from '../parts/incident-dialog.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { SeverityBadge } from '../parts/severity-badge.tsx';
import { SignatureFacts } from '../parts/signature-facts.tsx';
import { When } from '../parts/when.tsx';
import { useMayWrite } from '../status-context.ts';

/** One scan's story. */
export function ScanView({ id }: { readonly id: string }) {
  const { data, error } = useLoad<ScanDetail>(`/scans/${encodeURIComponent(id)}`);
  const title = data?.title;
  useEffect(() => {
    // So that tabs with several scans can be told apart.
    if (title !== undefined) document.title = `${title} – Trespass`;
  }, [title]);
  if (!data) {
    return (
      <>
        <h1>Scan {id}</h1>
        <ProblemNote error={error} />
      </>
    );
  }
  const { trespass } = data.alert as unknown as AlertObject;
  const first = firstProof(trespass);
  return (
    <article class="story">
      <h1>{data.title}</h1>
      <Marks scan={data} />
      <Actions scan={data} />
      <div class="overview">
        <Scanner scan={data} trespass={trespass} />
        <Command scan={data} trespass={trespass} />
        <section>
          <h2>What it can have learned</h2>
          {data.learned.length === 0 && <p class="hint">Nothing that the evidence shows.</p>}
          <ul>
            {data.learned.map(({ what, because }) => (
              <li key={what}>
                {what} <small>{because.join(', ')}</small>
              </li>
            ))}
          </ul>
        </section>
        <Targets trespass={trespass} />
      </div>
      <section>
        <h2>What it asked of whom</h2>
        <p class="hint">
          The first of each kind, in order; {countText(data.evidence_count, 'piece')} of evidence in all. Open one to
          see its bytes; what the signature matched is marked.
          {trespass.omitted.evidence > 0 && ` ${countText(trespass.omitted.evidence, 'kind')} found no room.`}
        </p>
        <ol class="evidence">
          {trespass.evidence.map((evidence, index) => (
            <Piece
              key={`${evidence.signature} ${evidence.timestamp}`}
              evidence={evidence}
              began={data.first_seen}
              signatures={trespass.signatures}
              open={index === first}
            />
          ))}
        </ol>
      </section>
      <Comments scan={data} />
      <details class="as-json">
        <summary>As JSON</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a keyboard must be able to do that */}
        <pre class="json" tabIndex={0}>
          {JSON.stringify(data.alert, null, 2)}
        </pre>
      </details>
    </article>
  );
}

/** Which piece of evidence is shown open: the first that is enough alone. */
function firstProof({ evidence, signatures }: AlertObject['trespass']): number {
  const proofs = new Set(signatures.filter(({ grade }) => grade === 'definitive').map(({ id }) => id));
  return Math.max(
    0,
    evidence.findIndex(({ signature, bytes }) => proofs.has(signature) && bytes !== ''),
  );
}

function Marks({ scan }: { readonly scan: ScanDetail }) {
  const { severity, severity_found, state, spoofable, authorised, demonstration, because } = scan;
  return (
    <>
      <p class="marks">
        <SeverityBadge severity={severity} />
        {severity !== severity_found && <span class="mark">was {severity_found}</span>}
        {state === 'open' && <span class="mark going-on">going on</span>}
        {spoofable && <span class="mark">source may be forged</span>}
        {authorised && <span class="mark">authorised</span>}
        {demonstration && <span class="mark">demonstration: nobody is scanning</span>}
      </p>
      {because.map(({ incident, time, what, reporter }) => (
        <p key={incident} class="note raised">
          <a href="/incidents">Incident {incident}</a>: {what} (<When time={time} />, says {reporter})
        </p>
      ))}
    </>
  );
}

function Actions({ scan }: { readonly scan: ScanDetail }) {
  const mayWrite = useMayWrite();
  const [error, setError] = useState<ApiError>();
  const acknowledge = async () => {
    setError(undefined);
    await send(scan.acknowledged ? 'DELETE' : 'PUT', `/scans/${scan.scan}/acknowledgement`).then(changed, setError);
  };
  const save = (path: string, name: string) => () => {
    setError(undefined);
    download(path, name).catch(setError);
  };
  return (
    <>
      <div class="actions">
        {mayWrite && (
          <>
            <button type="button" class={scan.acknowledged ? '' : 'main'} onClick={acknowledge}>
              {scan.acknowledged ? 'Not seen after all' : 'Mark as seen'}
            </button>
            <AuthoriseDialog address={scan.source} />
            <IncidentDialog address={scan.source} />
          </>
        )}
        <button type="button" onClick={save(`/scans/${scan.scan}`, `trespass-${scan.scan}.json`)}>
          Download JSON
        </button>
        {scan.packets.map((id) => (
          <button key={id} type="button" onClick={save(`/packets/${id}`, `trespass-${id}.pcapng`)}>
            Download packets
          </button>
        ))}
      </div>
      {scan.acknowledged && (
        <p class="note">
          Seen by {scan.acknowledged.by}, <When time={scan.acknowledged.at} />
        </p>
      )}
      <ProblemNote error={error} />
    </>
  );
}

interface PartProps {
  readonly scan: ScanDetail;
  readonly trespass: AlertObject['trespass'];
}

function Scanner({ scan, trespass: { authorisation } }: PartProps) {
  const { source, zone, first_seen, last_seen, sensors, spoofable } = scan;
  return (
    <section>
      <h2>The scanner</h2>
      <dl class="facts">
        <div>
          <dt>Address</dt>
          <dd>
            <AddressLink address={source} /> ({zoneText(zone)})
            {spoofable && '. No handshake was seen: somebody else may have sent this in its name.'}
          </dd>
        </div>
        <div>
          <dt>When</dt>
          <dd>
            <When time={first_seen} /> to <When time={last_seen} /> ({spanText(first_seen, last_seen)})
          </dd>
        </div>
        <div>
          <dt>Sensors</dt>
          <dd>{sensors.map(({ sensor }) => sensor).join(', ')}</dd>
        </div>
        {authorisation && (
          <div>
            <dt>It may scan</dt>
            <dd>
              {authorisation.reason} ({authorisation.owner || 'no owner given'})
              {authorisation.expires && `, until ${authorisation.expires}`}
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}

function Command({ scan: { implied_command }, trespass: { nmap } }: PartProps) {
  return (
    <section>
      <h2>How Nmap was run</h2>
      <p class="hint">A command that would leave these traces; what the evidence leaves open is not in it.</p>
      <pre class="command">
        <code>{implied_command}</code>
      </pre>
      <dl class="facts">
        {nmap.probes.length > 0 && (
          <div>
            <dt>Service probes</dt>
            <dd>{nmap.probes.join(', ')}</dd>
          </div>
        )}
        {nmap.one_of.map(({ scripts, probes, signatures }) => (
          <div key={signatures.join(' ')}>
            <dt>One of</dt>
            <dd>
              {[...scripts, ...probes].join(', ')} <small>{signatures.join(', ')}</small>
            </dd>
          </div>
        ))}
        <div>
          <dt>Version</dt>
          <dd>{nmap.versions === '' ? 'any' : nmap.versions}</dd>
        </div>
        {nmap.or_else.length > 0 && (
          <div>
            <dt>Or another tool</dt>
            <dd>{nmap.or_else.join(', ')}</dd>
          </div>
        )}
      </dl>
    </section>
  );
}

interface PieceProps {
  readonly evidence: EvidenceObject;
  /** When the scan began. */
  readonly began: string;
  readonly signatures: AlertObject['trespass']['signatures'];
  readonly open: boolean;
}

function Piece({ evidence, began, signatures, open }: PieceProps) {
  const [shown, setShown] = useState(open);
  const signature = signatures.find(({ id }) => id === evidence.signature);
  const title = signature?.title ?? evidence.signature;
  const to = `${evidence.dest_ip}${evidence.dest_port === undefined ? '' : ` ${evidence.dest_port}/${evidence.proto.toLowerCase()}`}`;
  return (
    <li>
      <details open={shown} onToggle={({ currentTarget }) => setShown(currentTarget.open)}>
        <summary>
          <span class="offset-time">{offsetText(began, evidence.timestamp)}</span>
          <span class="asked">{title}</span>
          <span class="address">{to}</span>
          <span class={`grade ${signature?.grade ?? 'weak'}`}>{signature?.grade}</span>
          {signature && signature.count > 1 && <span class="times">{countText(signature.count, 'time')}</span>}
        </summary>
        {shown && <Proof evidence={evidence} title={title} />}
      </details>
    </li>
  );
}

function Proof({ evidence, title }: { readonly evidence: EvidenceObject; readonly title: string }) {
  const { data } = useLoad<SignatureWhole>(`/signatures/${evidence.signature}`, { live: false });
  const fields = Object.entries(evidence.fields);
  return (
    <div class="proof">
      <HexView bytes={evidence.bytes} match={evidence.match} label={`Bytes of ${title}`} />
      <p class="said">
        As text: <code>{evidence.text}</code>
      </p>
      {fields.length > 0 && (
        <dl class="facts">
          {fields.map(([name, value]) => (
            <div key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>
                <code>{value}</code>
              </dd>
            </div>
          ))}
        </dl>
      )}
      <p>
        From port {evidence.src_port ?? 'none'}, <When time={evidence.timestamp} />.{' '}
        <a href={`/signatures/${evidence.signature}`}>The signature</a>
        {data && data.emitted_by.length > 0 && (
          <>
            {' '}
            is sent by Nmap’s <code>{data.emitted_by.join(', ')}</code>
          </>
        )}
      </p>
      {data && (
        <details class="inner">
          <summary>What the catalogue says about it</summary>
          <SignatureFacts signature={data} />
        </details>
      )}
    </div>
  );
}

function Targets({ trespass: { targets, omitted } }: { readonly trespass: AlertObject['trespass'] }) {
  return (
    <section>
      <h2>Targets</h2>
      <ul class="targets">
        {targets.map(({ ip, ports }) => (
          <li key={ip}>
            <AddressLink address={ip} /> <span class="ports">{ports.join(', ')}</span>
          </li>
        ))}
      </ul>
      {omitted.targets > 0 && (
        <p class="hint">Evidence against others found no room: {countText(omitted.targets, 'piece')}.</p>
      )}
    </section>
  );
}

function Comments({ scan }: { readonly scan: ScanDetail }) {
  const mayWrite = useMayWrite();
  return (
    <section>
      <h2>Comments</h2>
      {scan.comments.length === 0 && <p class="hint">Nobody has said anything.</p>}
      <ul class="comments">
        {scan.comments.map(({ by, at, text }) => (
          <li key={`${at} ${by}`}>
            <strong>{by}</strong> <When time={at} />
            <p>{text}</p>
          </li>
        ))}
      </ul>
      {mayWrite && <CommentForm scan={scan.scan} />}
    </section>
  );
}
