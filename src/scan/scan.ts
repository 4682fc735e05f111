/** A scan that is open: what was seen of one source in one zone pair. */

import type { Signature } from '../signature/signature.ts';
import type { Evidence } from './evidence.ts';
import { compareEvidence, evidenceCost } from './evidence-order.ts';
import type { Zone } from './perimeter.ts';
import type { ScanLimits } from './scan-settings.ts';

export interface SignatureSeen {
  readonly signature: Signature;
  count: number;
  /** The earliest; undefined when the list of evidence was full. */
  evidence: Evidence | undefined;
}

export class Scan {
  readonly source: string;
  readonly zone: Zone;
  readonly signatures = new Map<string, SignatureSeen>();
  readonly targets = new Map<string, Set<string>>();
  firstSeen = Number.POSITIVE_INFINITY;
  lastSeen = Number.NEGATIVE_INFINITY;
  /** Last evidence that is more than weak, or a step of a sequence that was complete: what keeps the scan open. */
  lastProof = Number.NEGATIVE_INFINITY;
  headline: Evidence | undefined;
  evidenceCount = 0;
  spoofable = true;
  omittedEvidence = 0;
  omittedTargets = 0;
  omittedPorts = 0;
  readonly #limits: ScanLimits;
  #id = '';
  #listed = 0;
  #bytes = 1000;

  constructor(source: string, zone: Zone, limits: ScanLimits) {
    this.source = source;
    this.zone = zone;
    this.#limits = limits;
  }

  /**
   * 64 bits of a hash of source, zone and time of the first evidence, as hex: the same in every run over one capture. What
   * comes later, out of order, does not change it any more.
   */
  get id(): string {
    if (this.#id === '') {
      const name = `${this.source} ${this.zone} ${this.firstSeen}`;
      // Not imported above: the module costs 7 ms of the start, and most captures hold no scan.
      this.#id = process.getBuiltinModule('node:crypto').createHash('sha256').update(name).digest('hex').slice(0, 16);
    }
    return this.#id;
  }

  /** An estimate of the memory that it holds. */
  get size(): number {
    return this.#bytes;
  }

  /** Evidence from the wire: `count` times, between its own time and `last`. */
  add(evidence: Evidence, count: number, last: number): void {
    this.evidenceCount += count;
    this.#addTarget(evidence, count);
    this.#addSignature(evidence, count, last);
  }

  /** A sequence that was completed by evidence which is counted already. */
  addSequence(sequence: Evidence): void {
    this.#addSignature(sequence, 1, sequence.time);
  }

  #addSignature(evidence: Evidence, count: number, last: number): void {
    const { signature } = evidence;
    this.firstSeen = Math.min(this.firstSeen, evidence.time);
    this.lastSeen = Math.max(this.lastSeen, last);
    if (signature.grade !== 'weak') {
      this.lastProof = Math.max(this.lastProof, last);
      this.spoofable &&= evidence.spoofable;
    }
    if (!this.headline || compareEvidence(evidence, this.headline) < 0) this.headline = evidence;
    const seen = this.signatures.get(signature.id);
    if (!seen) {
      this.signatures.set(signature.id, { signature, count, evidence: this.#keep(evidence) });
      return;
    }
    seen.count += count;
    if (seen.evidence && compareEvidence(evidence, seen.evidence) < 0) seen.evidence = evidence;
  }

  #keep(evidence: Evidence): Evidence | undefined {
    if (this.#listed >= this.#limits.evidence) {
      this.omittedEvidence++;
      return undefined;
    }
    this.#listed++;
    this.#bytes += evidenceCost(evidence);
    return evidence;
  }

  #addTarget({ target, targetPort, transport }: Evidence, count: number): void {
    let ports = this.targets.get(target);
    if (!ports) {
      if (this.targets.size >= this.#limits.targets) {
        this.omittedTargets += count;
        return;
      }
      ports = new Set();
      this.targets.set(target, ports);
      this.#bytes += 400;
    }
    if (!['tcp', 'udp', 'sctp'].includes(transport)) return;
    const port = `${targetPort}/${transport}`;
    if (ports.has(port)) return;
    if (ports.size >= this.#limits.ports) {
      this.omittedPorts += count;
      return;
    }
    ports.add(port);
    this.#bytes += 60;
  }
}
