/**
 * The catalogue as Sigma rules, one a signature and log, and for each log a correlation of its strong ones.
 *
 * https://sigmahq.io/sigma-specification/: rules 2.1, correlations 2.1, taxonomy appendix.
 */

import { tactics, techniques } from '../report/attack.ts';
import type { Signature } from '../signature/signature.ts';
import { type LogSource, logSources } from './log-sources.ts';
import { sigmaAnswerFor, sigmaTerms } from './sigma-answer.ts';
import { sigmaId } from './sigma-id.ts';
import type { SigmaItem, SigmaOptions } from './sigma-values.ts';

export interface SigmaRule {
  /** `zeek_ssh_hostkey.yml`. */
  readonly file: string;
  /** Keys in the order in which they are written. */
  readonly content: Readonly<Record<string, unknown>>;
}

export interface SigmaExportOptions extends SigmaOptions {
  /** Only signatures of this grade; without it, definitive and strong ones. */
  readonly grade?: 'definitive' | 'strong' | undefined;
}

/** The day of the catalogue's first rules. A rule keeps its date and its id while the catalogue grows. */
const date = '2026-11-23';
const author = 'Trespass';
/** As long as two strong signatures count together (`scan.window`). */
const timespan = '30s';

/** In the order of their files' names. */
export function sigmaRules(catalogue: readonly Signature[], options: SigmaExportOptions = {}): SigmaRule[] {
  const rules = Object.values(logSources).flatMap((source) => {
    const usable = catalogue
      .filter(({ grade }) => options.grade === undefined || grade === options.grade)
      .filter((signature) => sigmaAnswerFor(signature, source).answer !== 'unsupported');
    const strong = usable.filter(({ grade }) => grade === 'strong');
    return [
      ...usable.map((signature) => signatureRule(signature, source, options)),
      ...(strong.length < 2 ? [] : [correlation(strong, source)]),
    ];
  });
  return rules.sort((a, b) => (a.file < b.file ? -1 : 1));
}

function signatureRule(signature: Signature, source: LogSource, options: SigmaOptions): SigmaRule {
  const { grade, id } = signature;
  const { answer, reason } = sigmaAnswerFor(signature, source);
  const remarks = [
    ...(answer === 'exact' ? [] : [`Wider than the signature: ${reason}.`]),
    ...(grade === 'strong' ? ['Rare elsewhere, but no proof alone: two different ones of one source are.'] : []),
    ...(signature.nmap.note === '' ? [] : [`${sentence(signature.nmap.note)}.`]),
    ...(signature.blind.length === 0 ? [] : [`Blind to: ${signature.blind.join(', ')}.`]),
  ];
  return {
    file: fileName(`trespass_${source.kind}_${withoutProtocol(id, source)}`),
    content: {
      title: `${signature.title} (${source.title})`.slice(0, 256),
      id: sigmaId(`${signature.sid} ${source.kind}`),
      status: signature.seen.length > 0 ? 'test' : 'experimental',
      description: [`Detects ${origin(signature)}: ${signature.title}.`, ...remarks].join('\n'),
      license: 'Apache-2.0',
      references: signature.nmap.emittedBy.map((file) => `https://svn.nmap.org/nmap/${file}`),
      author,
      date,
      tags: tags([signature]),
      logsource: source.logsource,
      detection: detection(signature, source, options),
      fields: shownFields(source),
      falsepositives: falsePositives(signature),
      // Who scans whom decides, and a rule does not know it: inside, raise it to high; from the Internet, lower it.
      level: grade === 'definitive' ? 'medium' : 'low',
    },
  };
}

/** What the engine does: two different strong signatures of one source within the window are a scan. */
function correlation(strong: readonly Signature[], source: LogSource): SigmaRule {
  return {
    // Sorts behind the rules that it names: pySigma wants to have seen these first.
    file: fileName(`two_strong_trespass_${source.kind}`),
    content: {
      title: `Two Strong Traces of Nmap from One Source (${source.title})`,
      id: sigmaId(`two strong ${source.kind}`),
      status: 'test',
      description: 'Detects two different requests of Nmap, each rare elsewhere, from one source within 30 seconds.',
      references: ['https://nmap.org/book/nse.html'],
      author,
      date,
      correlation: {
        type: 'temporal',
        rules: strong.map(({ sid }) => sigmaId(`${sid} ${source.kind}`)),
        'group-by': [source.sourceName],
        timespan,
        condition: { gte: 2 },
      },
      falsepositives: ['Unlikely'],
      level: 'medium',
    },
  };
}

function detection(signature: Signature, source: LogSource, options: SigmaOptions): Record<string, unknown> {
  const terms = sigmaTerms(signature, source, options) ?? [];
  const items: SigmaItem[] = [
    ...Object.entries(source.selection ?? {}),
    ...transportItems(signature, source),
    ...terms.flatMap((term) => term.items),
  ];
  const selections: Record<string, unknown> = {};
  for (const [key, value] of items) {
    // A key stands once in a map: what is asked of the same field twice goes into a map of its own.
    let name = 'selection';
    for (let number = 2; Object.hasOwn((selections[name] ?? {}) as object, key); number++) name = `selection_${number}`;
    selections[name] = { ...(selections[name] as object | undefined), [key]: value };
  }
  const ports = portList(signature, source);
  if (ports !== undefined) selections.selection = { ...(selections.selection as object | undefined), ...ports };
  const choices = terms.flatMap((term) => term.choices ?? []);
  for (const [index, choice] of choices.entries()) {
    selections[`selection_either${index === 0 ? '' : `_${index + 1}`}`] = choice.map(([key, value]) => ({
      [key]: value,
    }));
  }
  const condition = Object.keys(selections).join(' and ');
  return { ...selections, condition };
}

function transportItems({ transports }: Signature, source: LogSource): SigmaItem[] {
  const { transportName } = source;
  if (transportName === undefined) return [];
  const [only, ...others] = source.transports.filter((transport) => transports.includes(transport));
  if (only === undefined || others.length > 0) return [];
  return [[transportName, source.kind.startsWith('eve-') ? only.toUpperCase() : only]];
}

function portList({ ports }: Signature, { targetPortName }: LogSource): Record<string, unknown> | undefined {
  if (ports.length === 0 || targetPortName === undefined) return undefined;
  return { [targetPortName]: ports.length === 1 ? ports[0] : ports };
}

function origin({ nmap, alsoSentBy }: Signature): string {
  const scripts =
    nmap.scripts.length > 0
      ? `scripts ${nmap.scripts.slice(0, 8).join(', ')}${nmap.scripts.length > 8 ? ' and more' : ''}`
      : '';
  const probes = nmap.probes.length > 0 ? `service probes ${nmap.probes.join(', ')}` : '';
  const what = [scripts, probes].filter((part) => part !== '').join(' and ');
  return `Nmap${what === '' ? '' : ` (${what})`}${alsoSentBy.length > 0 ? ', or a tool that sends the same' : ''}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/\.$/, '');
}

/** `attack.discovery`, `attack.t1046`: names of tactics with hyphens, numbers of techniques in lower case. */
function tags(signatures: readonly Signature[]): string[] {
  const numbers = [...new Set(signatures.flatMap(({ attack }) => attack))].sort();
  const served = [...new Set(numbers.map((number) => tactics[techniques[number]?.tactic ?? ''] ?? ''))].filter(Boolean);
  return [
    ...served.map((name) => `attack.${name.toLowerCase().replaceAll(' ', '-')}`),
    ...numbers.map((number) => `attack.${number.toLowerCase()}`),
  ];
}

function shownFields({ sourceName, targetName, targetPortName, fields }: LogSource): string[] {
  const names = Object.values(fields).flatMap(({ name }) => name ?? []);
  return [...new Set([sourceName, targetName ?? [], targetPortName ?? [], names].flat())];
}

function falsePositives({ benign, alsoSentBy }: Signature): string[] {
  const others = alsoSentBy.length === 0 ? [] : [`Other tools that send the same: ${alsoSentBy.join(', ')}`];
  const known = /^none( known)?$/i.test(benign) || benign === '' ? [] : [sentence(benign)];
  return others.length + known.length === 0 ? ['Unlikely'] : [...known, ...others];
}

/** The log's name says the protocol already. */
function withoutProtocol(id: string, { kind }: LogSource): string {
  const protocol = kind === 'web' ? 'http' : kind.slice(kind.indexOf('-') + 1);
  return id.startsWith(`${protocol}-`) ? id.slice(protocol.length + 1) : id;
}

/** Sigma's convention: lower case, digits and underscores, 10 to 70 characters. */
function fileName(name: string): string {
  return `${name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, 66)}.yml`;
}
