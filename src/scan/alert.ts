/** What a person or another program is told about one scan: the input of reports. */

import type { Signature } from '../signature/signature.ts';
import type { Evidence } from './evidence.ts';
import type { NmapStory } from './nmap-story.ts';
import type { Zone } from './perimeter.ts';
import type { AuthorisedScanner } from './scan-settings.ts';

/** From least to most urgent. `info` is only for authorised scanners. */
export const severities = ['info', 'low', 'medium', 'high'] as const;
export type Severity = (typeof severities)[number];

export interface Alert {
  /** The same for the scan's `open` and `closed` alert, and for every run over the same capture: 16 hex digits. */
  readonly scan: string;
  /** open: there is enough evidence now, more may follow. closed: the window passed in silence; the whole story. */
  readonly state: 'open' | 'closed';
  readonly severity: Severity;
  readonly zone: Zone;
  /** Set if the configuration names this source as an authorised scanner. */
  readonly authorisation?: AuthorisedScanner;
  /** With a store: what else was reported about this source. It is why the severity is high. Oldest first. */
  readonly incidents?: readonly AlertIncident[];
  /** What the severity was before the incidents; only if they raised it. */
  readonly raisedFrom?: Severity;
  /** With a store: names of the sensors that saw it. */
  readonly sensors?: readonly string[];
  /** One sentence: what, from whom, against whom. */
  readonly title: string;
  readonly source: string;
  /** Microseconds since 1970, UTC. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** The strongest evidence, and of that the earliest: what one-line formats (EVE) name. */
  readonly headline: Evidence;
  /** All that was seen on the wire, weak evidence too, also what no list below has room for. */
  readonly evidenceCount: number;
  /** Nothing but weak evidence came with a handshake: someone else may have sent this in the source's name. */
  readonly spoofable: boolean;
  /** By grade (definitive first), then by id. */
  readonly signatures: readonly SignatureCount[];
  /** In the order of their addresses as text. */
  readonly targets: readonly Target[];
  readonly nmap: NmapStory;
  /** The first evidence of each signature, in order of time. */
  readonly evidence: readonly Evidence[];
  /** What was counted but found no room in the lists. */
  readonly omitted: Omitted;
}

/** Something else that happened with a scanner's address. */
export interface AlertIncident {
  /** As `trespass incident list` numbers them. */
  readonly id: number;
  /** Microseconds since 1970, UTC. */
  readonly time: number;
  /** `webshell dropped`. */
  readonly what: string;
  /** Who or what says so. */
  readonly reporter: string;
}

export interface SignatureCount {
  readonly signature: Signature;
  readonly count: number;
}

export interface Target {
  readonly address: string;
  /** `25/tcp`, by number; ICMP has none. */
  readonly ports: readonly string[];
}

export interface Omitted {
  /** Signatures of which no first bytes are listed. */
  readonly evidence: number;
  /** Evidence against targets, or ports of targets, that are not listed (not the number of targets: those are not kept). */
  readonly targets: number;
  readonly ports: number;
}
