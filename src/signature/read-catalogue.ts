/** A folder of signatures, `<protocol>/<name>.yaml` → checked Signatures, or all that is wrong with them. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from './catalogue-fault.ts';
import { checkSignature } from './check-signature.ts';
import type { KnownFields } from './known-fields.ts';
import { readSignature, type SignatureReading } from './read-signature.ts';
import { withMembers } from './sequence-members.ts';
import type { Signature } from './signature.ts';

export interface Catalogue {
  /** In the order of their ids. */
  readonly signatures: readonly Signature[];
  /** Empty if the catalogue can be used. */
  readonly faults: readonly Fault[];
  /** Where the value at a path of keys of one of the signatures stands, or its nearest parent. */
  placeOf(id: string, path: readonly PropertyKey[]): Place;
}

export interface Place {
  readonly file: string;
  readonly line: number;
}

interface Entry {
  readonly file: string;
  readonly id: string;
  readonly reading: SignatureReading;
}

/**
 * Reads all signatures of `directory`; `fields` are those that a condition may name. `known` are signatures that are there
 * already: sequences may name them, a signature may replace that of the same id, and must not bear the number of another.
 * Throws only if it cannot read.
 */
export function readCatalogue(directory: string, fields: KnownFields, known: readonly Signature[] = []): Catalogue {
  const faults: Fault[] = [];
  const entries: Entry[] = [];
  for (const file of catalogueFiles(directory, faults)) {
    const id = file.replace(/\.yaml$/, '').replace('/', '-');
    const reading = readSignature(id, file, readFileSync(join(directory, file), 'utf8'));
    faults.push(...reading.faults);
    if (reading.signature !== undefined) {
      for (const { path, message } of checkSignature(reading.signature, fields)) {
        faults.push({ file, line: reading.lineOf(path), message });
      }
    }
    entries.push({ file, id, reading });
  }
  faults.push(...duplicates(entries), ...takenNumbers(entries, known));
  faults.push(...sequenceFaults(entries, known), ...memberFaults(entries, known));
  const signatures = entries.flatMap(({ reading }) => reading.signature ?? []);
  return {
    signatures: withMembers(signatures.sort((a, b) => (a.id < b.id ? -1 : 1))),
    faults,
    placeOf: (id, path) => {
      const entry = entries.find((one) => one.id === id);
      return { file: entry?.file ?? '', line: entry?.reading.lineOf(path) ?? 1 };
    },
  };
}

/** Paths below `directory`, with forward slashes, sorted. */
function catalogueFiles(directory: string, faults: Fault[]): string[] {
  const files: string[] = [];
  const paths = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(directory, '/').length).replaceAll('\\', '/'))
    .sort();
  for (const path of paths) {
    // What an editor needs, what explains the folder, and what a version control keeps there.
    if (path === 'schema.json' || path === 'revisions.json' || path === 'README.md' || /(^|\/)\./.test(path)) continue;
    if (/^[a-z0-9]+(-[a-z0-9]+)*\/[a-z0-9]+(-[a-z0-9]+)*\.yaml$/.test(path)) files.push(path);
    else
      faults.push({
        file: path,
        line: 1,
        message: 'is no signature: must be called <protocol>/<name>.yaml in lower case',
      });
  }
  return files;
}

function duplicates(entries: readonly Entry[]): Fault[] {
  const faults: Fault[] = [];
  const ids = new Map<string, string>();
  const sids = new Map<number, string>();
  for (const { file, id, reading } of entries) {
    const sameId = ids.get(id);
    if (sameId !== undefined) faults.push({ file, line: 1, message: `has the id ${id}, as ${sameId} has` });
    ids.set(id, file);
    const sid = reading.signature?.sid;
    if (sid === undefined) continue;
    const sameSid = sids.get(sid);
    if (sameSid !== undefined) {
      faults.push({ file, line: reading.lineOf(['sid']), message: `\`sid\` ${sid} is that of ${sameSid}` });
    }
    sids.set(sid, file);
  }
  return faults;
}

function takenNumbers(entries: readonly Entry[], known: readonly Signature[]): Fault[] {
  const owners = new Map(known.map(({ sid, id }) => [sid, id]));
  return entries.flatMap(({ file, id, reading }) => {
    const sid = reading.signature?.sid;
    const owner = sid === undefined ? undefined : owners.get(sid);
    if (owner === undefined || owner === id) return [];
    return [{ file, line: reading.lineOf(['sid']), message: `\`sid\` ${sid} is that of ${owner}` }];
  });
}

/** What `counts-in` names must be a sequence, and be able to count it. */
function memberFaults(entries: readonly Entry[], known: readonly Signature[]): Fault[] {
  const faults: Fault[] = [];
  const byId = new Map<string, Signature | undefined>(known.map((signature) => [signature.id, signature]));
  for (const { id, reading } of entries) byId.set(id, reading.signature);
  for (const { file, reading } of entries) {
    for (const [i, id] of (reading.signature?.countsIn ?? []).entries()) {
      const fault = (message: string): void => {
        faults.push({ file, line: reading.lineOf(['counts-in', i]), message });
      };
      const counter = byId.get(id);
      if (!byId.has(id)) fault(`there is no signature ${id}`);
      else if (counter !== undefined && counter.sequence === undefined) fault(`${id} is no sequence`);
      else if (reading.signature?.sequence !== undefined) fault(`is a sequence itself, and ${id} cannot count it`);
      else if (counter?.sequence?.distinct === 'family' && reading.signature?.family === '') {
        fault(`${id} counts families, and this has no \`family\``);
      }
    }
  }
  return faults;
}

/** A sequence must name signatures that exist, are no sequences, and prove something together that one does not alone. */
function sequenceFaults(entries: readonly Entry[], known: readonly Signature[]): Fault[] {
  const faults: Fault[] = [];
  const byId = new Map<string, Signature | undefined>(known.map((signature) => [signature.id, signature]));
  // Faulty ones, too: that a sequence names them is no fault of the sequence.
  for (const { id, reading } of entries) byId.set(id, reading.signature);
  for (const { file, reading } of entries) {
    const sequence = reading.signature?.sequence;
    if (sequence === undefined) continue;
    const fault = (path: PropertyKey[], message: string): void => {
      faults.push({ file, line: reading.lineOf(['sequence', ...path]), message });
    };
    const members: Signature[] = [...byId.values()].flatMap((one) =>
      one?.countsIn?.includes(reading.signature!.id) ? one : [],
    );
    const itself = members.length;
    for (const [i, id] of (sequence.needs ?? []).entries()) {
      if (!sequence.of.includes(id)) fault(['needs', i], `${id} is not one of those that count (\`of\`)`);
    }
    for (const [i, id] of sequence.of.entries()) {
      const member = byId.get(id);
      if (!byId.has(id)) fault(['of', i], `there is no signature ${id}`);
      else if (member?.sequence !== undefined) fault(['of', i], `${id} is a sequence itself`);
      else if (member !== undefined) members.push(member);
      if (sequence.distinct === 'family' && member?.family === '') {
        fault(['of', i], `${id} has no \`family\`, and families are what is counted`);
      }
    }
    if (members.length < itself + sequence.of.length) continue;
    if (members.every((member) => member.grade === 'definitive')) {
      fault(['of'], 'has definitive members only: each of them is an alert already');
    }
    const kinds = new Set(members.map((member) => (sequence.distinct === 'family' ? member.family : member.id)));
    if (kinds.size < sequence.atLeast) {
      fault(['at-least'], `can never hold: its members are only ${kinds.size} different (${sequence.distinct})`);
    }
  }
  return faults;
}
