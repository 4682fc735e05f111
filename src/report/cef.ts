/**
 * One alert in ArcSight's Common Event Format, version 0: seven header fields and an extension of keys that its dictionary
 * defines. In the header `\` and `|` are escaped, in the extension `\` and `=`; there are no newlines, for text from the
 * wire is made printable first.
 */

import type { Alert, Severity } from '../scan/alert.ts';
import type { NmapStory } from '../scan/nmap-story.ts';
import { communityIdOf, hasPorts, hasSourcePort, isIpv6, protocolKeyword, zoneDirection } from './flow-facts.ts';
import { printableBytes, shortened, withoutControls } from './printable.ts';
import { product } from './product.ts';

/** 0 to 3 are low, 4 to 6 medium, 7 and 8 high, 9 and 10 very high. */
const cefSeverity: Readonly<Record<Severity, number>> = { info: 1, low: 3, medium: 6, high: 8 };

/** No newline at the end. */
export function formatLine(alert: Alert): string {
  const { signature } = alert.headline;
  const { vendor, name, version } = product();
  const header = ['CEF:0', vendor, name, version, String(signature.sid), signature.title];
  const fields = extension(alert).map(([key, value]) => `${key}=${extensionValue(value)}`);
  return `${header.map(headerField).join('|')}|${cefSeverity[alert.severity]}|${fields.join(' ')}`;
}

function headerField(text: string): string {
  return withoutControls(text).replace(/[\\|]/g, '\\$&');
}

function extensionValue(text: string): string {
  return withoutControls(text).replace(/[\\=]/g, '\\$&');
}

type Field = readonly [key: string, value: string];

/** In the order in which a person reads them. Lengths are the dictionary's. */
function extension(alert: Alert): Field[] {
  const { headline, nmap } = alert;
  const direction = zoneDirection[alert.zone];
  const ports: Field[] = hasPorts(headline)
    ? [
        ...(hasSourcePort(headline) ? [['spt', String(headline.sourcePort)] as const] : []),
        ['dpt', String(headline.targetPort)],
      ]
    : [];
  return [
    ['rt', milliseconds(headline.time)],
    ...addresses(headline.source, headline.target),
    ...ports,
    ['proto', protocolKeyword(headline).toUpperCase()],
    // 0: inbound, 1: outbound. There is no number for what does not cross the perimeter.
    ...(direction === 'inbound' || direction === 'outbound'
      ? [['deviceDirection', direction === 'inbound' ? '0' : '1'] as Field]
      : []),
    ['cat', 'Detection of a Network Scan'],
    ['act', alert.state === 'open' ? 'scan-opened' : 'scan-closed'],
    ['cnt', String(alert.evidenceCount)],
    ['start', milliseconds(alert.firstSeen)],
    ['end', milliseconds(alert.lastSeen)],
    ['externalId', alert.scan],
    ['msg', shortened(alert.title, 1023)],
    ...labelled('cs1', 'nmap', story(nmap), 4000),
    ...labelled('cs2', 'signatures', alert.signatures.map(({ signature }) => signature.id).join(','), 4000),
    ...labelled('cs3', 'zone', alert.zone, 4000),
    ...labelled('cs4', 'targets', alert.targets.map(targetText).join(' '), 4000),
    ...labelled('cs5', 'attack', techniqueIds(alert).join(','), 4000),
    ...labelled('cs6', 'communityId', communityIdOf(headline) ?? '', 4000),
    ...labelled('flexString1', 'payload', printableBytes(headline.bytes), 1023),
    ...labelled('flexString2', 'incidents', (alert.incidents ?? []).map(({ what }) => what).join('; '), 1023),
  ];
}

/** `src` and `dst` hold IPv4 only; IPv6 has custom fields of its own, whose labels the dictionary prescribes. */
function addresses(source: string, target: string): Field[] {
  const from: Field[] = isIpv6(source)
    ? [
        ['c6a2', source],
        ['c6a2Label', 'Source IPv6 Address'],
      ]
    : [['src', source]];
  const to: Field[] = isIpv6(target)
    ? [
        ['c6a3', target],
        ['c6a3Label', 'Destination IPv6 Address'],
      ]
    : [['dst', target]];
  return [...from, ...to];
}

function labelled(key: string, label: string, value: string, longest: number): Field[] {
  if (value === '') return [];
  return [
    [key, shortened(value, longest)],
    [`${key}Label`, label],
  ];
}

/** `-sV --script ssh-hostkey`, else what was certain, else what is likely. */
function story({ options, scripts, probes, oneOf }: NmapStory): string {
  const names = (list: NmapStory['options']) => list.map(({ name }) => name);
  const certain = [...names(options), ...names(scripts), ...names(probes)];
  if (certain.length > 0) return certain.join(' ');
  return oneOf.map((choice) => `one of ${[...choice.scripts, ...choice.probes].join(', ')}`).join('; ');
}

function targetText({ address, ports }: Alert['targets'][number]): string {
  return ports.length === 0 ? address : `${address}(${ports.join(',')})`;
}

function techniqueIds({ signatures }: Alert): string[] {
  return [...new Set(signatures.flatMap(({ signature }) => signature.attack))].sort();
}

/** Since 1970, as the format's dates may be written. */
function milliseconds(microseconds: number): string {
  return String(Math.floor(Math.max(microseconds, 0) / 1000) || 0);
}
