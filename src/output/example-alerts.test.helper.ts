/** Alerts and settings for tests of delivery. */

import type { DestinationSettings } from '../configuration/destination-settings.ts';
import { parseConfiguration } from '../configuration/load-configuration.ts';
import type { Alert } from '../scan/alert.ts';
import { exampleAlert } from '../scan/example-alert.ts';
import { exampleEvidence, exampleSignature } from '../scan/example-evidence.ts';

const template = exampleAlert([exampleEvidence(exampleSignature(), 0)]);

/** A scan whose id is its number: 16 digits. */
export function numbered(number: number, given: Partial<Alert> = {}): Alert {
  return { ...template, scan: String(number).padStart(16, '0'), ...given };
}

/** The number that `numbered` was given, from a line of EVE, in whatever wrapping. */
export function numberOf(line: string): number {
  return Number(/"scan":"(\d{16})"/.exec(line)?.[1]);
}

/** As the configuration file would say them: `{ type: 'file', path: '/x' }`. */
export function destinations(...outputs: object[]): readonly DestinationSettings[] {
  return parseConfiguration(JSON.stringify({ outputs }), '/trespass.yaml').outputs;
}
