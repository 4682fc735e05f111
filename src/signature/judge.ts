/** From a suspicion to evidence: parse what the suspected signatures ask for, and test every condition. A cold path. */

import type { ClientMessage, Field, Protocol } from '../protocol/protocol.ts';
import type { Condition, Signature, Test } from './signature.ts';

export interface Match {
  /** Of the signature in the catalogue. */
  readonly index: number;
  readonly signature: Signature;
  /** Fields that satisfied the conditions, and those that identify the client program; latin1. */
  readonly fields: Readonly<Record<string, string>>;
  /** The wire bytes that the first condition speaks of, as offsets into the message's bytes. */
  readonly start: number;
  readonly end: number;
}

type Predicate = (value: string) => boolean;

interface CompiledCondition {
  readonly field: string;
  readonly test: Test;
  readonly holds: Predicate;
  /** The whole payload is meant, so the client must have finished its message. */
  readonly needsEnd: boolean;
  /** The first byte of the payload is meant, so it must have been seen. */
  readonly needsStart: boolean;
}

interface JudgedSignature {
  readonly signature: Signature;
  readonly conditions: readonly CompiledCondition[];
  /** Those of the payload, which belongs to no protocol; the others by the protocol of their fields. */
  readonly ofPayload: readonly CompiledCondition[];
  readonly ofProtocols: ReadonlyMap<Protocol, readonly CompiledCondition[]>;
  /** A condition speaks of the whole payload, or of its first byte. */
  readonly needsEnd: boolean;
  readonly needsStart: boolean;
}

export class Judge {
  readonly #signatures: readonly Signature[];
  readonly #protocols: ReadonlyMap<string, Protocol>;
  readonly #identifying: readonly Protocol[];
  /** Compiled when first suspected: most never are, and a start should not wait for them. */
  readonly #judged = new Map<number, JudgedSignature>();

  constructor(signatures: readonly Signature[], protocols: readonly Protocol[]) {
    this.#signatures = signatures;
    this.#protocols = new Map(protocols.map((protocol) => [protocol.name, protocol]));
    this.#identifying = protocols.filter(({ identifying }) => identifying !== undefined);
  }

  /**
   * Which of the suspects the message, as far as it has come, satisfies. They are indices into the catalogue, of signatures
   * that the message's transport and port allow. `answered`: the server has spoken after it, so that the payload so far is
   * a whole message even if more follows.
   */
  judge(message: ClientMessage, suspects: readonly number[], answered: boolean): Match[] {
    const whole = message.ended || answered;
    const parsed = new Map<Protocol, readonly Field[]>();
    const payload = payloadField(message);
    const matches: Match[] = [];
    for (const suspect of suspects) {
      const compiled = this.#compile(suspect);
      if (compiled === undefined) continue;
      // Before anything is parsed: can it be told already?
      if (compiled.needsEnd && !whole) continue;
      if (compiled.needsStart && !message.atStart) continue;
      for (const protocol of compiled.ofProtocols.keys()) {
        if (!parsed.has(protocol)) parsed.set(protocol, protocol.parse(message));
      }
      const match = matchAll(compiled, suspect, payload, parsed);
      if (match !== undefined) matches.push(match);
    }
    return matches.length === 0 ? matches : this.#identify(message, matches, parsed);
  }

  /** Does any of them speak of the whole payload, so that an answer to the message matters? */
  needsEnd(suspects: readonly number[]): boolean {
    return suspects.some((suspect) => this.#compile(suspect)?.needsEnd === true);
  }

  /** The matches with what tells the client program, found by other means or not. */
  #identify(message: ClientMessage, matches: readonly Match[], parsed: Map<Protocol, readonly Field[]>): Match[] {
    const identity: Record<string, string> = {};
    for (const protocol of this.#identifying) {
      if (!protocol.transports.includes(message.transport)) continue;
      const fields = parsed.get(protocol) ?? protocol.parse(message);
      for (const name of protocol.identifying ?? []) {
        const field = fields.find((one) => one.name === name);
        if (field !== undefined) identity[name] = field.value;
      }
    }
    // What a condition matched stays as it is: another hello of the flow may have been meant.
    return matches.map((match) => ({ ...match, fields: { ...identity, ...match.fields } }));
  }

  #compile(index: number): JudgedSignature | undefined {
    const signature = this.#signatures[index];
    let judged = this.#judged.get(index);
    if (judged === undefined && signature !== undefined) {
      const conditions = signature.match.map(compileCondition);
      judged = {
        signature,
        conditions,
        ofPayload: conditions.filter(({ field }) => field === 'payload'),
        ofProtocols: this.#byProtocol(conditions),
        needsEnd: conditions.some(({ needsEnd }) => needsEnd),
        needsStart: conditions.some(({ needsStart }) => needsStart),
      };
      this.#judged.set(index, judged);
    }
    return judged;
  }

  /** A field is `protocol.field`. */
  #byProtocol(conditions: readonly CompiledCondition[]): Map<Protocol, CompiledCondition[]> {
    const groups = new Map<Protocol, CompiledCondition[]>();
    for (const condition of conditions) {
      const protocol = this.#protocols.get(condition.field.split('.')[0]!);
      if (protocol !== undefined) groups.set(protocol, [...(groups.get(protocol) ?? []), condition]);
    }
    return groups;
  }
}

function matchAll(
  { signature, conditions, ofPayload, ofProtocols }: JudgedSignature,
  index: number,
  payload: () => Field,
  parsed: ReadonlyMap<Protocol, readonly Field[]>,
): Match | undefined {
  const found = new Map<CompiledCondition, Field>();
  for (const condition of ofPayload) {
    if (!condition.holds(payload().value)) return undefined;
    found.set(condition, payload());
  }
  for (const [protocol, asked] of ofProtocols) {
    if (!findTogether(asked, parsed.get(protocol) ?? [], found)) return undefined;
  }
  const first = found.get(conditions[0]!);
  if (first === undefined || found.size < conditions.length) return undefined;
  const fields: Record<string, string> = {};
  for (const { name, value } of conditions.map((condition) => found.get(condition)!)) {
    if (name !== 'payload') fields[name] = value;
  }
  return { index, signature, fields, ...place(first, conditions[0]?.test) };
}

/** Notes the first fields that satisfy the conditions, all of one request where the protocol has such; false if not all do. */
function findTogether(
  conditions: readonly CompiledCondition[],
  list: readonly Field[],
  found: Map<CompiledCondition, Field>,
): boolean {
  let request: number | undefined;
  let missing = new Set(conditions);
  for (const field of list) {
    if (field.request !== request) {
      request = field.request;
      missing = new Set(conditions);
    }
    for (const condition of missing) {
      // The name first: a value may have to be computed.
      if (condition.field !== field.name || !condition.holds(field.value)) continue;
      found.set(condition, field);
      missing.delete(condition);
    }
    if (missing.size === 0) return true;
  }
  return false;
}

/** Where on the wire the test found what it sought: all of the field, or the part of it that stands there as it is. */
function place({ value, start, end }: Field, test: Test | undefined): { start: number; end: number } {
  if (test === undefined || value.length !== end - start) return { start, end };
  const { starts, ends, contains, at, matches, nocase } = test;
  const folded = nocase === true ? lowerCase(value) : value;
  if (starts !== undefined) return { start, end: start + starts.length };
  if (ends !== undefined) return { start: end - ends.length, end };
  if (contains !== undefined) {
    const found = at ?? folded.indexOf(nocase === true ? lowerCase(contains) : contains);
    return { start: start + found, end: start + found + contains.length };
  }
  if (matches !== undefined) {
    const found = patternOf(matches, nocase === true).exec(value);
    if (found !== null) return { start: start + found.index, end: start + found.index + found[0].length };
  }
  return { start, end };
}

function payloadField(message: ClientMessage): () => Field {
  let field: Field | undefined;
  return () => {
    if (field !== undefined) return field;
    const { bytes, start, end } = message;
    const value = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
    field = { name: 'payload', value, start, end };
    return field;
  };
}

function compileCondition({ field, test }: Condition): CompiledCondition {
  const payload = field === 'payload';
  const pattern = test.matches ?? '';
  // While more may come, "nothing follows" can't be said: `$` and `(?!` would see a segment's end as the message's.
  const patternNeedsEnd = pattern.includes('$') || pattern.includes('(?!');
  return {
    field,
    test,
    holds: compileTest(test),
    needsEnd:
      payload && (test.is !== undefined || test.ends !== undefined || test.size !== undefined || patternNeedsEnd),
    needsStart:
      payload && (test.is !== undefined || test.starts !== undefined || test.at !== undefined || pattern.includes('^')),
  };
}

/** One predicate out of everything that a test demands. */
function compileTest(test: Test): Predicate {
  const nocase = test.nocase === true;
  const fold = (text: string): string => (nocase ? lowerCase(text) : text);
  const predicates: Predicate[] = [];
  const { is, starts, ends, contains, at, matches, size } = test;
  if (is !== undefined) {
    const wanted = fold(is);
    predicates.push((value) => value === wanted);
  }
  if (starts !== undefined) {
    const wanted = fold(starts);
    predicates.push((value) => value.startsWith(wanted));
  }
  if (ends !== undefined) {
    const wanted = fold(ends);
    predicates.push((value) => value.endsWith(wanted));
  }
  if (contains !== undefined) {
    const wanted = fold(contains);
    predicates.push(at === undefined ? (value) => value.includes(wanted) : (value) => value.startsWith(wanted, at));
  }
  if (matches !== undefined) {
    const pattern = patternOf(matches, nocase);
    predicates.push((value) => pattern.test(value));
  }
  if (size !== undefined) predicates.push((value) => value.length === size);
  return (value) => {
    const folded = fold(value);
    return predicates.every((holds) => holds(folded));
  };
}

/** ASCII only: `toLowerCase` would also fold letters of latin1, and no protocol here does. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) | 0x20));
}

function patternOf(matches: string, nocase: boolean): RegExp {
  return new RegExp(matches, nocase ? 'si' : 's');
}
