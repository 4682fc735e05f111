/** The catalogue as a rule file for Suricata. */

import { tactics, techniques } from '../report/attack.ts';
import type { CompiledSignature } from '../signature/compile-signatures.ts';
import type { Grade } from '../signature/signature.ts';
import { suricataAnswer } from './suricata-answer.ts';
import type { Detection, SuricataVersion } from './suricata-detection.ts';
import { type Role, ruleSid } from './suricata-sids.ts';

export interface SuricataOptions {
  readonly version: SuricataVersion;
  readonly sidBase: number;
  /** Weaker signatures are left out. */
  readonly grade: Grade;
  /** Seconds in which two strong signatures are an alert. */
  readonly window: number;
}

export interface SuricataExport {
  /** One rule each, without comments. */
  readonly rules: readonly string[];
  /** Ids of the signatures that are left out, with the reason. */
  readonly omitted: ReadonlyMap<string, string>;
}

const grades: readonly Grade[] = ['weak', 'strong', 'definitive'];

interface Direction {
  readonly role: Role;
  readonly from: string;
  readonly to: string;
  /** As our own alerts: severity by perimeter. */
  readonly severity: string;
  readonly priority: number;
}

const directions: readonly Direction[] = [
  { role: 'internal', from: '$HOME_NET', to: '$HOME_NET', severity: 'Critical', priority: 1 },
  { role: 'outbound', from: '$HOME_NET', to: '$EXTERNAL_NET', severity: 'Major', priority: 2 },
  { role: 'inbound', from: '$EXTERNAL_NET', to: '$HOME_NET', severity: 'Minor', priority: 3 },
];

/** For rules that only mark. */
const everywhere: Direction = { role: 'mark', from: 'any', to: 'any', severity: 'Informational', priority: 4 };

export function exportSuricata(signatures: readonly CompiledSignature[], options: SuricataOptions): SuricataExport {
  const rules: string[] = [];
  const omitted = new Map<string, string>();
  for (const signature of signatures) {
    if (grades.indexOf(signature.grade) < grades.indexOf(options.grade)) continue;
    const answer = suricataAnswer(signature, options.version);
    if (answer.detections.length === 0) omitted.set(signature.id, answer.reason);
    rules.push(
      ...answer.detections.flatMap((detection, variant) => detectionRules(signature, detection, variant, options)),
    );
  }
  return { rules, omitted };
}

/** A rule for each detection of each signature, whatever its grade and direction: what the engine makes of its bytes. */
export function verdictRules(
  signatures: readonly CompiledSignature[],
  version: SuricataVersion,
  sidBase: number,
): string[] {
  return signatures.flatMap((signature) =>
    suricataAnswer(signature, version).detections.flatMap((detection, variant) => [
      ...firstRule(signature, detection, variant, sidBase),
      ruleText(
        signature,
        inSequel(signature, detection, variant),
        everywhere,
        ruleSid(sidBase, signature.sid, 'mark', variant),
      ),
    ]),
  );
}

/** The rule that marks a flow in which something was said that alone proves nothing. */
function firstRule(signature: CompiledSignature, detection: Detection, variant: number, sidBase: number): string[] {
  const { protocol, first } = detection;
  if (first === undefined) return [];
  const options = [...first, 'noalert', `flowbits:set,${flowMark(signature, variant)}`];
  const sid = ruleSid(sidBase, signature.sid, 'first', variant);
  return [ruleText(signature, { protocol, options }, everywhere, sid)];
}

/** The detection, in a flow that was marked if it needs that. */
function inSequel(signature: CompiledSignature, detection: Detection, variant: number): Detection {
  const { protocol, options, first } = detection;
  if (first === undefined) return detection;
  return { protocol, options: [...options, `flowbits:isset,${flowMark(signature, variant)}`] };
}

const flowMark = ({ id }: CompiledSignature, variant: number): string => `trespass.${id}.${variant}`;

/** All rules of one detection. A definitive one is an alert; a strong one, if another strong one came shortly before. */
function detectionRules(
  signature: CompiledSignature,
  plain: Detection,
  variant: number,
  options: SuricataOptions,
): string[] {
  const sid = (role: Role): number => ruleSid(options.sidBase, signature.sid, role, variant);
  if (signature.grade === 'weak') return [];
  const first = firstRule(signature, plain, variant, options.sidBase);
  const detection = inSequel(signature, plain, variant);
  const alerts = (more: readonly string[]): string[] =>
    directions.map((direction) =>
      ruleText(signature, { ...detection, options: [...detection.options, ...more] }, direction, sid(direction.role)),
    );
  if (signature.grade === 'definitive') return [...first, ...alerts([])];
  const own = `trespass.${signature.id}`;
  const mark = [
    'noalert',
    `xbits:set,trespass.strong,track ip_src,expire ${options.window}`,
    `xbits:set,${own},track ip_src,expire ${options.window}`,
  ];
  return [
    ...first,
    // Rules that set a flowbit come first, so these look before the mark below is made.
    ...alerts([
      'xbits:isset,trespass.strong,track ip_src',
      `xbits:isnotset,${own},track ip_src`,
      'flowbits:set,trespass.pair',
    ]),
    ruleText(signature, { ...detection, options: [...detection.options, ...mark] }, everywhere, sid('mark')),
  ];
}

function ruleText(
  signature: CompiledSignature,
  { protocol, options }: Detection,
  { from, to, severity, priority }: Direction,
  sid: number,
): string {
  const { ports } = signature;
  const port = ports.length === 0 ? 'any' : ports.length === 1 ? String(ports[0]) : `[${ports.join(',')}]`;
  const all = [
    `msg:"${message(signature)}"`,
    ...options,
    ...signature.nmap.emittedBy.slice(0, 3).map((file) => `reference:url,svn.nmap.org/nmap/${file}`),
    'classtype:network-scan',
    `priority:${priority}`,
    `sid:${sid}`,
    `rev:${1}`,
    `metadata:${metadata(signature, severity).join(', ')}`,
  ];
  return `alert ${protocol} ${from} any -> ${to} ${port} (${all.join('; ')};)`;
}

/** What would end the text or the option is left out. */
function message({ title }: CompiledSignature): string {
  return `TRESPASS ${title.replace(/[";:\\|]/g, '')}`;
}

function metadata({ id, grade, attack }: CompiledSignature, severity: string): string[] {
  const known = attack.flatMap((technique) => {
    const named = techniques[technique];
    return named === undefined ? [] : [{ id: technique, ...named }];
  });
  const words = (text: string): string => text.replace(/[^A-Za-z0-9.-]+/g, '_');
  const tacticIds = [...new Set(known.map(({ tactic }) => tactic))];
  return [
    `trespass ${id}`,
    `grade ${grade}`,
    `confidence ${grade === 'definitive' ? 'High' : 'Medium'}`,
    `signature_severity ${severity}`,
    ...tacticIds.flatMap((tactic) => [
      `mitre_tactic_id ${tactic}`,
      `mitre_tactic_name ${words(tactics[tactic] ?? '')}`,
    ]),
    ...known.flatMap((one) => [`mitre_technique_id ${one.id}`, `mitre_technique_name ${words(one.name)}`]),
  ];
}
