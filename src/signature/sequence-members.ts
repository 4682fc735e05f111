/** `counts-in`: a signature says itself which sequences count it. */

import type { Signature } from './signature.ts';

/** The same signatures; each sequence names all that it counts, those of its own list first. */
export function withMembers<T extends Signature>(signatures: readonly T[]): T[] {
  const members = new Map<string, string[]>();
  for (const { id, countsIn = [] } of signatures) {
    for (const sequence of countsIn) {
      const ids = members.get(sequence);
      if (ids) ids.push(id);
      else members.set(sequence, [id]);
    }
  }
  return signatures.map((signature) => {
    const { id, sequence } = signature;
    const more = (members.get(id) ?? []).filter((member) => !sequence?.of.includes(member)).sort();
    return sequence === undefined || more.length === 0
      ? signature
      : { ...signature, sequence: { ...sequence, of: [...sequence.of, ...more] } };
  });
}
