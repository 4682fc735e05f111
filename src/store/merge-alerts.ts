/** One scan that several sensors saw: their alerts as one. */

import type { Alert, SignatureCount, Target } from '../scan/alert.ts';
import { severities } from '../scan/alert.ts';
import { compare } from '../scan/compare.ts';
import type { Evidence } from '../scan/evidence.ts';
import { compareEvidence, compareGrades } from '../scan/evidence-order.ts';
import { tellNmapStory } from '../scan/nmap-story.ts';
import { defaultScanSettings } from '../scan/scan-settings.ts';
import { scanTitle } from '../scan/scan-title.ts';

const { limits } = defaultScanSettings;

/**
 * What the parts say together, in any order. Counts are added: two sensors that see the same wire count twice (each
 * sensor's own count stands beside it). Its bounds are those of one scan. @throws RangeError without parts.
 */
export function mergeAlerts(id: string, parts: readonly Alert[]): Alert {
  const ordered = [...parts].sort((a, b) => a.firstSeen - b.firstSeen || compare(a.scan, b.scan));
  const [first] = ordered;
  if (!first) throw new RangeError('a scan without parts');
  if (ordered.length === 1) return { ...first, scan: id };
  const signatures = mergeSignatures(ordered);
  const nmap = tellNmapStory(signatures.map(({ signature }) => signature));
  const { targets, omittedTargets, omittedPorts } = mergeTargets(ordered);
  const { evidence, omittedEvidence } = mergeEvidence(ordered);
  const authorisation = ordered.find((part) => part.authorisation)?.authorisation;
  return {
    scan: id,
    state: ordered.some(({ state }) => state === 'open') ? 'open' : 'closed',
    // A sensor that does not know of the authorisation must not alarm in the name of one that does.
    severity: authorisation ? 'info' : mostSevere(ordered),
    zone: first.zone,
    ...(authorisation && { authorisation }),
    title: scanTitle(
      nmap,
      first.source,
      targets.map(({ address }) => address),
      omittedTargets > 0,
    ),
    source: first.source,
    firstSeen: first.firstSeen,
    lastSeen: Math.max(...ordered.map(({ lastSeen }) => lastSeen)),
    headline: ordered.map(({ headline }) => headline).sort(compareEvidence)[0]!,
    evidenceCount: sum(ordered.map(({ evidenceCount }) => evidenceCount)),
    spoofable: ordered.every(({ spoofable }) => spoofable),
    signatures,
    targets,
    nmap,
    evidence,
    omitted: { evidence: omittedEvidence, targets: omittedTargets, ports: omittedPorts },
  };
}

function mostSevere(parts: readonly Alert[]): Alert['severity'] {
  return severities[Math.max(...parts.map(({ severity }) => severities.indexOf(severity)))]!;
}

function mergeSignatures(parts: readonly Alert[]): SignatureCount[] {
  const counts = new Map<string, SignatureCount>();
  for (const { signature, count } of parts.flatMap((part) => part.signatures)) {
    counts.set(signature.id, { signature, count: count + (counts.get(signature.id)?.count ?? 0) });
  }
  return [...counts.values()].sort(
    (a, b) => compareGrades(a.signature.grade, b.signature.grade) || compare(a.signature.id, b.signature.id),
  );
}

function mergeTargets(parts: readonly Alert[]) {
  const found = new Map<string, Set<string>>();
  let omittedTargets = sum(parts.map(({ omitted }) => omitted.targets));
  let omittedPorts = sum(parts.map(({ omitted }) => omitted.ports));
  for (const { address, ports } of parts.flatMap((part) => part.targets)) {
    let known = found.get(address);
    if (!known) {
      if (found.size >= limits.targets) {
        omittedTargets++;
        continue;
      }
      known = new Set();
      found.set(address, known);
    }
    for (const port of ports) {
      if (known.size < limits.ports || known.has(port)) known.add(port);
      else omittedPorts++;
    }
  }
  const targets: Target[] = [...found]
    .map(([address, ports]) => ({
      address,
      ports: [...ports].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || compare(a, b)),
    }))
    .sort((a, b) => compare(a.address, b.address));
  return { targets, omittedTargets, omittedPorts };
}

/** The first of each signature, whoever saw it. */
function mergeEvidence(parts: readonly Alert[]) {
  const first = new Map<string, Evidence>();
  for (const evidence of parts.flatMap((part) => part.evidence)) {
    const known = first.get(evidence.signature.id);
    if (!known || compareEvidence(evidence, known) < 0) first.set(evidence.signature.id, evidence);
  }
  const best = [...first.values()].sort(compareEvidence);
  const evidence = best
    .slice(0, limits.evidence)
    .sort((a, b) => a.time - b.time || compare(a.signature.id, b.signature.id));
  const omittedEvidence = Math.max(...parts.map(({ omitted }) => omitted.evidence)) + best.length - evidence.length;
  return { evidence, omittedEvidence };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
