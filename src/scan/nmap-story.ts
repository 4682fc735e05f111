/** What the signatures of a scan imply about how Nmap was run, each implication with the signatures it rests on. */

import type { Signature } from '../signature/signature.ts';
import { compare } from './compare.ts';
import { defaultScripts } from './default-scripts.ts';
import { versionScripts } from './version-scripts.ts';

export interface NmapStory {
  /** `-sV`, `-sC`, `--script smb-os-discovery`. */
  readonly options: readonly Implication[];
  /** Scripts that ran for certain: some signature is sent by nothing else. */
  readonly scripts: readonly Implication[];
  /** Service probes that were sent for certain. */
  readonly probes: readonly Implication[];
  /** Several senders fit, and none of them is certain by another signature or by an option. */
  readonly oneOf: readonly Choice[];
  readonly versions: VersionRange;
  /** Other tools that may have sent what was seen. Empty: some of it only Nmap sends. */
  readonly orElse: readonly string[];
  /** Something was seen that only the script engine sends, whichever script it was. */
  readonly scripting: boolean;
}

export interface Implication {
  readonly name: string;
  /** Ids, sorted. */
  readonly signatures: readonly string[];
}

export interface Choice {
  readonly scripts: readonly string[];
  readonly probes: readonly string[];
  readonly signatures: readonly string[];
}

export interface VersionRange {
  /** Empty: no bound is known. */
  readonly since: string;
  readonly until: string;
  /** No single version sends all of this: several Nmaps, or scripts newer than their Nmap. Then the bounds are empty. */
  readonly contradictory: boolean;
}

/** The order of the signatures does not matter. */
export function tellNmapStory(seen: readonly Signature[]): NmapStory {
  const signatures = seen.filter((signature) => tells(signature, seen));
  const options = new Map<string, Set<string>>();
  const scripts = new Map<string, Set<string>>();
  const probes = new Map<string, Set<string>>();
  for (const signature of signatures) {
    const { nmap, id } = signature;
    for (const option of impliedOptions(signature)) note(options, option, id);
    if (nmap.scripts.length + nmap.probes.length !== 1) continue;
    for (const script of nmap.scripts) note(scripts, script, id);
    for (const probe of nmap.probes) note(probes, probe, id);
  }
  const oneOf = choices(signatures, scripts, probes);
  if (!options.has('-sV')) noteServiceDetection(options, scripts, oneOf, signatures);
  foldDefaultScripts(options, scripts, oneOf);
  if (!options.has('-sV')) for (const name of probesOfScripts) probes.delete(name);
  for (const [name, ids] of scripts) {
    // `-sV` runs these, too, and is what is likelier.
    if (!versionScripts.has(name) || !options.delete(`--script ${name}`) || options.has('-sV')) continue;
    options.set(`-sV or --script ${name}`, ids);
  }
  return {
    options: implications(options),
    scripts: implications(scripts),
    probes: implications(probes),
    oneOf: oneOf.filter((choice) => !isExplained(choice, options)),
    versions: commonVersions(signatures),
    orElse: otherSenders(signatures),
    scripting: signatures.some(({ nmap }) => nmap.emittedBy.length > 0 && nmap.emittedBy.every(isOfScripts)),
  };
}

/** An option that runs one of them is enough to know. */
function isExplained({ scripts, probes }: Choice, options: ReadonlyMap<string, unknown>): boolean {
  if (options.has('-sC') && scripts.some((name) => defaultScripts.has(name))) return true;
  return options.has('-sV') && (probes.length > 0 || scripts.some((name) => versionScripts.has(name)));
}

function isOfScripts(file: string): boolean {
  return file.startsWith('nselib/') || file.startsWith('scripts/');
}

/** Weak evidence is anybody's, so it tells nothing of Nmap, unless a sequence that was seen stands on it. */
function tells({ id, grade }: Signature, seen: readonly Signature[]): boolean {
  return grade !== 'weak' || seen.some(({ sequence }) => sequence?.of.includes(id));
}

/** nselib/shortport.lua sends these, too: any script may ask whether a port speaks TLS, without `-sV`. */
const probesOfScripts: ReadonlySet<string> = new Set(['SSLSessionReq', 'TLSSessionReq']);

/**
 * What the signature says; if it says nothing: a lone script was asked for by name, and service probes are sent over TCP by
 * `-sV` alone, over UDP by `-sU` too (its payloads are the probes' since Nmap 7.93, nmap-service-probes).
 */
function impliedOptions({ nmap, transports }: Signature): readonly string[] {
  if (nmap.options.length > 0) return nmap.options;
  if (nmap.scripts.length === 1 && nmap.probes.length === 0) return [`--script ${nmap.scripts[0]}`];
  if (nmap.probes.some((name) => !probesOfScripts.has(name)) && nmap.scripts.length === 0) {
    if (transports.every((transport) => transport === 'tcp')) return ['-sV'];
    if (transports.every((transport) => transport === 'udp')) return ['-sU'];
  }
  return [];
}

/** So many different scripts of a category, and nobody named them one by one. */
const severalScripts = 3;

/**
 * `-sV` where a server answered the first probe, which a script may send, too: scripts tell it then that are no default ones,
 * if none but these and default ones ran. Else somebody asked for a category that holds them (`safe`, `discovery`).
 */
function noteServiceDetection(
  options: Map<string, Set<string>>,
  scripts: ReadonlyMap<string, ReadonlySet<string>>,
  oneOf: readonly Choice[],
  signatures: readonly Signature[],
): void {
  if (scripts.size < severalScripts) return;
  if (anyOther(scripts, oneOf, (name) => versionScripts.has(name) || defaultScripts.has(name))) return;
  const ofVersion = [...scripts].filter(([name]) => versionScripts.has(name));
  const probing = signatures.filter(({ nmap }) => nmap.probes.some((name) => !probesOfScripts.has(name)));
  if (ofVersion.every(([name]) => defaultScripts.has(name))) return;
  // Beside so many default scripts it is -sC -sV, or -A: nobody names one script more.
  const ofDefault = [...scripts.keys()].filter((name) => defaultScripts.has(name));
  if (probing.length === 0 && ofDefault.length < severalScripts) return;
  for (const id of [...ofVersion.flatMap(([, ids]) => [...ids]), ...probing.map((signature) => signature.id)]) {
    note(options, '-sV', id);
  }
}

/** Did a script run, for certain or one of several, that is none of these? */
function anyOther(
  scripts: ReadonlyMap<string, unknown>,
  oneOf: readonly Choice[],
  isOfThese: (name: string) => boolean,
): boolean {
  if ([...scripts.keys()].some((name) => !isOfThese(name))) return true;
  return oneOf.some((choice) => choice.probes.length === 0 && !choice.scripts.some(isOfThese));
}

/**
 * `-sC` instead of `--script a`, `--script b` ... Not where another script ran, too, unless `-sV` runs it: who asked for that
 * asked for a category that holds default scripts (`vuln`, `safe`), or for each.
 */
function foldDefaultScripts(
  options: Map<string, Set<string>>,
  scripts: ReadonlyMap<string, ReadonlySet<string>>,
  oneOf: readonly Choice[],
): void {
  const isDefault = (name: string): boolean => defaultScripts.has(name);
  if (anyOther(scripts, oneOf, (name) => isDefault(name) || (options.has('-sV') && versionScripts.has(name)))) return;
  const certain = [...scripts].filter(([name]) => isDefault(name));
  const likely = oneOf.filter((choice) => choice.probes.length === 0 && choice.scripts.every(isDefault));
  if (certain.length + likely.length < severalScripts) return;
  for (const [name] of certain) options.delete(`--script ${name}`);
  for (const id of [...certain.flatMap(([, ids]) => [...ids]), ...likely.flatMap(({ signatures }) => signatures)]) {
    note(options, '-sC', id);
  }
}

function note(map: Map<string, Set<string>>, name: string, id: string): void {
  const ids = map.get(name);
  if (ids) ids.add(id);
  else map.set(name, new Set([id]));
}

function implications(map: ReadonlyMap<string, ReadonlySet<string>>): Implication[] {
  return [...map].map(([name, ids]) => ({ name, signatures: [...ids].sort() })).sort((a, b) => compare(a.name, b.name));
}

function choices(
  signatures: readonly Signature[],
  certainScripts: ReadonlyMap<string, unknown>,
  certainProbes: ReadonlyMap<string, unknown>,
): Choice[] {
  const found = new Map<string, { scripts: string[]; probes: string[]; signatures: string[] }>();
  for (const { nmap, id } of signatures) {
    if (nmap.scripts.length + nmap.probes.length < 2) continue;
    // Something that is known to have been sent explains this too.
    if (nmap.scripts.some((name) => certainScripts.has(name)) || nmap.probes.some((name) => certainProbes.has(name))) {
      continue;
    }
    const scripts = [...nmap.scripts].sort();
    const probes = [...nmap.probes].sort();
    const key = JSON.stringify([scripts, probes]);
    const known = found.get(key);
    if (known) known.signatures.push(id);
    else found.set(key, { scripts, probes, signatures: [id] });
  }
  const all = [...found].sort(([a], [b]) => compare(a, b)).map(([, choice]) => choice);
  return all
    .filter((choice) => !all.some((other) => other !== choice && isPartOf(other, choice)))
    .map((choice) => ({ ...choice, signatures: choice.signatures.sort() }));
}

/** Whichever of `part` was sent explains `whole`, too. */
function isPartOf(part: Choice, whole: Choice): boolean {
  return (
    part.scripts.every((name) => whole.scripts.includes(name)) &&
    part.probes.every((name) => whole.probes.includes(name))
  );
}

function commonVersions(signatures: readonly Signature[]): VersionRange {
  let since = '';
  let until = '';
  for (const { nmap } of signatures) {
    if (nmap.since !== '' && (since === '' || compareVersions(nmap.since, since) > 0)) since = nmap.since;
    if (nmap.until !== '' && (until === '' || compareVersions(nmap.until, until) < 0)) until = nmap.until;
  }
  if (since !== '' && until !== '' && compareVersions(since, until) > 0) {
    return { since: '', until: '', contradictory: true };
  }
  return { since, until, contradictory: false };
}

/** Nmap's versions: `7.80`, `7.25BETA1`. Major, then minor as a number; betas count as the version itself. */
export function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [majorB = 0, minorB = 0] = b.split('.').map((part) => Number.parseInt(part, 10) || 0);
  return majorA - majorB || minorA - minorB;
}

/** One signature without other senders and the scan is Nmap's. Weak ones are not asked: their bytes are anybody's. */
function otherSenders(signatures: readonly Signature[]): readonly string[] {
  const telling = signatures.filter(({ grade }) => grade !== 'weak');
  if (telling.some(({ alsoSentBy }) => alsoSentBy.length === 0)) return [];
  return [...new Set(telling.flatMap(({ alsoSentBy }) => alsoSentBy))].sort();
}
