import type { Severity } from '../answers.ts';

/** A word, and a shape that tells it without colours. */
export function SeverityBadge({ severity }: { readonly severity: Severity }) {
  return <span class={`badge ${severity}`}>{severity}</span>;
}
