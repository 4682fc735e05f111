/** Suricata's verdicts beside ours: which differences are none, because an answer says so. */

import { suricataAnswer } from '../../src/rules/suricata-answer.ts';
import type { SuricataVersion } from '../../src/rules/suricata-detection.ts';
import { captureDifferences } from '../../src/rules/suricata-differences.ts';
import { sequenceLinks } from '../../src/rules/suricata-sequences.ts';
import { defaultSidBase, ruleMeaning } from '../../src/rules/suricata-sids.ts';
import type { CompiledSignature } from '../../src/signature/compile-signatures.ts';
import { waitingIds } from '../../src/signature/packet-signatures.ts';
import type { SuricataAlert } from './run-suricata.ts';

export interface Comparison {
  /** Verdicts (trial and signature) in which both agree that it is there. */
  readonly agreed: number;
  /** Differences that an answer explains. */
  readonly explained: number;
  /** The others, in words. */
  readonly unexplained: readonly string[];
}

interface Compared {
  readonly name: string;
  readonly ours: ReadonlySet<string>;
  readonly theirs: ReadonlySet<string>;
}

export class Verdicts {
  readonly #bySid: ReadonlyMap<number, CompiledSignature>;
  readonly #byId: ReadonlyMap<string, CompiledSignature>;
  /** Looked at behind a port scan only. */
  readonly #waiting: ReadonlySet<string>;
  readonly #links: ReturnType<typeof sequenceLinks>;
  readonly #version: SuricataVersion;

  constructor(catalogue: readonly CompiledSignature[], version: SuricataVersion) {
    this.#bySid = new Map(catalogue.map((signature) => [signature.sid, signature]));
    this.#byId = new Map(catalogue.map((signature) => [signature.id, signature]));
    this.#waiting = waitingIds(catalogue);
    this.#links = sequenceLinks(catalogue);
    this.#version = version;
  }

  /** Ids of what these alerts mean. */
  signaturesOf(alerts: readonly SuricataAlert[]): Set<string> {
    const ids = new Set<string>();
    for (const { sid } of alerts) {
      const meaning = ruleMeaning(defaultSidBase, sid);
      const signature = this.#bySid.get(meaning?.signatureSid ?? 0);
      if (meaning === undefined || signature === undefined) continue;
      ids.add(signature.id);
      if (!meaning.role.startsWith('behind-')) continue;
      for (const sequence of this.#links(signature.id).completes) ids.add(sequence.id);
    }
    return ids;
  }

  compare(trials: readonly Compared[]): Comparison {
    let agreed = 0;
    let explained = 0;
    const unexplained: string[] = [];
    for (const { name, ours, theirs } of trials) {
      for (const id of ours) {
        if (theirs.has(id)) agreed++;
        else if (this.#mayMiss(id, name, ours)) explained++;
        else unexplained.push(`${name}: ${id} is missed`);
      }
      for (const id of theirs) {
        if (ours.has(id)) continue;
        if (this.#mayAdd(id)) explained++;
        else unexplained.push(`${name}: ${id} is seen`);
      }
    }
    return { agreed, explained, unexplained };
  }

  #exactness(id: string): string {
    const signature = this.#byId.get(id);
    return signature === undefined ? 'unknown' : suricataAnswer(signature, this.#version).exactness;
  }

  #mayMiss(id: string, name: string, ours: ReadonlySet<string>): boolean {
    if (captureDifferences[name] !== undefined) return true;
    if (['narrower', 'unsupported'].includes(this.#exactness(id))) return true;
    // What counts behind a port scan only, our engine notes behind any datagram of one, a rule behind those that its sequence
    // needs. What completed no sequence of ours decided nothing.
    if (this.#waiting.has(id) && !this.#links(id).completes.some((one) => ours.has(one.id))) return true;
    // With its only member that could be missed, a sequence is missed, too.
    return this.#byId.get(id)?.sequence?.of.some((member) => this.#exactness(member) === 'narrower') === true;
  }

  #mayAdd(id: string): boolean {
    if (this.#exactness(id) === 'wider') return true;
    const { opens, completes } = this.#links(id);
    // What only opens a sequence, our engine does not report alone; and what only counts behind it, it does not even judge.
    if (opens.length > 0) return true;
    return (
      this.#byId.get(id)?.grade === 'weak' && completes.some((sequence) => this.#exactness(sequence.id) === 'wider')
    );
  }
}
