/** When evidence of one source is enough for an alert: one definitive, two different strong, or a sequence. */

import type { Signature } from '../signature/signature.ts';
import type { Evidence } from './evidence.ts';

/** For each signature, the sequences that count it. Built once for the catalogue. */
export type SequenceIndex = ReadonlyMap<string, readonly Signature[]>;

export function indexSequences(signatures: readonly Signature[]): SequenceIndex {
  const index = new Map<string, Signature[]>();
  for (const signature of signatures) {
    for (const id of signature.sequence?.of ?? []) {
      const sequences = index.get(id);
      if (sequences) sequences.push(signature);
      else index.set(id, [signature]);
    }
  }
  return index;
}

/** A sequence at one place. */
interface Group {
  /** Distinct things seen of it: when last, and whether no handshake proved the sender. */
  readonly members: Map<string, { time: number; spoofable: boolean }>;
  /** When it was last complete; before all time: never. */
  completed: number;
  /** When one of those was last seen without which it is never complete. */
  needed: number;
}

/** Places (port, host) at which sequences are followed for one source. The least recently seen makes room. */
const groupsPerSource = 256;

/** Follows one source. Call `add` with each of its evidence; `enough` turns true once and stays. */
export class Sufficiency {
  enough = false;
  /** The last evidence was a step of a sequence that was complete at its place, a step that had been seen: more of the same. */
  goesOn = false;
  readonly #sequences: SequenceIndex;
  readonly #windowMicroseconds: number;
  /** Last time of each strong signature. */
  readonly #strong = new Map<string, { signature: Signature; time: number }>();
  readonly #groups = new Map<string, Group>();
  /** Of all groups. */
  #members = 0;

  constructor(sequences: SequenceIndex, windowMicroseconds: number) {
    this.#sequences = sequences;
    this.#windowMicroseconds = windowMicroseconds;
  }

  /** Entries kept, for estimates of memory. */
  get size(): number {
    return this.#groups.size + this.#members + this.#strong.size;
  }

  /** Gives the sequences that this evidence completes or carries further, as evidence of their own. */
  add(evidence: Evidence): Evidence[] {
    const completed: Evidence[] = [];
    this.goesOn = false;
    for (const signature of this.#sequences.get(evidence.signature.id) ?? []) {
      const sequence = this.#follow(signature, evidence);
      if (sequence) completed.push(sequence);
    }
    this.#weigh(evidence);
    for (const sequence of completed) this.#weigh(sequence);
    return completed;
  }

  #weigh(evidence: Evidence): void {
    const { signature } = evidence;
    if (signature.grade === 'definitive') this.enough = true;
    if (signature.grade !== 'strong') return;
    if (evidence.corroborated) this.enough = true;
    for (const other of this.#strong.values()) {
      if (Math.abs(other.time - evidence.time) > this.#windowMicroseconds) continue;
      if (areIndependent(signature, other.signature)) this.enough = true;
    }
    this.#strong.set(signature.id, { signature, time: evidence.time });
  }

  #follow(signature: Signature, evidence: Evidence): Evidence | undefined {
    const sequence = signature.sequence!;
    const distinct = sequence.distinct === 'family' ? evidence.signature.family : evidence.signature.id;
    if (distinct === '') return undefined;
    const group = this.#group(`${signature.id} ${place(sequence.on, evidence)}`);
    const known = group.members.get(distinct);
    if (!known) this.#members++;
    group.members.set(distinct, {
      time: Math.max(evidence.time, known?.time ?? evidence.time),
      spoofable: evidence.spoofable && (known?.spoofable ?? true),
    });
    const within = sequence.within * 1e6;
    if (sequence.needs?.includes(evidence.signature.id)) group.needed = Math.max(group.needed, evidence.time);
    // The same probe again carries no sequence further.
    if (known && Math.abs(evidence.time - group.completed) <= within) {
      this.goesOn = true;
      return undefined;
    }
    const members = [...group.members.values()].filter(({ time }) => Math.abs(time - evidence.time) <= within);
    if (mostWithin(members, within) < sequence.atLeast) return undefined;
    if (sequence.needs !== undefined && Math.abs(evidence.time - group.needed) > within) return undefined;
    group.completed = evidence.time;
    return { ...evidence, signature, spoofable: members.every(({ spoofable }) => spoofable) };
  }

  #group(key: string): Group {
    let group = this.#groups.get(key);
    if (group) {
      this.#groups.delete(key);
    } else {
      group = { members: new Map(), completed: Number.NEGATIVE_INFINITY, needed: Number.NEGATIVE_INFINITY };
      if (this.#groups.size >= groupsPerSource) this.#makeRoom();
    }
    this.#groups.set(key, group);
    return group;
  }

  #makeRoom(): void {
    for (const [key, { members }] of this.#groups) {
      this.#groups.delete(key);
      this.#members -= members.size;
      return;
    }
  }
}

/** A sequence and a signature that it counts are one proof, not two. */
function areIndependent(a: Signature, b: Signature): boolean {
  return a.id !== b.id && !a.sequence?.of.includes(b.id) && !b.sequence?.of.includes(a.id);
}

function place(on: 'port' | 'host' | 'source', { target, targetPort, transport }: Evidence): string {
  if (on === 'port') return `${target} ${targetPort}/${transport}`;
  return on === 'host' ? target : '';
}

/** The greatest number of members that some stretch of `length` microseconds holds. */
function mostWithin(members: readonly { time: number }[], length: number): number {
  const times = members.map(({ time }) => time).sort((a, b) => a - b);
  let most = 0;
  let start = 0;
  for (let end = 0; end < times.length; end++) {
    while (times[end]! - times[start]! > length) start++;
    most = Math.max(most, end - start + 1);
  }
  return most;
}
