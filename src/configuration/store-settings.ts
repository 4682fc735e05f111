/** Where scans are remembered and incidents come from, with the values that stand without any file. */

import type { Severity } from '../scan/alert.ts';

/** What is remembered, where, for how long. */
export interface StoreSettings {
  /** A file, or `postgres://user@host/database`. */
  readonly location: string;
  /** Name of this sensor; empty: the host's. */
  readonly sensor: string;
  /** PostgreSQL: the file in which scans wait while the database cannot be reached; empty: `trespass-spool.db`. */
  readonly spool: string;
  /** Days after a scan's last evidence, by severity; 0: for ever. */
  readonly days: Readonly<Record<Severity, number>>;
  /** Bytes; 0: no bound. */
  readonly size: number;
}

export interface IncidentSettings {
  /** Days before an incident whose scans rise, too. */
  readonly horizonDays: number;
  readonly sources: readonly IncidentSourceSettings[];
}

/** A file of JSON lines in which incidents stand. */
export interface IncidentSourceSettings {
  readonly file: string;
  /** Who reports: stands in the alerts. */
  readonly name: string;
  /** Dotted paths; the first that holds an address counts. */
  readonly address: readonly string[];
  readonly time: string;
  readonly what: string;
  /** Dotted path → texts, of which its value must be one. All must hold. */
  readonly match: Readonly<Record<string, readonly string[]>>;
}

export const defaultStoreSettings: StoreSettings = Object.freeze({
  location: 'trespass.db',
  sensor: '',
  spool: 'trespass-spool.db',
  // A year is what most rules for log retention ask for; what raised an alarm is kept.
  days: Object.freeze({ info: 90, low: 365, medium: 365, high: 0 }),
  size: 10 * 2 ** 30,
});

export const defaultIncidentSettings: IncidentSettings = Object.freeze({ horizonDays: 30, sources: Object.freeze([]) });

/** As Suricata writes them. Its priority 1 is the most urgent (classification.config); its scan rules have 2 and 3. */
export const suricataIncidents = Object.freeze({
  name: 'suricata',
  address: Object.freeze(['alert.source.ip', 'src_ip']),
  time: 'timestamp',
  what: 'alert.signature',
  match: Object.freeze({ event_type: Object.freeze(['alert']), 'alert.severity': Object.freeze(['1']) }),
});
