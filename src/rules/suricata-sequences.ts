/** Sequences in words of Suricata: what an unmistakable packet of a scan makes proof of what comes behind it. */

import type { CompiledSignature } from '../signature/compile-signatures.ts';
import type { Signature } from '../signature/signature.ts';
import type { Answer } from './suricata-detection.ts';

/** What a signature does for sequences. */
export interface SequenceLinks {
  /** Sequences that need it: it marks the pair of hosts. */
  readonly opens: readonly Signature[];
  /** Sequences that it completes, behind such a mark. */
  readonly completes: readonly Signature[];
}

const none: SequenceLinks = { opens: [], completes: [] };

/** For each signature by its id; the sequences that Suricata can follow. */
export function sequenceLinks(catalogue: readonly CompiledSignature[]): (id: string) => SequenceLinks {
  const links = new Map<string, { opens: Signature[]; completes: Signature[] }>();
  for (const signature of catalogue) {
    const { sequence } = signature;
    if (sequence?.needs === undefined || sequenceAnswer(signature).exactness === 'unsupported') continue;
    for (const id of new Set([...sequence.of, ...sequence.needs])) {
      const link = links.get(id) ?? { opens: [], completes: [] };
      links.set(id, link);
      (sequence.needs.includes(id) ? link.opens : link.completes).push(signature);
    }
  }
  return (id) => links.get(id) ?? none;
}

export function sequenceAnswer({ sequence }: Signature): Answer {
  if (sequence === undefined) return { exactness: 'exact', reason: '' };
  const { needs, atLeast, on } = sequence;
  if (needs === undefined) {
    const reason =
      "Suricata's xbits know pairs of hosts, not ports, and its flowbits end with the connection: ordinary clients that speak to several ports of one host would complete it";
    return { exactness: 'unsupported', reason };
  }
  if (atLeast !== 2) return { exactness: 'unsupported', reason: `xbits do not count, and it takes ${atLeast}` };
  if (on === 'port') {
    return {
      exactness: 'wider',
      reason: "Suricata's xbits know pairs of hosts: the scan may have been of another port",
    };
  }
  return { exactness: 'exact', reason: '' };
}

export const sequenceMark = ({ id, sequence }: Signature): { name: string; track: string } => ({
  name: `trespass.${id}`,
  track: sequence?.on === 'source' ? 'ip_src' : 'ip_pair',
});
