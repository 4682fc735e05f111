/**
 * One alert as an OCSF Detection Finding (class 2004, https://schema.ocsf.io) with the profile Security Control. What OCSF
 * has no place for is under `unmapped`, as in the EVE line.
 */

import type { Alert, Severity } from '../scan/alert.ts';
import type { Evidence } from '../scan/evidence.ts';
import type { Zone } from '../scan/perimeter.ts';
import type { Signature } from '../signature/signature.ts';
import { asciiJson } from './ascii-json.ts';
import { tactics, techniques } from './attack.ts';
import { eveAlert } from './eve.ts';
import { eventId } from './event-id.ts';
import { communityIdOf, hasPorts, hasSourcePort, isIpv6, protocolKeyword, protocolNumber } from './flow-facts.ts';
import { printable, printableBytes } from './printable.ts';
import { product } from './product.ts';

const schemaVersion = '1.8.0';

const classUid = 2004;

/** Create, then Update. Never Close: that a scan is over does not mean that somebody has looked at it. */
function activity({ state, raisedFrom }: Alert): readonly [number, string] {
  return state === 'open' && raisedFrom === undefined ? [1, 'Create'] : [2, 'Update'];
}

const severityNames: Readonly<Record<Severity, readonly [number, string]>> = {
  info: [1, 'Informational'],
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
};

/** As a firewall at the perimeter would say it: inbound, outbound, lateral; between two outside hosts: unknown. */
const directions: Readonly<Record<Zone, readonly [number, string]>> = {
  'internal-internal': [3, 'Lateral'],
  'internal-external': [2, 'Outbound'],
  'external-internal': [1, 'Inbound'],
  'external-external': [0, 'Unknown'],
};

const boundaries: Readonly<Record<Zone, readonly [number, string]>> = {
  'internal-internal': [2, 'Internal'],
  'internal-external': [3, 'External'],
  'external-internal': [3, 'External'],
  'external-external': [0, 'Unknown'],
};

/** No newline at the end. */
export function formatLine(alert: Alert): string {
  return asciiJson(ocsfAlert(alert));
}

export function ocsfAlert(alert: Alert): Record<string, unknown> {
  const { headline } = alert;
  const [activityId, activityName] = activity(alert);
  const [severityId, severityName] = severityNames[alert.severity];
  const isCertain = headline.signature.grade === 'definitive';
  const attacks = [...new Set(alert.signatures.flatMap(({ signature }) => signature.attack))].sort().map(attackObject);
  return {
    category_uid: 2,
    category_name: 'Findings',
    class_uid: classUid,
    class_name: 'Detection Finding',
    activity_id: activityId,
    activity_name: activityName,
    type_uid: classUid * 100 + activityId,
    type_name: `Detection Finding: ${activityName}`,
    severity_id: severityId,
    severity: severityName,
    time: milliseconds(alert.lastSeen),
    start_time: milliseconds(alert.firstSeen),
    end_time: milliseconds(alert.lastSeen),
    message: alert.title,
    status_id: 1,
    status: 'New',
    confidence_id: isCertain ? 3 : 2,
    confidence: isCertain ? 'High' : 'Medium',
    is_alert: true,
    action_id: 3,
    action: 'Observed',
    disposition_id: 15,
    disposition: 'Detected',
    metadata: metadata(alert),
    finding_info: {
      uid: alert.scan,
      title: alert.title,
      desc: headline.signature.title,
      types: ['Detection of a Network Scan'],
      first_seen_time: milliseconds(alert.firstSeen),
      last_seen_time: milliseconds(alert.lastSeen),
      analytic: analytic(headline.signature),
      related_analytics: alert.signatures
        .filter(({ signature }) => signature.id !== headline.signature.id)
        .map(({ signature }) => analytic(signature)),
      attacks,
      related_events_count: alert.evidenceCount,
    },
    attacks,
    evidences: alert.evidence.map((one) => evidenceObject(one, alert.zone)),
    observables: observables(alert),
    unmapped: { trespass: unmapped(alert) },
  };
}

/** OCSF counts milliseconds. Captures may claim any time: what no date can say becomes the nearest that one can. */
function milliseconds(microseconds: number): number {
  return Number.isNaN(microseconds)
    ? 0
    : Math.floor(Math.min(Math.max(microseconds, 0), Number.MAX_SAFE_INTEGER) / 1000);
}

function metadata(alert: Alert): Record<string, unknown> {
  const { vendor, name, version } = product();
  return {
    version: schemaVersion,
    product: { name, vendor_name: vendor, version },
    profiles: ['security_control'],
    uid: eventId(alert),
    correlation_uid: alert.scan,
    log_name: 'alerts',
  };
}

function analytic({ id, title, grade }: Signature): Record<string, unknown> {
  return { uid: id, name: title, type_id: 1, type: 'Rule', category: grade };
}

/** A sub-technique comes with the technique that it is part of. */
function attackObject(id: string): Record<string, unknown> {
  const [whole = id] = id.split('.');
  const tactic = techniques[id]?.tactic ?? techniques[whole]?.tactic;
  return {
    ...(tactic !== undefined && { tactic: { uid: tactic, name: tactics[tactic] ?? tactic } }),
    technique: { uid: whole, name: techniques[whole]?.name ?? whole },
    ...(id !== whole && { sub_technique: { uid: id, name: techniques[id]?.name ?? id } }),
  };
}

function evidenceObject(evidence: Evidence, zone: Zone): Record<string, unknown> {
  const { signature, source, sourcePort, target, targetPort, bytes, fields } = evidence;
  const [directionId, direction] = directions[zone];
  const [boundaryId, boundary] = boundaries[zone];
  const community = communityIdOf(evidence);
  const isV6 = isIpv6(source);
  return {
    uid: signature.id,
    name: signature.title,
    src_endpoint: { ip: source, ...(hasSourcePort(evidence) && { port: sourcePort }) },
    dst_endpoint: { ip: target, ...(hasPorts(evidence) && { port: targetPort }) },
    connection_info: {
      direction_id: directionId,
      direction,
      boundary_id: boundaryId,
      boundary,
      protocol_num: protocolNumber(evidence),
      protocol_name: protocolKeyword(evidence),
      protocol_ver_id: isV6 ? 6 : 4,
      ...(community !== undefined && { community_uid: community }),
    },
    data: {
      time: milliseconds(evidence.time),
      bytes: Buffer.from(bytes).toString('hex'),
      text: printableBytes(bytes),
      match: [evidence.matchStart, evidence.matchEnd],
      fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, printable(value)])),
    },
  };
}

/** 2: IP Address (objects/observable.json). */
function observables({ source, targets }: Alert): Record<string, unknown>[] {
  const observable = (name: string, value: string) => ({ name, type_id: 2, type: 'IP Address', value });
  return [
    observable('evidences[].src_endpoint.ip', source),
    ...targets.map(({ address }) => observable('evidences[].dst_endpoint.ip', address)),
  ];
}

/** The object of the EVE line without what stands elsewhere. */
function unmapped(alert: Alert): Record<string, unknown> {
  const {
    title: _title,
    severity: _severity,
    evidence: _evidence,
    ...rest
  } = eveAlert(alert).trespass as Record<string, unknown>;
  return rest;
}
