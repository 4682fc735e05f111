/** A stored scan as the API tells it. */

import { eveAlert } from '../report/eve.ts';
import { learned } from '../report/learned.ts';
import { isoTime } from '../scan/iso-time.ts';
import type { Comment, Incident, StoredAuthorisation, StoredScan } from '../store/store.ts';
import { demonstrationSensor } from './demonstration-sensor.ts';
import { impliedCommand } from './implied-command.ts';
import type { ScanDetail, ScanSummary } from './schemas.ts';

/** Enough to know them again; the whole list is in the scan itself. */
const targetsInSummary = 3;

export function scanSummary(stored: StoredScan): ScanSummary {
  const { alert, sensors, comments } = stored;
  return {
    ...common(stored),
    sensors: sensors.map(({ sensor }) => sensor),
    incidents: alert.incidents?.length ?? 0,
    comments: comments.length,
  };
}

/** `packets`: ids of the scan's parts of which packets are kept. */
export function scanDetail(stored: StoredScan, packets: readonly string[]): ScanDetail {
  const { alert, sensors, comments } = stored;
  return {
    ...common(stored),
    alert: eveAlert(alert),
    implied_command: impliedCommand(alert),
    learned: learned([alert]).map(({ what, because }) => ({ what, because: [...because] })),
    because: (alert.incidents ?? []).map(({ id, time, what, reporter }) => ({
      incident: id,
      time: isoTime(time),
      what,
      reporter,
    })),
    sensors: sensors.map(({ sensor, scan, state, firstSeen, lastSeen, evidenceCount }) => ({
      sensor,
      scan,
      state,
      first_seen: isoTime(firstSeen),
      last_seen: isoTime(lastSeen),
      evidence_count: evidenceCount,
    })),
    comments: comments.map(commentView),
    packets: [...packets],
  };
}

function common({ alert, severityFound, sensors, acknowledged }: StoredScan) {
  return {
    scan: alert.scan,
    state: alert.state,
    severity: alert.severity,
    severity_found: severityFound,
    zone: alert.zone,
    title: alert.title,
    source: alert.source,
    first_seen: isoTime(alert.firstSeen),
    last_seen: isoTime(alert.lastSeen),
    evidence_count: alert.evidenceCount,
    spoofable: alert.spoofable,
    authorised: alert.authorisation !== undefined,
    targets: alert.targets.length,
    first_targets: alert.targets.slice(0, targetsInSummary).map(({ address }) => address),
    signatures: alert.signatures.map(({ signature }) => signature.id),
    options: alert.nmap.options.map(({ name }) => name),
    scripts: alert.nmap.scripts.map(({ name }) => name),
    acknowledged: acknowledged ? { by: acknowledged.by, at: isoTime(acknowledged.at) } : null,
    demonstration: sensors.length > 0 && sensors.every(({ sensor }) => sensor === demonstrationSensor),
  };
}

export function commentView({ by, at, text }: Comment) {
  return { by, at: isoTime(at), text };
}

export function incidentView(incident: Incident) {
  const { id, address, time, what, reporter, reference, horizonDays, added, closed, closedBy } = incident;
  return {
    id,
    address,
    time: isoTime(time),
    what,
    reporter,
    reference: reference ?? null,
    horizon_days: horizonDays,
    added: isoTime(added),
    closed: closed === undefined ? null : isoTime(closed),
    closed_by: closedBy ?? null,
  };
}

export function authorisationView({ id, address, owner, reason, expires, by, added }: StoredAuthorisation) {
  return { id, address, owner, reason, expires, by, added: isoTime(added) };
}
