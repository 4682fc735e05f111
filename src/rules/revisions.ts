/** Revisions of rules: they rise when what a signature's rules say changes, and only then. */

import { createHash } from 'node:crypto';
import type { CompiledSignature } from '../signature/compile-signatures.ts';
import type { Revisions } from '../signature/revisions.ts';
import { exportSuricata } from './suricata.ts';
import { defaultSidBase, ruleMeaning } from './suricata-sids.ts';

/** For each signature, what its rules say in all versions of Suricata, and what our own engine judges by: 16 hex digits. */
export function revisionHashes(catalogue: readonly CompiledSignature[]): Map<string, string> {
  const texts = new Map(
    catalogue.map(({ id, sid, match, sequence, grade, ports, transports }) => [
      sid,
      { id, text: JSON.stringify({ match, sequence: sequence && { ...sequence, of: [] }, grade, ports, transports }) },
    ]),
  );
  for (const version of [6, 7, 8] as const) {
    const options = { version, sidBase: defaultSidBase, grade: 'weak', window: 30 } as const;
    for (const rule of exportSuricata(catalogue, options)) {
      const sid = Number(/ sid:(\d+);/.exec(rule)?.[1]);
      const entry = texts.get(ruleMeaning(defaultSidBase, sid)?.signatureSid ?? 0);
      if (entry !== undefined) entry.text += rule.replace(/ rev:\d+;/, '');
    }
  }
  return new Map(
    [...texts.values()].map(({ id, text }) => [id, createHash('sha256').update(text).digest('hex').slice(0, 16)]),
  );
}

/** The ledger after a change. Signatures that are gone stay in it: their numbers are never used again. */
export function nextRevisions(ledger: Revisions, hashes: ReadonlyMap<string, string>): Revisions {
  const next: Record<string, { hash: string; rev: number }> = { ...ledger };
  for (const [id, hash] of hashes) {
    const known = ledger[id];
    if (known === undefined) next[id] = { hash, rev: 1 };
    else if (known.hash !== hash) next[id] = { hash, rev: known.rev + 1 };
  }
  return Object.fromEntries(Object.entries(next).sort(([a], [b]) => (a < b ? -1 : 1)));
}
