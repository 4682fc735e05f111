/** The alert about a scan as it stands. */

import type { Alert, Target } from './alert.ts';
import { compare } from './compare.ts';
import { compareGrades } from './evidence-order.ts';
import { tellNmapStory } from './nmap-story.ts';
import { zoneSeverity } from './perimeter.ts';
import type { Scan } from './scan.ts';
import type { AuthorisedScanner } from './scan-settings.ts';
import { scanTitle } from './scan-title.ts';

export function scanAlert(scan: Scan, state: 'open' | 'closed', authorisation: AuthorisedScanner | undefined): Alert {
  const seen = [...scan.signatures.values()];
  const story = tellNmapStory(seen.map(({ signature }) => signature));
  return {
    scan: scan.id,
    state,
    severity: authorisation ? 'info' : zoneSeverity[scan.zone],
    zone: scan.zone,
    ...(authorisation && { authorisation }),
    title: scanTitle(story, scan.source, [...scan.targets.keys()], scan.omittedTargets > 0),
    source: scan.source,
    firstSeen: scan.firstSeen,
    lastSeen: scan.lastSeen,
    headline: scan.headline!,
    evidenceCount: scan.evidenceCount,
    spoofable: scan.spoofable,
    signatures: seen
      .map(({ signature, count }) => ({ signature, count }))
      .sort((a, b) => compareGrades(a.signature.grade, b.signature.grade) || compare(a.signature.id, b.signature.id)),
    targets: [...scan.targets].map(toTarget).sort((a, b) => compare(a.address, b.address)),
    nmap: story,
    evidence: seen
      .flatMap(({ evidence }) => evidence ?? [])
      .sort((a, b) => a.time - b.time || compare(a.signature.id, b.signature.id)),
    omitted: { evidence: scan.omittedEvidence, targets: scan.omittedTargets, ports: scan.omittedPorts },
  };
}

function toTarget([address, ports]: [string, ReadonlySet<string>]): Target {
  return {
    address,
    ports: [...ports].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || compare(a, b)),
  };
}
