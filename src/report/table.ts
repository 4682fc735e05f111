/** One alert for a person at a terminal. Its parts are documented in docs/alerts.md. */

import { styleText } from 'node:util';
import Table from 'cli-table3';
import type { Alert, Severity, Target } from '../scan/alert.ts';
import type { Evidence } from '../scan/evidence.ts';
import { compareGrades } from '../scan/evidence-order.ts';
import { isoTime } from '../scan/iso-time.ts';
import { versionText } from './eve.ts';
import { matchExcerpt } from './match-excerpt.ts';
import { printable } from './printable.ts';

export interface TableOptions {
  /** Width in characters; less than 60 is taken for 60. */
  readonly columns: number;
  readonly colour: boolean;
}

type Style = Parameters<typeof styleText>[0];

const severityStyle: Readonly<Record<Severity, Style>> = {
  high: ['bold', 'red'],
  medium: ['bold', 'yellow'],
  low: 'cyan',
  info: 'dim',
};

/** Lines of a list that a person reads; the rest is a number, and in the JSON. */
const shownTargets = 8;
const shownPorts = 16;
const shownEvidence = 6;
const shownNames = 24;
const shownChoices = 6;
const shownIncidents = 4;

const labelWidth = 10;

/** Lines end in \n. Without colour the text holds no control character but these. */
export function alertTable(alert: Alert, { columns, colour }: TableOptions): string {
  const style = (format: Style, text: string) => (colour ? styleText(format, text, { validateStream: false }) : text);
  const width = Math.max(columns, 60);
  const table = new Table({
    head: [style(severityStyle[alert.severity], alert.severity.toUpperCase()), style('bold', printable(alert.title))],
    // Three borders.
    colWidths: [labelWidth, width - labelWidth - 3],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  const row = (label: string, text: string) => {
    if (text !== '') table.push([style('dim', label), text]);
  };
  const mark = (text: string) => (colour ? style('inverse', text) : `«${text}»`);
  // Two more for padding, two for the marks.
  const excerptWidth = width - labelWidth - 3 - 2 - (colour ? 0 : 2);

  row('when', when(alert));
  row('from', source(alert));
  for (const [index, line] of incidentLines(alert).entries()) row(index === 0 ? 'incident' : '', line);
  for (const [index, line] of targetLines(alert).entries()) row(index === 0 ? 'against' : '', line);
  row('options', names(alert.nmap.options.map(({ name }) => name)));
  row('scripts', names(alert.nmap.scripts.map(({ name }) => name)));
  row('probes', names(alert.nmap.probes.map(({ name }) => name)));
  for (const { scripts, probes } of alert.nmap.oneOf.slice(0, shownChoices)) {
    row('one of', names([...scripts, ...probes], shownChoices));
  }
  row('JA4', names(ja4s(alert), shownChoices));
  row('version', versionText(alert.nmap.versions));
  row('or else', names(alert.nmap.orElse));

  const counts = new Map(alert.signatures.map(({ signature, count }) => [signature.id, count]));
  const evidence = mostTelling(alert);
  for (const [index, one] of evidence.entries()) {
    row(index === 0 ? 'evidence' : '', evidenceLine(one, counts.get(one.signature.id) ?? 1));
    // A sequence has no bytes of its own: they are those of its parts.
    if (!one.signature.sequence) row('', headerText(one) || matchExcerpt(one, excerptWidth, mark));
  }
  const more = alert.signatures.length - evidence.length;
  if (more > 0) row('', `and ${more} more kinds of evidence; --json names them`);
  return `${table.toString()}\n`;
}

function when({ firstSeen, lastSeen, state }: Alert): string {
  const first = isoTime(firstSeen);
  const last = isoTime(lastSeen);
  const seconds = (lastSeen - firstSeen) / 1e6;
  const until = last.slice(0, 10) === first.slice(0, 10) ? last.slice(11, 19) : last.slice(0, 19).replace('T', ' ');
  const goesOn = state === 'open' ? ', goes on' : '';
  if (first.slice(0, 19) === last.slice(0, 19)) return `${first.slice(0, 19).replace('T', ' ')} UTC${goesOn}`;
  const duration = seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0);
  return `${first.slice(0, 19).replace('T', ' ')} to ${until} UTC (${duration} s)${goesOn}`;
}

function source({ source: address, zone, spoofable, authorisation }: Alert): string {
  const parts = [`${address} (${zone.split('-')[0]})`];
  if (spoofable) parts.push('no handshake seen: the address may be forged');
  if (authorisation) {
    const { owner, reason, expires } = authorisation;
    const details = [owner, reason, expires && `until ${expires}`].filter((text) => text !== '');
    parts.push(`authorised${details.length > 0 ? `: ${details.map(printable).join(', ')}` : ''}`);
  }
  return parts.join('; ');
}

/** Why it is severe, if the scan alone is not. */
function incidentLines({ incidents = [], raisedFrom }: Alert): string[] {
  const lines = incidents.slice(0, shownIncidents).map(({ time, what, reporter }) => {
    const when = isoTime(time).slice(0, 16).replace('T', ' ');
    return `${when} ${printable(what)} (${printable(reporter)})`;
  });
  if (incidents.length > shownIncidents) lines.push(`and ${incidents.length - shownIncidents} more`);
  if (raisedFrom) lines.push(`without it, the scan would be ${raisedFrom}`);
  return lines;
}

function targetLines({ targets, zone, omitted }: Alert): string[] {
  const side = zone.split('-')[1];
  const lines = targets.slice(0, shownTargets).map((target) => `${target.address} (${side})${ports(target)}`);
  const more = targets.length - shownTargets;
  if (more > 0 || omitted.targets > 0)
    lines.push(`and ${omitted.targets > 0 ? 'more than ' : ''}${Math.max(more, 0)} other hosts`);
  return lines;
}

function ports(target: Target): string {
  return target.ports.length === 0 ? '' : `: ${names(target.ports, shownPorts)}`;
}

/** Of all TLS clients seen, in the order of their first appearance. */
function ja4s({ evidence }: Alert): string[] {
  return [...new Set(evidence.flatMap(({ fields }) => fields['tls.ja4'] ?? []))];
}

/** What a packet was known by that says nothing: its headers as numbers. Empty: there are bytes to show. */
function headerText({ fields }: Evidence): string {
  return Object.entries(fields)
    .filter(([name]) => name.startsWith('packet.'))
    .map(([name, value]) => printable(`${name.slice('packet.'.length)} ${value}`))
    .join(', ');
}

function names(list: readonly string[], most = shownNames): string {
  const shown = list.slice(0, most).map(printable).join(', ');
  return list.length > most ? `${shown} and ${list.length - most} more` : shown;
}

/** The strongest kinds of evidence, of as many protocols as there is room for, in order of time. */
function mostTelling({ evidence, signatures }: Alert): readonly Evidence[] {
  if (evidence.length <= shownEvidence) return evidence;
  const strength = new Map(signatures.map(({ signature }, index) => [signature.id, index]));
  const strongest = [...evidence].sort((a, b) => strength.get(a.signature.id)! - strength.get(b.signature.id)!);
  const protocols = new Map<string, number>();
  const ranked = strongest.map((one) => {
    const protocol = `${one.signature.grade} ${one.signature.id.split('-')[0]}`;
    const earlier = protocols.get(protocol) ?? 0;
    protocols.set(protocol, earlier + 1);
    return { one, earlier };
  });
  return ranked
    .sort((a, b) => compareGrades(a.one.signature.grade, b.one.signature.grade) || a.earlier - b.earlier)
    .slice(0, shownEvidence)
    .map(({ one }) => one)
    .sort((a, b) => a.time - b.time);
}

function evidenceLine({ signature, time, target, targetPort, transport }: Evidence, count: number): string {
  const clock = isoTime(time).slice(11, 19);
  const port = targetPort === 0 ? transport : `${targetPort}/${transport}`;
  const times = count > 1 ? `, ${count} times` : '';
  return `${clock} ${printable(signature.title)} (${signature.grade}${times}) to ${target} ${port}`;
}
