/**
 * What Trespass remembers: scans with their evidence, incidents, who may scan. The contract between everything that writes
 * (read, watch, import), asks (hunt, incident, serve) and tells (outputs), and the two stores behind it: a file (SQLite,
 * `open-store.ts`) and PostgreSQL.
 *
 * Words: a *part* is one sensor's alert about a scan; a *scan* is what the parts of all sensors are together, one in most
 * cases. Parts of different sensors are one scan when source and zone agree and their times overlap or are no further apart
 * than the window. Times are microseconds since 1970, UTC. Addresses are text; in any spelling when they are asked for, in
 * RFC 5952 form when they come back (`::ffff:10.0.0.1` is `10.0.0.1`).
 *
 * Every method may reject with a StoreError, whose message says in plain words what is wrong and what to do.
 */

import type { Alert, Severity } from '../scan/alert.ts';
import type { Zone } from '../scan/perimeter.ts';
import type { AuthorisedScanner } from '../scan/scan-settings.ts';

export interface Store {
  /**
   * Keeps a batch, all of it or nothing. When it resolves, the batch survives kill -9 of this process; docs/store.md says
   * what survives a loss of power. A batch with a sequence that this sensor has sent before changes nothing.
   */
  write(batch: Batch): Promise<Written>;

  /** Newest first, by `firstSeen`. */
  list(filter: ScanFilter, page?: Page): Promise<ScanPage>;

  /** By the id of the scan, or of any of its parts. */
  scan(id: string): Promise<StoredScan | undefined>;

  /** Scans that began in each bucket of time, oldest first; buckets without scans are left out. */
  timeline(filter: ScanFilter, bucketMicroseconds: number): Promise<readonly Bucket[]>;

  /** Who scanned whom, most scans first; at most `limit` pairs (1 to 10,000). */
  pairs(filter: ScanFilter, limit: number): Promise<readonly Pair[]>;

  /** What is in the store, in numbers. Counts of all rows are estimates on PostgreSQL. */
  statistics(): Promise<StoreStatistics>;

  /**
   * What was written or changed since `cursor`, in the order of the changes, by whichever process; a scan that changed
   * twice comes once. Without a cursor: nothing yet, and the cursor of now. Poll it: a second apart is cheap.
   */
  changedSince(cursor?: string, limit?: number): Promise<Changes>;

  /**
   * Scans that are due to be told: opened, closed, raised by an incident. `deliver` is given each once, whichever process
   * asks first; only when it resolves they count as told, and if it rejects (or the process dies) they are due again.
   * Gives how many were told. Calls `closeSilent`, too.
   */
  tellDue(deliver: (due: readonly DueScan[]) => Promise<void>, limit?: number): Promise<number>;

  /** Scans whose sensors have all gone silent (killed, cut off) are over, and due. Who shows scans asks for it now and then. */
  closeSilent(): Promise<void>;

  /** Marks as seen by a person, or takes that back (`by` undefined). False: there is no such scan. */
  acknowledge(id: string, by: string | undefined): Promise<boolean>;
  /** Undefined: there is no such scan. */
  comment(id: string, by: string, text: string): Promise<Comment | undefined>;

  /**
   * Keeps an incident and raises the address's scans that were seen from `horizonDays` before its time on: to high, unless
   * authorised. They become due. An incident of the same address, time and words is the same incident: then `added` is false.
   */
  addIncident(incident: NewIncident): Promise<IncidentAdded>;
  incidents(filter?: IncidentFilter): Promise<readonly Incident[]>;
  /** Scans that it has raised stay raised; later ones are not. False: there is no such open incident. */
  closeIncident(id: number, by?: string): Promise<boolean>;

  /**
   * Authorised scanners that were added while running, besides those of the configuration file. What is written from then on
   * and is a scan of theirs becomes `info`, with the authorisation in the alert.
   */
  authorisedScanners(): Promise<readonly StoredAuthorisation[]>;
  addAuthorisedScanner(scanner: AuthorisedScanner, by: string): Promise<StoredAuthorisation>;
  /** False: there is none with this id. */
  removeAuthorisedScanner(id: number): Promise<boolean>;

  tokens(): Promise<readonly ApiToken[]>;
  /** `hash`: what the server makes of the secret; the store never sees the secret itself. @throws if the name is taken. */
  addToken(name: string, role: string, hash: string): Promise<ApiToken>;
  /** The token with this hash, unless it was revoked. */
  tokenByHash(hash: string): Promise<ApiToken | undefined>;
  /** False: there is no such token, or it was revoked before. */
  revokeToken(id: number): Promise<boolean>;

  /** Deletes what is older, or more, than may be kept. Bounded work for each call: `more` says to call again. */
  retain(retention: Retention, now: number): Promise<Retained>;

  /** Waits for what is being written. A spool may still hold what PostgreSQL has not: it is sent next time. */
  close(): Promise<void>;
}

export interface Batch {
  /** Name of the sensor, as people know it: 1 to 64 characters. */
  readonly sensor: string;
  /** Its batches, numbered from 1 in one life of its spool; undefined: each batch is a new one. */
  readonly sequence?: BatchSequence;
  /**
   * As the tracker gives them. A part that comes again (open, then closed) takes the place of what was known of it. Empty:
   * a sign of life.
   */
  readonly alerts: readonly Alert[];
  /** Should these be told by `tellDue`? Default: false (`read` prints them itself). What `addIncident`
   * raises always is. */
  readonly tell?: boolean;
}

export interface BatchSequence {
  /** Made at random with the spool: a sensor whose spool was lost counts from 1 again, and is not taken for a repetition. */
  readonly spool: string;
  readonly number: number;
}

export interface Written {
  /** False: this batch was here before. */
  readonly accepted: boolean;
  /** The scans that it made or changed, with what the store adds (severity raised by incidents). In the batch's order. */
  readonly scans: readonly StoredScan[];
  /** PostgreSQL cannot be reached: `tellDue` will not tell these, the writer must. */
  readonly direct?: boolean;
}

export interface StoredScan {
  /**
   * The parts together, as an alert like any other: reports and outputs take it. `alert.severity` is as raised,
   * `alert.incidents` and `alert.raisedFrom` say why. Its signatures hold what reports need (id, title, sid, grade, ATT&CK),
   * not the conditions.
   */
  readonly alert: Alert;
  /** As found, before any incident. */
  readonly severityFound: Severity;
  /** Who saw it, by name. */
  readonly sensors: readonly SensorPart[];
  readonly acknowledged?: { readonly by: string; readonly at: number };
  /** Oldest first. */
  readonly comments: readonly Comment[];
}

export interface SensorPart {
  readonly sensor: string;
  /** The scan's id at that sensor. */
  readonly scan: string;
  readonly state: 'open' | 'closed';
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly evidenceCount: number;
}

export interface Comment {
  readonly by: string;
  readonly at: number;
  readonly text: string;
}

/** All that are given must hold. */
export interface ScanFilter {
  readonly severities?: readonly Severity[];
  readonly zones?: readonly Zone[];
  /** Address or CIDR range. */
  readonly source?: string;
  readonly target?: string;
  /** Source or target: what `hunt` asks. */
  readonly address?: string;
  /** Certain, or one of those that fit. Any case. */
  readonly script?: string;
  /** Id of a signature. */
  readonly signature?: string;
  readonly sensor?: string;
  /** Scans that were going on at or after / before this time. */
  readonly since?: number;
  readonly until?: number;
  readonly acknowledged?: boolean;
  readonly state?: 'open' | 'closed';
}

export interface Page {
  /** 1 to 1,000; 100 if not given. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

export interface ScanPage {
  readonly scans: readonly StoredScan[];
  /** Undefined: there is no more. */
  readonly next?: string;
}

export interface Bucket {
  /** Its beginning: a multiple of the bucket's length. */
  readonly time: number;
  readonly scans: Readonly<Record<Severity, number>>;
}

export interface Pair {
  readonly source: string;
  readonly target: string;
  readonly scans: number;
  /** The most urgent of them. */
  readonly severity: Severity;
  readonly lastSeen: number;
}

export interface StoreStatistics {
  readonly scans: number;
  readonly bySeverity: Readonly<Record<Severity, number>>;
  /** 0 when there is none. */
  readonly oldest: number;
  readonly newest: number;
  readonly openIncidents: number;
  readonly sensors: readonly SensorStatus[];
  /** Bytes, with indexes. */
  readonly size: number;
  /** Batches that wait to be sent (PostgreSQL with a spool; else 0). */
  readonly spooled: number;
  /** Scans that are due and were not told. */
  readonly due: number;
}

export interface SensorStatus {
  readonly sensor: string;
  /** By the store's clock: when it last wrote anything. */
  readonly lastHeard: number;
  readonly batches: number;
  /** Batches that came again. */
  readonly repeated: number;
}

export interface Changes {
  readonly scans: readonly StoredScan[];
  /** Of scans that became part of another one, or were deleted by nobody but retention: not listed. */
  readonly cursor: string;
  /** There are more changes already: ask again at once. */
  readonly more: boolean;
}

export interface DueScan {
  readonly scan: StoredScan;
  readonly because: 'opened' | 'closed' | 'raised';
}

export interface NewIncident {
  readonly address: string;
  readonly time: number;
  /** `webshell dropped`: at most 1,024 characters are kept. */
  readonly what: string;
  /** Who or what says so: `trespass incident add`, `suricata`, ... */
  readonly reporter: string;
  /** What it was read from, as it stood there (a line of EVE): at most 16 KB are kept. */
  readonly reference?: string;
  /** Days before `time` whose scans rise, too; default 30. */
  readonly horizonDays?: number;
}

export interface Incident extends NewIncident {
  readonly id: number;
  readonly horizonDays: number;
  readonly added: number;
  /** Undefined: open. */
  readonly closed?: number;
  readonly closedBy?: string;
}

export interface IncidentAdded {
  readonly incident: Incident;
  readonly added: boolean;
  /** How many scans it raised now. */
  readonly raised: number;
  /** Scans of an authorised scanner, which were not raised. */
  readonly authorised: number;
}

export interface IncidentFilter {
  readonly state?: 'open' | 'closed';
  /** Address or CIDR range. */
  readonly address?: string;
  /** The newest; default 1,000. */
  readonly limit?: number;
}

export interface StoredAuthorisation extends AuthorisedScanner {
  readonly id: number;
  readonly by: string;
  readonly added: number;
}

export interface ApiToken {
  readonly id: number;
  readonly name: string;
  readonly role: string;
  readonly made: number;
  readonly revoked?: number;
}

export interface Retention {
  /** Days after a scan's last evidence, by severity (as raised); 0: for ever. */
  readonly days: Readonly<Record<Severity, number>>;
  /** Bytes; above it the oldest of the least severe go first. 0: no bound. */
  readonly size: number;
}

export interface Retained {
  readonly deleted: Readonly<Record<Severity, number>>;
  readonly more: boolean;
}
