/** Signatures of the user's own, read at run time: they are added to the catalogue, or replace what is there. */

import { join } from 'node:path';
import type { Fault } from './catalogue-fault.ts';
import { type CompiledSignature, compileSignatures } from './compile-signatures.ts';
import type { KnownFields } from './known-fields.ts';
import { type Place, readCatalogue } from './read-catalogue.ts';
import { withMembers } from './sequence-members.ts';
import type { Signature } from './signature.ts';

export interface UserSignatures {
  /** The catalogue with them, in the order of the ids. Without those that have faults. */
  readonly catalogue: readonly CompiledSignature[];
  /** Those of the user alone that stand in `catalogue`. */
  readonly own: readonly Signature[];
  /** Empty if all can be used. */
  readonly faults: readonly Fault[];
  /** Which signature replaces which, one line each. */
  readonly notices: readonly string[];
  /** Where the value at a path of keys of one of the user's signatures stands. */
  placeOf(id: string, path: readonly PropertyKey[]): Place;
}

/**
 * Reads `directories` in their order; of two signatures with one id, the later one holds. Throws only if a directory cannot
 * be read.
 */
export function addUserSignatures(
  catalogue: readonly CompiledSignature[],
  directories: readonly string[],
  fields: KnownFields,
): UserSignatures {
  const signatures = new Map<string, Signature>(catalogue.map((signature) => [signature.id, signature]));
  const places = new Map<string, (path: readonly PropertyKey[]) => Place>();
  const faults: Fault[] = [];
  const notices: string[] = [];
  for (const directory of directories) {
    const read = readCatalogue(directory, fields, [...signatures.values()]);
    const below = (place: Place): Place => ({ file: join(directory, place.file), line: place.line });
    for (const fault of read.faults) faults.push({ ...fault, ...below(fault) });
    for (const signature of read.signatures) {
      const { id } = signature;
      const earlier = places.get(id)?.([]).file ?? (signatures.has(id) ? 'the catalogue' : undefined);
      if (earlier !== undefined) notices.push(`${below(read.placeOf(id, [])).file} replaces ${id} of ${earlier}.`);
      signatures.set(id, signature);
      places.set(id, (path) => below(read.placeOf(id, path)));
    }
    if (read.signatures.length === 0 && read.faults.length === 0) notices.push(`${directory} holds no signature.`);
  }
  const placeOf = (id: string, path: readonly PropertyKey[]): Place => places.get(id)?.(path) ?? { file: id, line: 1 };
  faults.push(...brokenSequences([...signatures.values()], places, placeOf));

  const faulty = new Set(faults.map(({ file }) => file));
  const own = [...signatures.values()].filter(({ id }) => places.has(id) && !faulty.has(placeOf(id, []).file));
  const kept = catalogue.filter(({ id }) => !places.has(id));
  const merged = withMembers([...kept, ...compileSignatures(own, fields)].sort((a, b) => (a.id < b.id ? -1 : 1)));
  return { catalogue: merged, own, faults, notices, placeOf };
}

/** A sequence of the catalogue (or of an earlier folder) counts a signature that was replaced by one it cannot count. */
function brokenSequences(
  signatures: readonly Signature[],
  replaced: ReadonlyMap<string, unknown>,
  placeOf: UserSignatures['placeOf'],
): Fault[] {
  const byId = new Map(signatures.map((signature) => [signature.id, signature]));
  return signatures.flatMap(({ id: counter, sequence }) =>
    (sequence?.of ?? []).flatMap((id) => {
      const member = byId.get(id);
      if (member === undefined || !replaced.has(id) || replaced.has(counter)) return [];
      if (member.sequence !== undefined) {
        return [{ ...placeOf(id, ['sequence']), message: `is a sequence, and ${counter} counts it` }];
      }
      if (sequence?.distinct !== 'family' || member.family !== '') return [];
      return [{ ...placeOf(id, ['match']), message: `has no \`family\`, and ${counter} counts it by that` }];
    }),
  );
}
