/** An alert that must fit: with shorter lists, and what they leave out counted. */

import type { Alert } from '../scan/alert.ts';

/** Of each list so many; each step is tried when the one before was too long. The last says who, whom and what. */
const steps = [
  { evidence: 16, targets: 64, ports: 64, signatures: 64 },
  { evidence: 6, targets: 32, ports: 32, signatures: 32 },
  { evidence: 2, targets: 16, ports: 16, signatures: 16 },
  { evidence: 1, targets: 8, ports: 8, signatures: 8 },
  { evidence: 0, targets: 4, ports: 4, signatures: 4 },
  { evidence: 0, targets: 1, ports: 1, signatures: 1 },
] as const;

/**
 * The longest form of the alert that, formatted, has no more than so many bytes of UTF-8; if there is none, the shortest.
 */
export function fitted(alert: Alert, format: (alert: Alert) => string, mostBytes: number): string {
  let line = format(alert);
  for (const step of steps) {
    if (Buffer.byteLength(line) <= mostBytes) return line;
    line = format(shortened(alert, step));
  }
  return line;
}

function shortened(alert: Alert, { evidence, targets, ports, signatures }: (typeof steps)[number]): Alert {
  const { nmap, omitted } = alert;
  const keptTargets = alert.targets
    .slice(0, targets)
    .map((target) => ({ ...target, ports: target.ports.slice(0, ports) }));
  const cutPorts = keptTargets.map((kept, index) => (alert.targets[index]?.ports.length ?? 0) - kept.ports.length);
  const implications = <Item>(list: readonly Item[]) => list.slice(0, signatures);
  const incidents = alert.incidents && { incidents: alert.incidents.slice(0, signatures) };
  return {
    ...alert,
    ...incidents,
    evidence: alert.evidence.slice(0, evidence),
    targets: keptTargets,
    signatures: alert.signatures.slice(0, signatures),
    nmap: {
      ...nmap,
      options: implications(nmap.options),
      scripts: implications(nmap.scripts),
      probes: implications(nmap.probes),
      oneOf: implications(nmap.oneOf).map((choice) => ({
        scripts: choice.scripts.slice(0, signatures),
        probes: choice.probes.slice(0, signatures),
        signatures: choice.signatures.slice(0, signatures),
      })),
      orElse: implications(nmap.orElse),
    },
    omitted: {
      evidence: omitted.evidence + Math.max(0, alert.evidence.length - evidence),
      targets: omitted.targets + Math.max(0, alert.targets.length - targets),
      ports: omitted.ports + cutPorts.reduce((sum, count) => sum + count, 0),
    },
  };
}
