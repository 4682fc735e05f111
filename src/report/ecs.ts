/**
 * One alert as a document of the Elastic Common Schema (https://www.elastic.co/docs/reference/ecs), with our own object
 * `trespass`. Keys that are names (of scripts, of fields) would each become a field of the index, so these are values here.
 */

import type { Alert, Severity } from '../scan/alert.ts';
import { isoTime } from '../scan/iso-time.ts';
import { asciiJson } from './ascii-json.ts';
import { tactics, techniques } from './attack.ts';
import { eveAlert } from './eve.ts';
import { eventId } from './event-id.ts';
import {
  communityIdOf,
  hasPorts,
  hasSourcePort,
  isIpv6,
  protocolKeyword,
  protocolNumber,
  zoneDirection,
} from './flow-facts.ts';
import { product } from './product.ts';

/** The version whose fields these are; none of them is newer. */
const ecsVersion = '9.4.0';

/** As Elastic's own detection rules number them. */
const eventSeverity: Readonly<Record<Severity, number>> = { info: 1, low: 21, medium: 47, high: 73 };

/** No newline at the end. */
export function formatLine(alert: Alert): string {
  return asciiJson(ecsAlert(alert));
}

export function ecsAlert(alert: Alert): Record<string, unknown> {
  const { headline } = alert;
  const { signature } = headline;
  const community = communityIdOf(headline);
  const { vendor, name, version } = product();
  return {
    '@timestamp': isoTime(headline.time),
    ecs: { version: ecsVersion },
    message: alert.title,
    event: {
      kind: 'alert',
      category: ['network', 'intrusion_detection'],
      type: ['info'],
      module: 'trespass',
      dataset: 'trespass.alert',
      action: alert.state === 'open' ? 'scan-opened' : 'scan-closed',
      id: eventId(alert),
      severity: eventSeverity[alert.severity],
      reason: signature.title,
      start: isoTime(alert.firstSeen),
      end: isoTime(alert.lastSeen),
    },
    rule: {
      id: String(signature.sid),
      name: signature.title,
      category: 'Detection of a Network Scan',
      ruleset: 'trespass',
    },
    source: { ip: headline.source, ...(hasSourcePort(headline) && { port: headline.sourcePort }) },
    destination: { ip: headline.target, ...(hasPorts(headline) && { port: headline.targetPort }) },
    network: {
      type: isIpv6(headline.source) ? 'ipv6' : 'ipv4',
      transport: protocolKeyword(headline),
      iana_number: String(protocolNumber(headline)),
      direction: zoneDirection[alert.zone],
      ...(community !== undefined && { community_id: community }),
    },
    observer: { vendor, product: name, type: 'ids', version },
    threat: threat(alert),
    related: { ip: [...new Set([alert.source, ...alert.targets.map(({ address }) => address)])] },
    trespass: ownObject(alert),
  };
}

function threat(alert: Alert): Record<string, unknown> {
  const ids = [...new Set(alert.signatures.flatMap(({ signature }) => signature.attack))].sort();
  const tacticIds = [...new Set(ids.flatMap((id) => techniques[id]?.tactic ?? []))].sort();
  const wholeIds = [...new Set(ids.map((id) => id.split('.')[0] as string))].sort();
  const partIds = ids.filter((id) => id.includes('.'));
  const names = (list: readonly string[]) => list.map((id) => techniques[id]?.name ?? id);
  return {
    framework: 'MITRE ATT&CK',
    tactic: { id: tacticIds, name: tacticIds.map((id) => tactics[id] ?? id) },
    technique: {
      id: wholeIds,
      name: names(wholeIds),
      ...(partIds.length > 0 && { subtechnique: { id: partIds, name: names(partIds) } }),
    },
  };
}

/** The object of the EVE line, with lists of names and values where that has names as keys. */
function ownObject(alert: Alert): Record<string, unknown> {
  const own = eveAlert(alert).trespass as Record<string, unknown>;
  const nmap = own.nmap as Record<string, unknown>;
  const evidence = own.evidence as readonly Record<string, unknown>[];
  return {
    ...own,
    nmap: { ...nmap, because: pairs(nmap.because, 'signatures') },
    evidence: evidence.map((one) => ({ ...one, fields: pairs(one.fields, 'value') })),
  };
}

function pairs(object: unknown, valueName: string): Record<string, unknown>[] {
  return Object.entries(object as Record<string, unknown>).map(([name, value]) => ({ name, [valueName]: value }));
}
