/**
 * What a start needs of a catalogue before anything is suspected. The build computes it for the shipped one and leaves it in a
 * file with the signatures, each of which is parsed when it is first asked for: the cost of a start does not grow with them.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import type { CompiledSignature } from './compile-signatures.ts';
import { type SearchTables, searchTables } from './hot-path-tables.ts';
import { type PacketRoles, packetRoles } from './packet-signatures.ts';

export interface PreparedCatalogue {
  readonly search: SearchTables;
  readonly packets: PacketRoles;
  /** Places of the sequences. */
  readonly sequences: readonly number[];
}

/** Of the catalogues that came from a file, or were prepared already: nobody changes such a list. */
const prepared = new WeakMap<readonly CompiledSignature[], PreparedCatalogue>();

/** As it came from the file, or computed. */
export function preparedOf(catalogue: readonly CompiledSignature[]): PreparedCatalogue {
  const known = prepared.get(catalogue);
  if (known !== undefined) return known;
  const made = prepare(catalogue);
  prepared.set(catalogue, made);
  return made;
}

export function sequencesOf(catalogue: readonly CompiledSignature[]): readonly CompiledSignature[] {
  return preparedOf(catalogue).sequences.map((place) => catalogue[place] as CompiledSignature);
}

function prepare(catalogue: readonly CompiledSignature[]): PreparedCatalogue {
  const packets = packetRoles(catalogue);
  return {
    search: searchTables(catalogue, packets.waiting),
    packets,
    sequences: catalogue.flatMap(({ sequence }, place) => (sequence === undefined ? [] : [place])),
  };
}

/** The first line of the file, with the tables in base64. */
interface Prepared extends Omit<PreparedCatalogue, 'search'> {
  /** How many lines follow. */
  readonly signatures: number;
  readonly search: Readonly<Record<keyof SearchTables, string>>;
}

/** Writes the catalogue for `readPrepared`: JSON by lines, in ASCII. */
export function writePrepared(file: string, catalogue: readonly CompiledSignature[]): void {
  const { search, ...rest } = prepare(catalogue);
  const first: Prepared = {
    signatures: catalogue.length,
    ...rest,
    search: mapped(search, (table) => Buffer.from(table).toString('base64')),
  };
  writeFileSync(file, [first, ...catalogue].map((line) => inAscii(JSON.stringify(line))).join('\n'));
}

/** @throws Error if the file is not there, not whole, or none of those. */
export function readPrepared(file: string): readonly CompiledSignature[] {
  const lines = readFileSync(file, 'latin1').split('\n');
  const { signatures, search, ...rest } = JSON.parse(lines[0] as string) as Prepared;
  if (lines.length !== signatures + 1) throw new Error(`${file} is not whole: run npm run build`);
  const catalogue: CompiledSignature[] = [];
  for (let place = 0; place < signatures; place++) {
    const keep = (value: CompiledSignature): CompiledSignature => {
      Object.defineProperty(catalogue, place, { value, writable: false });
      return value;
    };
    const parse = (): CompiledSignature => keep(JSON.parse(lines[place + 1] as string) as CompiledSignature);
    Object.defineProperty(catalogue, place, { get: parse, enumerable: true, configurable: true });
  }
  prepared.set(catalogue, { ...rest, search: mapped(search, (base64) => Buffer.from(base64, 'base64')) });
  return catalogue;
}

function mapped<From, To>(
  { literals, text, fold, ports, openings }: Readonly<Record<keyof SearchTables, From>>,
  to: (table: From) => To,
): Record<keyof SearchTables, To> {
  return { literals: to(literals), text: to(text), fold: to(fold), ports: to(ports), openings: to(openings) };
}

/** Of a string's other characters the escapes, so that the file can be read as it stands. */
function inAscii(json: string): string {
  return json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
