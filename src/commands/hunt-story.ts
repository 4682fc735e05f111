/** What a hunt found, for a person: when, what it asked, what it can have learned, and the bytes. */

import { styleText } from 'node:util';
import Table from 'cli-table3';
import { learned as canHaveLearned } from '../report/learned.ts';
import { matchExcerpt } from '../report/match-excerpt.ts';
import { printable } from '../report/printable.ts';
import type { Evidence } from '../scan/evidence.ts';
import { compareEvidence } from '../scan/evidence-order.ts';
import { isoTime } from '../scan/iso-time.ts';
import { addressKey, parseKeyRange } from '../store/address-key.ts';
import type { Incident, StoredScan } from '../store/store.ts';

export interface Hunted {
  readonly subject: string;
  /** Newest first; not empty. */
  readonly scans: readonly StoredScan[];
  readonly incidents: readonly Incident[];
  /** There are older ones, too. */
  readonly more: boolean;
  /** The address or range that was asked for. */
  readonly address: string | undefined;
}

export interface StoryOptions {
  readonly columns: number;
  readonly colour: boolean;
}

const shownScans = 40;
const shownTargets = 30;
const shownEvidence = 8;
const shownNames = 30;

type Style = Parameters<typeof styleText>[0];
const severityStyle: Readonly<Record<string, Style>> = {
  high: ['bold', 'red'],
  medium: ['bold', 'yellow'],
  low: 'cyan',
  info: 'dim',
};

export function huntStory(hunted: Hunted, options: StoryOptions): string {
  const style = (format: Style, text: string) =>
    options.colour ? styleText(format, text, { validateStream: false }) : text;
  const heading = (text: string) => `\n${style('bold', text)}\n`;
  const { scans, incidents } = hunted;
  const asSource = hunted.address === undefined ? scans : scans.filter((scan) => isFrom(scan, hunted.address!));
  const parts = [
    `${style('bold', hunted.subject)}: ${summary(hunted, asSource.length)}\n`,
    ...(incidents.length > 0 ? [heading('Incidents'), incidentLines(incidents)] : []),
    heading('When'),
    timelineTable(scans, options, style),
    ...(asSource.length > 0 ? learned(asSource, options, heading) : []),
    heading('Evidence'),
    evidenceLines(scans, options, style),
  ];
  return parts.join('');
}

function isFrom({ alert }: StoredScan, address: string): boolean {
  const range = parseKeyRange(address);
  const key = addressKey(alert.source);
  return range !== undefined && Buffer.compare(range.low, key) <= 0 && Buffer.compare(key, range.high) <= 0;
}

function summary({ scans, more, address }: Hunted, asSource: number): string {
  const first = Math.min(...scans.map(({ alert }) => alert.firstSeen));
  const last = Math.max(...scans.map(({ alert }) => alert.lastSeen));
  const count = `${more ? 'the newest ' : ''}${plural(scans.length, 'scan')}`;
  const sides = [
    asSource > 0 ? `${plural(asSource, 'scan')} by it` : '',
    scans.length > asSource ? `${plural(scans.length - asSource, 'scan')} of it` : '',
  ].filter((side) => side !== '');
  const what = address === undefined ? count : `${more ? `${count}: ` : ''}${sides.join(', ')}`;
  return `${what}, ${minute(first)} to ${minute(last)} UTC`;
}

function incidentLines(incidents: readonly Incident[]): string {
  return incidents
    .map(({ id, time, address, what, reporter, closed }) => {
      const state = closed === undefined ? '' : ', closed';
      return `  ${minute(time)}  ${address}: ${printable(what)} (${printable(reporter)}, number ${id}${state})\n`;
    })
    .join('');
}

function timelineTable(
  scans: readonly StoredScan[],
  { columns }: StoryOptions,
  style: (format: Style, text: string) => string,
): string {
  const fixed = [18, 10];
  const rest = Math.max(columns, 80) - fixed[0]! - fixed[1]! - 5;
  const wide = Math.floor(rest / 2);
  const table = new Table({
    head: ['UTC', 'severity', 'who, whom', 'what'],
    colWidths: [fixed[0]!, fixed[1]!, wide, rest - wide],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const { alert, severityFound } of scans.slice(0, shownScans)) {
    const raised = alert.severity === severityFound ? '' : `\nwas ${severityFound}`;
    table.push([
      minute(alert.firstSeen),
      `${style(severityStyle[alert.severity]!, alert.severity)}${raised}`,
      `${alert.source} > ${whom(alert.targets.map(({ address }) => address))}`,
      brief(alert) || printable(alert.signatures[0]?.signature.title ?? ''),
    ]);
  }
  const left = scans.length - shownScans;
  return `${table.toString()}\n${left > 0 ? `and ${left} more; --json has them all\n` : ''}`;
}

function whom(targets: readonly string[]): string {
  const shown = targets.slice(0, 3).map(printable).join(', ');
  return targets.length > 3 ? `${shown} and ${targets.length - 3} more` : shown;
}

/** The same in a cell of a table. */
function brief({ nmap }: StoredScan['alert']): string {
  const options = nmap.options.map(({ name }) => name);
  const others = nmap.scripts.map(({ name }) => name).filter((name) => !options.includes(`--script ${name}`));
  const parts = [names(options, 3), names(others, 3)].filter((part) => part !== '');
  const [choice] = nmap.oneOf;
  if (parts.length === 0 && choice) parts.push(`one of ${names([...choice.scripts, ...choice.probes], 3)}`);
  return parts.join('; ');
}

/** `-sV, -O; scripts http-title, ssl-cert; one of http-a, http-b` */
function asked(alerts: readonly StoredScan['alert'][]): string {
  const options = new Set<string>();
  const scripts = new Set<string>();
  const choices = new Set<string>();
  for (const { nmap } of alerts) {
    for (const { name } of nmap.options) options.add(name);
    for (const { name } of nmap.scripts) scripts.add(name);
    for (const choice of nmap.oneOf) choices.add(names([...choice.scripts, ...choice.probes], 4));
  }
  // A script that was named stands in its option already.
  const others = [...scripts].filter((name) => !options.has(`--script ${name}`));
  const parts = [
    names([...options]),
    others.length > 0 ? `${others.length === 1 ? 'script' : 'scripts'} ${names(others)}` : '',
    ...[...choices].slice(0, 4).map((choice) => `one of ${choice}`),
  ];
  return parts.filter((part) => part !== '').join('; ');
}

function names(list: readonly string[], most = shownNames): string {
  const shown = list.slice(0, most).map(printable).join(', ');
  return list.length > most ? `${shown} and ${list.length - most} more` : shown;
}

/** In words, and then target by target. What it was answered we do not know: what it asked is what it can have learned. */
function learned(scans: readonly StoredScan[], { columns }: StoryOptions, heading: (text: string) => string): string[] {
  const targets = new Map<string, { ports: Set<string>; services: Set<string>; last: number }>();
  for (const { alert } of scans) {
    for (const { address, ports } of alert.targets) {
      const known = targets.get(address) ?? { ports: new Set<string>(), services: new Set<string>(), last: 0 };
      for (const port of ports) known.ports.add(port);
      known.last = Math.max(known.last, alert.lastSeen);
      targets.set(address, known);
    }
    for (const { target, signature } of alert.evidence) targets.get(target)?.services.add(signature.id.split('-')[0]!);
  }
  const table = new Table({
    head: ['target', 'ports', 'asked in', 'last, UTC'],
    colWidths: [24, Math.max(columns, 80) - 24 - 16 - 18 - 5, 16, 18],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  const sorted = [...targets].sort(([, a], [, b]) => b.ports.size - a.ports.size || b.last - a.last);
  for (const [address, { ports, services, last }] of sorted.slice(0, shownTargets)) {
    table.push([printable(address), names([...ports].sort(byNumber)), names([...services].sort()), minute(last)]);
  }
  const left = sorted.length - shownTargets;
  const what = asked(scans.map(({ alert }) => alert));
  return [
    ...(what === '' ? [] : [heading('What it asked'), `  ${what}\n`]),
    heading('What it can have learned'),
    ...canHaveLearned(scans.map(({ alert }) => alert)).map(
      ({ what, because }) => `  ${what.replace(/\.$/, '')}: ${because.map(printable).join(', ')}\n`,
    ),
    `${table.toString()}\n${left > 0 ? `and ${left} more targets; --json has them all\n` : ''}`,
  ];
}

function evidenceLines(
  scans: readonly StoredScan[],
  { columns, colour }: StoryOptions,
  style: (format: Style, text: string) => string,
): string {
  const kinds = new Map<string, Evidence>();
  for (const one of scans.flatMap(({ alert }) => alert.evidence)) {
    const known = kinds.get(one.signature.id);
    if (!known || compareEvidence(one, known) < 0) kinds.set(one.signature.id, one);
  }
  const mark = (text: string) => (colour ? style('inverse', text) : `«${text}»`);
  const best = [...kinds.values()].sort(compareEvidence);
  const lines = best.slice(0, shownEvidence).map((one) => {
    const { signature, time, source, target, targetPort, transport } = one;
    const port = targetPort === 0 ? transport : `${targetPort}/${transport}`;
    const line = `  ${minute(time)}  ${printable(signature.title)} (${signature.grade}), ${source} > ${target} ${port}\n`;
    if (signature.sequence) return line;
    const excerpt = matchExcerpt(one, Math.max(columns, 80) - 6, mark);
    return `${line}${excerpt
      .split('\n')
      .map((text) => `    ${text}\n`)
      .join('')}`;
  });
  const left = best.length - shownEvidence;
  return `${lines.join('')}${left > 0 ? `  and ${left} more kinds of evidence; --json has their bytes\n` : ''}`;
}

function minute(microseconds: number): string {
  return isoTime(microseconds).slice(0, 16).replace('T', ' ');
}

function byNumber(a: string, b: string): number {
  return Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1);
}

function plural(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`;
}
