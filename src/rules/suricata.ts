/** The catalogue as a rule file for Suricata. */

import { tactics, techniques } from '../report/attack.ts';
import type { CompiledSignature } from '../signature/compile-signatures.ts';
import { waitingIds } from '../signature/packet-signatures.ts';
import type { Grade, Signature } from '../signature/signature.ts';
import { suricataAnswer } from './suricata-answer.ts';
import type { Detection, SuricataVersion } from './suricata-detection.ts';
import { withFastPattern } from './suricata-fast-pattern.ts';
import { sequenceLinks, sequenceMark } from './suricata-sequences.ts';
import { type Role, ruleSid } from './suricata-sids.ts';

export interface SuricataOptions {
  readonly version: SuricataVersion;
  readonly sidBase: number;
  /** Weaker signatures are left out. */
  readonly grade: Grade;
  /** Seconds in which two strong signatures are an alert. */
  readonly window: number;
}

const grades: readonly Grade[] = ['weak', 'strong', 'definitive'];

interface Direction {
  readonly role: Role;
  /** Of the rule that needs a port scan before it. */
  readonly behind: Role;
  readonly from: string;
  readonly to: string;
  /** As of our own alerts: severity by perimeter. */
  readonly severity: string;
  readonly priority: number;
}

const home = '$HOME_NET';
const external = '$EXTERNAL_NET';

const directions: readonly Direction[] = [
  { role: 'internal', behind: 'behind-internal', from: home, to: home, severity: 'Critical', priority: 1 },
  { role: 'outbound', behind: 'behind-outbound', from: home, to: external, severity: 'Major', priority: 2 },
  { role: 'inbound', behind: 'behind-inbound', from: external, to: home, severity: 'Minor', priority: 3 },
];

/** For rules that only mark. */
const everywhere: Direction = {
  role: 'mark',
  behind: 'behind-internal',
  from: 'any',
  to: 'any',
  severity: 'Informational',
  priority: 4,
};

/** One rule each, without comments, in the order of the catalogue. */
export function exportSuricata(catalogue: readonly CompiledSignature[], options: SuricataOptions): string[] {
  const links = sequenceLinks(catalogue);
  const rules: string[] = [];
  for (const signature of catalogue) {
    if (grades.indexOf(signature.grade) < grades.indexOf(options.grade)) continue;
    const { detections } = suricataAnswer(signature, options.version);
    for (const [variant, plain] of detections.entries()) {
      const writer = new RuleWriter(signature, plain, variant, options.sidBase);
      const found = alertRules(writer, signature, options);
      found.push(...openingRules(writer, links(signature.id).opens, signature, options));
      if (options.grade === 'weak' && signature.grade !== 'definitive') {
        found.push(...completingRules(writer, links(signature.id).completes, directions));
      }
      if (found.length > 0) rules.push(...writer.first(), ...found);
    }
  }
  return rules;
}

/**
 * For trials: a rule for each detection of each signature, whatever its grade and direction, that alerts alone; and one
 * for each sequence that it completes. Signatures that our engine does not judge without a port scan before them need one
 * here, too.
 */
export function verdictRules(
  catalogue: readonly CompiledSignature[],
  version: SuricataVersion,
  base: number,
): string[] {
  const links = sequenceLinks(catalogue);
  const waiting = waitingIds(catalogue);
  return catalogue.flatMap((signature) =>
    suricataAnswer(signature, version).detections.flatMap((plain, variant) => {
      const writer = new RuleWriter(signature, plain, variant, base);
      const { opens, completes } = links(signature.id);
      const marks = opens.flatMap((sequence) => setMark(sequence));
      return [
        ...writer.first(),
        ...(waiting.has(signature.id) ? [] : [writer.rule('mark', everywhere, marks)]),
        ...completingRules(writer, completes, [everywhere]),
      ];
    }),
  );
}

/** A definitive signature is an alert; a strong one, if another strong one came shortly before. */
function alertRules(writer: RuleWriter, { id, grade }: Signature, { window }: SuricataOptions): string[] {
  if (grade === 'definitive') return directions.map((direction) => writer.rule(direction.role, direction, []));
  if (grade === 'weak') return [];
  const own = `trespass.${id}`;
  const before = ['xbits:isset,trespass.strong,track ip_src', `xbits:isnotset,${own},track ip_src`];
  return [
    // Rules that set a flowbit come first: these look before the mark is made.
    ...directions.map((direction) => writer.rule(direction.role, direction, [...before, 'flowbits:set,trespass.pair'])),
    writer.rule('mark', everywhere, [
      'noalert',
      ...setBit('trespass.strong', 'ip_src', window),
      ...setBit(own, 'ip_src', window),
    ]),
  ];
}

/** What a sequence needs marks the pair of hosts. */
function openingRules(
  writer: RuleWriter,
  sequences: readonly Signature[],
  { grade }: Signature,
  options: SuricataOptions,
): string[] {
  if (options.grade !== 'weak') return [];
  return sequences.map((sequence, index) =>
    writer.rule(grade === 'weak' && index === 0 ? 'mark' : 'first', everywhere, ['noalert', ...setMark(sequence)]),
  );
}

function completingRules(writer: RuleWriter, sequences: readonly Signature[], towards: readonly Direction[]): string[] {
  return sequences.flatMap((sequence, index) => {
    const { name, track } = sequenceMark(sequence);
    return towards.map((direction) =>
      writer.rule(direction.behind, direction, [`xbits:isset,${name},track ${track}`], sequence, index),
    );
  });
}

function setMark(sequence: Signature): string[] {
  const { name, track } = sequenceMark(sequence);
  return setBit(name, track, sequence.sequence?.within ?? 0);
}

/** Setting a bit that is there changes nothing, not even if it has expired: so it is taken away first. */
function setBit(name: string, track: string, seconds: number): string[] {
  return [`xbits:unset,${name},track ${track}`, `xbits:set,${name},track ${track},expire ${seconds}`];
}

/** A second sequence of one signature: its rules are variants of their own. */
const sequenceStep = 50;

/** Writes the rules of one detection. */
class RuleWriter {
  readonly #signature: CompiledSignature;
  readonly #detection: Detection;
  readonly #variant: number;
  readonly #base: number;

  constructor(signature: CompiledSignature, detection: Detection, variant: number, base: number) {
    this.#signature = signature;
    this.#detection = detection;
    this.#variant = variant;
    this.#base = base;
  }

  /** The rule that marks a flow in which something was said that alone proves nothing. */
  first(): string[] {
    const { protocol, first } = this.#detection;
    if (first === undefined) return [];
    return [this.#text(protocol, [...first, 'noalert', `flowbits:set,${this.#flowMark}`], 'first', everywhere, 0)];
  }

  rule(role: Role, direction: Direction, more: readonly string[], sequence?: Signature, index = 0): string {
    const { protocol, options, first } = this.#detection;
    const all = [...options, ...(first === undefined ? [] : [`flowbits:isset,${this.#flowMark}`]), ...more];
    return this.#text(protocol, all, role, direction, index, sequence);
  }

  get #flowMark(): string {
    return `trespass.${this.#signature.id}.${this.#variant}`;
  }

  #text(
    protocol: string,
    options: readonly string[],
    role: Role,
    { from, to, severity, priority }: Direction,
    index: number,
    sequence?: Signature,
  ): string {
    const signature = this.#signature;
    const { ports, rev = 1 } = signature;
    const port = ports.length === 0 ? 'any' : ports.length === 1 ? String(ports[0]) : `[${ports.join(',')}]`;
    const all = [
      `msg:"${message(signature, sequence)}"`,
      ...withFastPattern(options),
      ...signature.nmap.emittedBy.slice(0, 3).map((file) => `reference:url,svn.nmap.org/nmap/${file}`),
      'classtype:network-scan',
      `priority:${priority}`,
      `sid:${ruleSid(this.#base, signature.sid, role, this.#variant + index * sequenceStep)}`,
      `rev:${rev}`,
      `metadata:${metadata(signature, severity, sequence).join(', ')}`,
    ];
    return `alert ${protocol} ${from} any -> ${to} ${port} (${all.join('; ')};)`;
  }
}

/** What would end the text or the option is left out. */
function message({ title }: Signature, sequence: Signature | undefined): string {
  const text = `TRESPASS ${title}${sequence === undefined ? '' : ", behind Nmap's port scan"}`;
  return text.replace(/[";:\\|]/g, '').replace(/[^ -~]/g, '?');
}

function metadata({ id, grade, attack }: Signature, severity: string, sequence: Signature | undefined): string[] {
  const known = attack.flatMap((technique) => {
    const named = techniques[technique];
    return named === undefined ? [] : [{ id: technique, ...named }];
  });
  const words = (text: string): string => text.replace(/[^A-Za-z0-9.-]+/g, '_');
  const tacticIds = [...new Set(known.map(({ tactic }) => tactic))];
  return [
    `trespass ${id}`,
    ...(sequence === undefined ? [] : [`sequence ${sequence.id}`]),
    `grade ${sequence?.grade ?? grade}`,
    `confidence ${(sequence?.grade ?? grade) === 'definitive' ? 'High' : 'Medium'}`,
    `signature_severity ${severity}`,
    ...tacticIds.flatMap((tactic) => [
      `mitre_tactic_id ${tactic}`,
      `mitre_tactic_name ${words(tactics[tactic] ?? '')}`,
    ]),
    ...known.flatMap((one) => [`mitre_technique_id ${one.id}`, `mitre_technique_name ${words(one.name)}`]),
  ];
}
