/**
 * One alert as a line of JSON that readers of Suricata's EVE understand (its etc/schema.json), with our own object
 * `trespass`. The fields and their order are documented in docs/alerts.md.
 */

import type { Alert, AlertIncident, Severity } from '../scan/alert.ts';
import type { Evidence } from '../scan/evidence.ts';
import { isoTime } from '../scan/iso-time.ts';
import type { NmapStory, VersionRange } from '../scan/nmap-story.ts';
import { asciiJson } from './ascii-json.ts';
import { tactics, techniques } from './attack.ts';
import { communityIdOf, hasPorts, hasSourcePort } from './flow-facts.ts';
import { printable, printableBytes } from './printable.ts';

/** Suricata's priorities: 1 is the most urgent. It has no level for "authorised", so `info` shares the lowest. */
const eveSeverity: Readonly<Record<Severity, number>> = { high: 1, medium: 2, low: 3, info: 3 };

/** As Emerging Threats' rules name them. */
const signatureSeverity: Readonly<Record<Severity, string>> = {
  high: 'Critical',
  medium: 'Major',
  low: 'Minor',
  info: 'Informational',
};

/** No newline at the end. Pure ASCII; every value from the wire is made printable first. */
export function eveLine(alert: Alert): string {
  return asciiJson(eveAlert(alert));
}

export function eveAlert(alert: Alert): Record<string, unknown> {
  const { headline } = alert;
  const { signature } = headline;
  const community = communityIdOf(headline);
  return {
    timestamp: eveTime(headline.time),
    event_type: 'alert',
    ...endpoints(headline),
    ...(community !== undefined && { community_id: community }),
    alert: {
      action: 'allowed',
      gid: 1,
      signature_id: signature.sid,
      rev: headline.signature.rev ?? 1,
      signature: signature.title,
      // The description of Suricata's class `network-scan` (etc/classification.config).
      category: 'Detection of a Network Scan',
      severity: eveSeverity[alert.severity],
      metadata: metadata(alert),
    },
    ...tlsOf(headline),
    payload: Buffer.from(headline.bytes).toString('base64'),
    payload_printable: printableBytes(headline.bytes),
    trespass: {
      scan: alert.scan,
      state: alert.state,
      severity: alert.severity,
      zone: alert.zone,
      title: alert.title,
      authorised: alert.authorisation !== undefined,
      ...(alert.authorisation && { authorisation: alert.authorisation }),
      ...(alert.incidents && { incidents: alert.incidents.map(incidentObject) }),
      ...(alert.raisedFrom && { raised_from: alert.raisedFrom }),
      ...(alert.sensors && { sensors: alert.sensors.map(printable) }),
      first_seen: isoTime(alert.firstSeen),
      last_seen: isoTime(alert.lastSeen),
      evidence_count: alert.evidenceCount,
      spoofable: alert.spoofable,
      signatures: alert.signatures.map(({ signature: { id, title, sid, grade }, count }) => ({
        id,
        title,
        sid,
        grade,
        count,
      })),
      targets: alert.targets.map(({ address, ports }) => ({ ip: address, ports })),
      nmap: nmapObject(alert.nmap),
      evidence: alert.evidence.map(evidenceObject),
      omitted: alert.omitted,
    },
  };
}

/** Suricata writes its own offset, never `Z`. */
function eveTime(microseconds: number): string {
  return isoTime(microseconds).replace('Z', '+0000');
}

function endpoints(evidence: Evidence): Record<string, unknown> {
  return {
    src_ip: evidence.source,
    ...(hasSourcePort(evidence) && { src_port: evidence.sourcePort }),
    dest_ip: evidence.target,
    ...(hasPorts(evidence) && { dest_port: evidence.targetPort }),
    proto: protocolName(evidence),
  };
}

/** Where Suricata 8 has it. */
function tlsOf({ fields }: Evidence): { tls?: { ja4: string } } {
  const ja4 = fields['tls.ja4'];
  return ja4 === undefined ? {} : { tls: { ja4: printable(ja4) } };
}

/** As Suricata names them. */
function protocolName({ transport, source }: Evidence): string {
  if (transport === 'icmp' && source.includes(':')) return 'IPv6-ICMP';
  return transport.toUpperCase();
}

/** EVE's metadata are lists of strings. These names are the ones that Suricata rules and their readers use. */
function metadata(alert: Alert): Record<string, string[]> {
  const ids = [...new Set(alert.signatures.flatMap(({ signature }) => signature.attack))].sort();
  const tacticIds = [...new Set(ids.flatMap((id) => techniques[id]?.tactic ?? []))].sort();
  return {
    confidence: [alert.headline.signature.grade === 'definitive' ? 'High' : 'Medium'],
    signature_severity: [signatureSeverity[alert.severity]],
    mitre_tactic_id: tacticIds,
    mitre_tactic_name: tacticIds.map((id) => tactics[id] ?? id),
    mitre_technique_id: ids,
    mitre_technique_name: ids.map((id) => techniques[id]?.name ?? id),
  };
}

function nmapObject(nmap: NmapStory): Record<string, unknown> {
  const names = (list: NmapStory['options']) => list.map(({ name }) => name);
  return {
    options: names(nmap.options),
    scripts: names(nmap.scripts),
    probes: names(nmap.probes),
    one_of: nmap.oneOf,
    versions: versionText(nmap.versions),
    or_else: nmap.orElse,
    because: Object.fromEntries(
      [...nmap.options, ...nmap.scripts, ...nmap.probes].map(({ name, signatures }) => [name, signatures]),
    ),
  };
}

/** `7.80-7.98`, `7.80 or newer`, `7.98 or older`; empty: any. */
export function versionText({ since, until, contradictory }: VersionRange): string {
  if (contradictory) return 'no single version';
  if (since !== '' && until !== '') return since === until ? since : `${since}-${until}`;
  if (since !== '') return `${since} or newer`;
  return until === '' ? '' : `${until} or older`;
}

function incidentObject({ id, time, what, reporter }: AlertIncident): Record<string, unknown> {
  return { id, time: isoTime(time), what: printable(what), reporter: printable(reporter) };
}

function evidenceObject(evidence: Evidence): Record<string, unknown> {
  const { bytes, fields } = evidence;
  return {
    signature: evidence.signature.id,
    timestamp: isoTime(evidence.time),
    ...endpoints(evidence),
    bytes: Buffer.from(bytes).toString('hex'),
    text: printableBytes(bytes),
    match: [evidence.matchStart, evidence.matchEnd],
    fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, printable(value)])),
  };
}
