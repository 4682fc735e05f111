/** Scans, one a row. On narrow screens each row is a card. */

import { Fragment } from 'preact';
import type { ScanSummary } from '../../src/server/schemas.ts';
import { countText, spanText, zoneText } from '../format.ts';
import { AddressLink } from './address-link.tsx';
import { SeverityBadge } from './severity-badge.tsx';
import { When } from './when.tsx';

export function ScanTable({ scans, caption }: { readonly scans: readonly ScanSummary[]; readonly caption: string }) {
  return (
    <table class="scans">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Severity</th>
          <th scope="col">Began</th>
          <th scope="col">Scanner</th>
          <th scope="col">Against</th>
          <th scope="col">With</th>
          <th scope="col" class="number">
            Evidence
          </th>
          <th scope="col">Looked at</th>
        </tr>
      </thead>
      <tbody>
        {scans.map((scan) => (
          <ScanRow key={scan.scan} scan={scan} />
        ))}
      </tbody>
    </table>
  );
}

function ScanRow({ scan }: { readonly scan: ScanSummary }) {
  const { severity, source, zone, first_seen, last_seen, evidence_count, acknowledged, state } = scan;
  return (
    <tr class={acknowledged ? 'acknowledged' : ''} data-scan={scan.scan}>
      <td>
        <SeverityBadge severity={severity} />
        {scan.incidents > 0 && <span class="mark">incident</span>}
        {scan.demonstration && <span class="mark">demonstration</span>}
        {scan.authorised && <span class="mark">authorised</span>}
      </td>
      <td>
        <a class="open" href={`/scans/${scan.scan}`}>
          <When time={first_seen} />
          <span class="unseen">: {scan.title}</span>
        </a>
        <small>
          {state === 'open' ? <strong class="going-on">going on</strong> : `took ${spanText(first_seen, last_seen)}`}
        </small>
      </td>
      <td>
        <AddressLink address={source} />
        <small>
          {zoneText(zone)}
          {scan.spoofable && ', may be forged'}
        </small>
      </td>
      <td>
        <Targets scan={scan} />
      </td>
      <td class="with">
        <With scan={scan} />
      </td>
      <td class="number">{evidence_count.toLocaleString('en')}</td>
      <td>{acknowledged?.by ?? <span class="nobody">nobody yet</span>}</td>
    </tr>
  );
}

function Targets({ scan: { first_targets, targets } }: { readonly scan: ScanSummary }) {
  const [first] = first_targets;
  if (first === undefined) return null;
  return (
    <>
      <AddressLink address={first} />
      {targets > 1 && <small>and {countText(targets - 1, 'other')}</small>}
    </>
  );
}

const most = 4;

function With({ scan: { options, scripts, signatures } }: { readonly scan: ScanSummary }) {
  const known = [...new Set([...options, ...scripts.filter((name) => !options.includes(`--script ${name}`))])];
  const words = known.length > 0 ? known : signatures;
  const shown = words.slice(0, most);
  return (
    <>
      {shown.map((word, index) => (
        <Fragment key={word}>
          <span class="option">
            {word}
            {index < shown.length - 1 && ','}
          </span>{' '}
        </Fragment>
      ))}
      {words.length > most && `and ${words.length - most} more`}
    </>
  );
}
