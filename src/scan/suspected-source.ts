/** A source in one zone pair whose evidence proves nothing yet. */

import type { Evidence } from './evidence.ts';
import { compareEvidence, evidenceCost } from './evidence-order.ts';

/** Of one signature against one port. */
export interface Suspicion {
  /** The earliest. */
  evidence: Evidence;
  count: number;
  last: number;
  /** Bytes of memory, an estimate. */
  cost: number;
}

/**
 * What is older than the window is forgotten: a host that gives weak evidence all day long (any old web client does) has no
 * more of a past than another.
 */
export class SuspectedSource {
  /** In order of the last evidence. */
  readonly #suspicions = new Map<string, Suspicion>();
  #size = 0;

  /** Bytes of memory, an estimate. */
  get size(): number {
    return this.#size;
  }

  /** What came before `oldest` counts no more. Gives how much evidence was dropped to stay within `limit`. */
  add(evidence: Evidence, oldest: number, limit: number): number {
    const key = `${evidence.signature.id} ${evidence.target} ${evidence.targetPort}/${evidence.transport}`;
    const known = this.#suspicions.get(key);
    if (known) this.#drop(key, known);
    this.#forget(oldest);
    // Repeated for longer than the window: counting starts again, lest the scan seems to have begun this morning.
    if (known && known.evidence.time >= oldest) {
      if (compareEvidence(evidence, known.evidence) < 0) known.evidence = evidence;
      known.count++;
      known.last = Math.max(known.last, evidence.time);
      this.#keep(key, known);
      return 0;
    }
    const dropped = this.#makeRoom(limit);
    const cost = evidenceCost(evidence) + 200;
    this.#keep(key, { evidence, count: 1, last: evidence.time, cost });
    return dropped;
  }

  /** What is not older than `oldest`, in order of arrival. */
  *recent(oldest: number): Iterable<Suspicion> {
    for (const suspicion of this.#suspicions.values()) if (suspicion.last >= oldest) yield suspicion;
  }

  #forget(oldest: number): void {
    for (const [key, suspicion] of this.#suspicions) {
      if (suspicion.last >= oldest) return;
      this.#drop(key, suspicion);
    }
  }

  #makeRoom(limit: number): number {
    let dropped = 0;
    for (const [key, suspicion] of this.#suspicions) {
      if (this.#suspicions.size < limit) break;
      this.#drop(key, suspicion);
      dropped += suspicion.count;
    }
    return dropped;
  }

  #keep(key: string, suspicion: Suspicion): void {
    this.#suspicions.set(key, suspicion);
    this.#size += suspicion.cost;
  }

  #drop(key: string, suspicion: Suspicion): void {
    this.#suspicions.delete(key);
    this.#size -= suspicion.cost;
  }
}
