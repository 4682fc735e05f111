/** What the API answers, as far as its schemas have no name for it. */

import type { ScanSummary } from '../src/server/schemas.ts';

export type Severity = ScanSummary['severity'];
export const severities: readonly Severity[] = ['high', 'medium', 'low', 'info'];

export interface Status {
  readonly version: string;
  readonly you: { readonly name: string; readonly role: 'read' | 'write' };
  readonly scans: number;
  readonly by_severity: Readonly<Record<Severity, number>>;
  readonly oldest: string | null;
  readonly newest: string | null;
  readonly open_incidents: number;
  readonly size: number;
  readonly sensors: readonly { readonly sensor: string; readonly last_heard: string }[];
  readonly packets: boolean;
}

export interface Bucket extends Readonly<Record<Severity, number>> {
  readonly time: string;
}

/** The object `trespass` of an alert: docs/alerts.md. */
export interface AlertObject {
  readonly trespass: {
    readonly signatures: readonly { id: string; title: string; sid: number; grade: string; count: number }[];
    readonly targets: readonly { ip: string; ports: readonly string[] }[];
    readonly nmap: {
      readonly options: readonly string[];
      readonly scripts: readonly string[];
      readonly probes: readonly string[];
      readonly one_of: readonly {
        scripts: readonly string[];
        probes: readonly string[];
        signatures: readonly string[];
      }[];
      readonly versions: string;
      readonly or_else: readonly string[];
      readonly because: Readonly<Record<string, readonly string[]>>;
    };
    readonly evidence: readonly EvidenceObject[];
    readonly omitted: { evidence: number; targets: number; ports: number };
    readonly authorisation?: { address: string; owner: string; reason: string; expires: string };
  };
}

export interface EvidenceObject {
  readonly signature: string;
  readonly timestamp: string;
  readonly src_ip: string;
  readonly src_port?: number;
  readonly dest_ip: string;
  readonly dest_port?: number;
  readonly proto: string;
  readonly bytes: string;
  readonly text: string;
  readonly match: readonly [number, number];
  readonly fields: Readonly<Record<string, string>>;
}

export interface SignatureBrief {
  readonly id: string;
  readonly sid: number;
  readonly title: string;
  readonly grade: 'definitive' | 'strong' | 'weak';
  readonly scripts: readonly string[];
  readonly probes: readonly string[];
  readonly options: readonly string[];
}

export interface SignatureWhole extends SignatureBrief {
  readonly transports: readonly string[];
  readonly ports: readonly number[];
  readonly conditions: readonly string[];
  readonly emitted_by: readonly string[];
  readonly since: string;
  readonly until: string;
  readonly note: string;
  readonly also_sent_by: readonly string[];
  readonly blind: readonly string[];
  readonly benign: string;
  readonly attack: readonly { id: string; name: string }[];
  readonly seen: readonly string[];
}

export interface CoverageEntry {
  readonly kind: 'script' | 'probe' | 'packet';
  readonly name: string;
  readonly recognition: string;
  readonly seen: string;
  readonly signatures: readonly string[];
  readonly reason: string;
}

export interface Incident {
  readonly id: number;
  readonly address: string;
  readonly time: string;
  readonly what: string;
  readonly reporter: string;
  readonly reference: string | null;
  readonly horizon_days: number;
  readonly added: string;
  readonly closed: string | null;
  readonly closed_by: string | null;
}

export interface AuthorisedScanner {
  readonly id: number;
  readonly address: string;
  readonly owner: string;
  readonly reason: string;
  readonly expires: string;
  readonly by: string;
  readonly added: string;
}

export interface PairObject {
  readonly source: string;
  readonly target: string;
  readonly scans: number;
  readonly severity: Severity;
  readonly last_seen: string;
}
