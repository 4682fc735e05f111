/** What a whole run found, in a line or two for a person. */

import type { Alert, Severity } from '../scan/alert.ts';

export type SeverityCounts = Record<Severity, number>;

export function countSeverity(counts: SeverityCounts, { severity }: Alert): void {
  counts[severity]++;
}

export function emptySeverityCounts(): SeverityCounts {
  return { info: 0, low: 0, medium: 0, high: 0 };
}

/** `3 scans: 1 high, 2 low`; `No scan found.` */
export function scanSummary(counts: SeverityCounts): string {
  const total = counts.high + counts.medium + counts.low + counts.info;
  if (total === 0) return 'No scan found.';
  const parts = (['high', 'medium', 'low'] as const).flatMap((name) =>
    counts[name] > 0 ? `${counts[name]} ${name}` : [],
  );
  if (counts.info > 0) parts.push(`${counts.info} authorised`);
  return `${total} ${total === 1 ? 'scan' : 'scans'}: ${parts.join(', ')}.`;
}
