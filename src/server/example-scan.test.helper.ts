/** Scans for tests. */

import type { Alert } from '../scan/alert.ts';
import type { Evidence } from '../scan/evidence.ts';
import { exampleAlert } from '../scan/example-alert.ts';
import { exampleEvidence, exampleSignature } from '../scan/example-evidence.ts';

const smtp = exampleSignature();

export interface ExampleScan extends Partial<Evidence> {
  /** Seconds after noon of 2026-11-22. */
  readonly at?: number;
  readonly state?: Alert['state'];
}

/** From 10.0.0.5 against 10.0.0.9, if nothing else is said: high. */
export function exampleScan({ at = 0, state = 'closed', ...evidence }: ExampleScan = {}): Alert {
  return { ...exampleAlert([exampleEvidence(smtp, at, evidence)]), state };
}
