/** Which of Nmap's scripts, service probes and packets are recognised, by what, and where that was seen. */

import type { Signature } from '../signature/signature.ts';
import type { Expectation, Expectations, Observation, Observations, Recognition } from './coverage-data.ts';

export interface CoverageEntry {
  readonly kind: 'script' | 'probe' | 'packet';
  readonly name: string;
  /** How it was recognised in its capture; else what is to be expected. */
  readonly recognition: Recognition;
  /**
   * alert: its own capture alone gives an alert. evidence: it is seen, but that is not enough for an alert. nothing: there
   * is a capture, and nothing is seen in it. not captured yet: no capture shows it. nothing to capture: it sends nothing.
   */
  readonly seen: 'alert' | 'evidence' | 'nothing' | 'not captured yet' | 'nothing to capture';
  /** Did the scanner say anything at all in the capture? */
  readonly says: boolean;
  /** Ids; those that were seen in captures of it. */
  readonly signatures: readonly string[];
  /** Name of the capture that shows it best; empty if there is none. */
  readonly capture: string;
  /** Why it cannot be told, or not yet. Empty if it is recognised. */
  readonly reason: string;
  /** The versions of Nmap that have it; empty: the packaged one and the current source. */
  readonly only: '' | 'packaged' | 'source';
}

type Seen = CoverageEntry['seen'];

/** What one capture says about one script or probe. */
interface Showing {
  readonly capture: string;
  readonly says: boolean;
  readonly seen: Seen;
  readonly signatures: readonly Signature[];
}

/** Scripts, probes, packets, each in the order of their names. */
export function countCoverage(
  signatures: readonly Signature[],
  expectations: Expectations,
  observations: Observations,
): CoverageEntry[] {
  const catalogue = new Map(signatures.map((signature) => [signature.id, signature]));
  const captures = Object.entries(observations).map(([capture, observation]) => ({
    capture,
    observation,
    signatures: observation.signatures.flatMap((id) => catalogue.get(id) ?? []),
  }));
  const scripts = Object.entries(expectations.scripts).map(([name, expectation]) => {
    const showings = captures
      .filter(({ observation }) => observation.scripts.includes(name))
      .map((one) => showing(one.capture, one.observation, ofScript(name, one.observation, one.signatures)));
    return entry('script', name, expectation, showings, (signature) => saysItself(signature, name));
  });
  const probes = Object.entries(expectations.probes).map(([name, expectation]) => {
    const inTheClear = captures
      .map((one) => ({ ...one, signatures: withCombinations(ofProbe(name, one.signatures), one.signatures) }))
      .filter(({ observation, signatures: own }) => observation.probes.includes(name) || isPayloadOf(own, observation))
      .map((one) => showing(one.capture, one.observation, one.signatures));
    const insideTls = captures
      .filter(({ observation }) => observation.insideTls?.includes(name))
      .map((one) => showing(one.capture, one.observation, one.signatures.filter(isOfTlsClient)));
    return entry('probe', name, expectation, [...inTheClear, ...insideTls], (signature) => !isOfTlsClient(signature));
  });
  const packets = Object.entries(expectations.packets).map(([name, expectation]) => {
    const showings = captures
      .filter(({ capture }) => capture === expectation.capture)
      .map(({ capture, observation, signatures: all }) => {
        const own = all.filter(({ id }) => expectation.signatures?.includes(id));
        return { ...showing(capture, observation, own), says: true };
      });
    return entry('packet', name, expectation, showings, () => true);
  });
  return [...scripts, ...probes, ...packets];
}

/** Signatures that speak for the script: all of its own capture, but of a shared one only those that name it. */
function ofScript(name: string, observation: Observation, signatures: readonly Signature[]): Signature[] {
  return signatures.filter((signature) => {
    if (saysItself(signature, name)) return true;
    return observation.scripts.length === 1 && !(observation.serviceDetection && isOfServiceDetection(signature));
  });
}

function saysItself({ nmap }: Signature, script: string): boolean {
  return nmap.scripts.includes(script) || nmap.emittedBy.includes(`scripts/${script}.nse`);
}

/** Service detection sends it, so that it says nothing about a script in the same scan. */
function isOfServiceDetection({ nmap, sequence }: Signature): boolean {
  return sequence !== undefined || nmap.emittedBy.includes('nmap-service-probes') || nmap.options.includes('-sV');
}

function ofProbe(name: string, signatures: readonly Signature[]): Signature[] {
  const [transport, probe] = name.split('/');
  return signatures.filter(
    ({ nmap, transports }) => nmap.probes.includes(probe!) && transports.some((one) => one === transport),
  );
}

/** Nmap's own TLS connections begin so, whatever is said inside. */
function isOfTlsClient({ nmap }: Signature): boolean {
  return nmap.emittedBy.includes('nsock/src/nsock_ssl.c');
}

/** And what they complete: a port scan before a probe is an alert of that probe's. */
function withCombinations(own: readonly Signature[], all: readonly Signature[]): Signature[] {
  const counts = (id: string): boolean => own.some((one) => one.id === id);
  return [...own, ...all.filter(({ sequence }) => sequence?.needs !== undefined && sequence.of.some(counts))];
}

/** -sU sends the bytes of many probes as payload, and older versions sent some before there was a probe. */
function isPayloadOf(own: readonly Signature[], { scripts }: Observation): boolean {
  return own.length > 0 && scripts.length === 0;
}

function showing(capture: string, { says, alert }: Observation, signatures: readonly Signature[]): Showing {
  const strong = signatures.filter(({ grade }) => grade === 'strong');
  const enough = signatures.some(({ grade }) => grade === 'definitive') || strong.length > 1;
  const seen = alert && enough ? 'alert' : signatures.length > 0 ? 'evidence' : 'nothing';
  return { capture, says, seen, signatures };
}

const order: readonly Seen[] = ['alert', 'evidence', 'nothing'];

function entry(
  kind: CoverageEntry['kind'],
  name: string,
  { expected, reason = '', only }: Expectation,
  showings: readonly Showing[],
  isItsOwn: (signature: Signature) => boolean,
): CoverageEntry {
  const [best] = [...showings].sort((a, b) => order.indexOf(a.seen) - order.indexOf(b.seen));
  const signatures = [...new Set(showings.flatMap((one) => one.signatures))];
  const recognised = signatures.length > 0;
  return {
    kind,
    name,
    // What is sent to others than the target may be seen, too; it stays what it is.
    recognition: recognised && expected !== 'silent' ? recognitionOf(signatures, isItsOwn) : expected,
    seen: best?.seen ?? (expected === 'silent' ? 'nothing to capture' : 'not captured yet'),
    says: showings.some(({ says }) => says),
    signatures: signatures.map(({ id }) => id).sort(),
    capture: best?.capture ?? '',
    reason: recognised && best?.seen === 'alert' && expected !== 'silent' ? '' : reason,
    only: only ?? '',
  };
}

function recognitionOf(signatures: readonly Signature[], isItsOwn: (signature: Signature) => boolean): Recognition {
  const definitive = signatures.filter(({ grade, sequence }) => grade === 'definitive' && sequence === undefined);
  if (definitive.some(isItsOwn)) return 'definitive';
  if (definitive.length > 0) return 'library';
  if (signatures.some(({ grade }) => grade === 'definitive')) return 'sequence';
  return signatures.some(({ grade }) => grade === 'strong') ? 'strong' : 'sequence';
}

export interface CoverageSummary {
  /** That Nmap has. */
  readonly known: number;
  /** Of these: send nothing to a target. */
  readonly silent: number;
  readonly uncaptured: number;
  /** Their capture shows that they say something to a target. The next four add up to it. */
  readonly saying: number;
  readonly alert: number;
  readonly evidence: number;
  /** Not recognised: with a reason why not, and without. */
  readonly explained: number;
  readonly unexplained: number;
}

export function summarise(entries: readonly CoverageEntry[]): CoverageSummary {
  const count = (holds: (entry: CoverageEntry) => boolean): number => entries.filter(holds).length;
  const says = (entry: CoverageEntry): boolean => entry.recognition !== 'silent' && entry.says;
  return {
    known: entries.length,
    silent: count(({ recognition }) => recognition === 'silent'),
    uncaptured: count(({ seen }) => seen === 'not captured yet'),
    saying: count(says),
    alert: count((entry) => says(entry) && entry.seen === 'alert'),
    evidence: count((entry) => says(entry) && entry.seen === 'evidence'),
    explained: count((entry) => says(entry) && entry.seen === 'nothing' && entry.reason !== ''),
    unexplained: count((entry) => says(entry) && entry.seen === 'nothing' && entry.reason === ''),
  };
}
