/**
 * How a message must begin that a signature can match: bytes at places, told from its conditions on the payload. The search
 * looks at them where it finds one of the signature's literals, so that most of what only looks like it is never judged.
 */

import type { Condition, Signature } from './signature.ts';

/** One of the beginnings that are possible. */
export interface Opening {
  /** Byte by byte (a character each, latin1), of which the bits set in `mask` are known; all, where that is empty. */
  readonly bytes: string;
  readonly mask: string;
  /** Nothing follows. */
  readonly whole: boolean;
}

/** Only so many bytes are told: the conditions judge the rest. */
const LONGEST = 48;
/** More ways to begin are not told apart. */
const MOST = 32;
/** So many, if they come from characters that have little in common: of those, so many ranges. */
const FEW = 8;
const FEW_RANGES = 4;

/** Empty when the conditions tell nothing. */
export function openingsOf(signature: Signature): readonly Opening[] {
  let best: readonly Opening[] = [];
  for (const condition of signature.match) {
    const openings = openingsOfCondition(condition);
    if (openings.length > 0 && leastKnown(openings) > leastKnown(best)) best = openings;
  }
  return best.map((opening) => (/^\xff*$/.test(opening.mask) ? { ...opening, mask: '' } : opening));
}

function openingsOfCondition({ field, test }: Condition): readonly Opening[] {
  if (field !== 'payload' || test.nocase === true) return [];
  const { is, starts, contains, at, matches } = test;
  if (is !== undefined) return [known(is, true)];
  if (starts !== undefined) return [known(starts, false)];
  if (contains !== undefined && at !== undefined) {
    const { bytes, mask, whole } = known(contains, false);
    const before = '\0'.repeat(at);
    return [shortened({ bytes: before + bytes, mask: before + mask, whole })];
  }
  return matches === undefined ? [] : openingsOfPattern(matches);
}

function known(bytes: string, whole: boolean): Opening {
  return shortened({ bytes, mask: '\xff'.repeat(bytes.length), whole });
}

function shortened({ bytes, mask, whole }: Opening): Opening {
  return { bytes: bytes.slice(0, LONGEST), mask: mask.slice(0, LONGEST), whole: whole && bytes.length <= LONGEST };
}

/** Known bits of that which tells least; 0 of none. */
function leastKnown(openings: readonly Opening[]): number {
  if (openings.length === 0) return 0;
  return Math.min(...openings.map(({ mask, whole }) => knownBits(mask) + (whole ? 1 : 0)));
}

function knownBits(mask: string): number {
  let bits = 0;
  for (const character of mask) {
    for (let rest = character.charCodeAt(0); rest > 0; rest >>= 1) bits += rest & 1;
  }
  return bits;
}

/** How a match of the regular expression (flag s) begins. */
export function openingsOfPattern(source: string): readonly Opening[] {
  if (!source.startsWith('^')) return [];
  const reader = new PatternReader(source, 1);
  const beginnings = reader.sequence();
  // `^` would bind the first alternative only.
  if (!reader.isAtEnd) return [];
  return beginnings.map(({ bytes, mask, whole, open }) => shortened({ bytes, mask, whole: whole && !open }));
}

interface Beginning extends Opening {
  /** Something follows that is not told. */
  readonly open: boolean;
}

const NOTHING: Beginning = { bytes: '', mask: '', whole: false, open: false };

/** Reads a regular expression as far as its beginnings can be told; what cannot leaves them open. */
class PatternReader {
  private readonly source: string;
  private at: number;

  constructor(source: string, at: number) {
    this.source = source;
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.source.length;
  }

  /** Up to the end of this alternative. */
  sequence(): Beginning[] {
    let beginnings = [NOTHING];
    while (!this.isAtEnd && !'|)'.includes(this.next)) {
      const longer = this.extended(beginnings);
      if (longer === undefined) {
        this.skipAlternative();
        return beginnings.map((beginning) => ({ ...beginning, open: true }));
      }
      beginnings = longer;
    }
    return beginnings;
  }

  private get next(): string {
    return this.source.charAt(this.at);
  }

  /** With the next term behind them; undefined: it is not understood, or says too much. */
  private extended(beginnings: readonly Beginning[]): Beginning[] | undefined {
    if (this.next === '$') {
      this.at++;
      return beginnings.map((beginning) => ({ ...beginning, whole: true }));
    }
    const term = this.term();
    if (term === undefined) return undefined;
    const [least, isExact] = this.repetitions();
    let all: Beginning[] | undefined = [...beginnings];
    for (let count = 0; count < least && all !== undefined; count++)
      all = joined(all, term) ?? joined(all, common(term));
    return isExact ? all : all?.map((beginning) => ({ ...beginning, open: true }));
  }

  /** One character of any kind, or a group. */
  private term(): Beginning[] | undefined {
    if (this.next === '(') return this.group();
    const [atom = ''] =
      /^(?:\\x[0-9a-fA-F]{2}|\\0(?!\d)|\\[^0-9bBkKpPucx]|\[(?:\\.|[^\]])*\]|[^\\^$*+?(){}|[\]])/s.exec(this.rest) ?? [];
    if (atom === '') return undefined;
    this.at += atom.length;
    return charactersOf(atom).map((character) => ({ ...NOTHING, ...character }));
  }

  private group(): Beginning[] | undefined {
    if (this.rest.startsWith('(?:')) this.at += 3;
    else if (this.rest.startsWith('(?')) return undefined;
    else this.at++;
    const all: Beginning[] = [];
    for (;;) {
      all.push(...this.sequence());
      if (this.next !== '|') break;
      this.at++;
    }
    this.at++;
    return all.length > MOST ? undefined : all;
  }

  /** How often the term stands there at least; and is that exact? */
  private repetitions(): [number, boolean] {
    const [text, least, most] = /^(?:[*+?]|\{(\d+)(,\d*)?\})/.exec(this.rest) ?? [];
    if (text === undefined) return [1, true];
    this.at += text.length;
    if (least !== undefined) return [Math.min(Number(least), LONGEST), most === undefined && Number(least) <= LONGEST];
    return [text === '+' ? 1 : 0, false];
  }

  private get rest(): string {
    return this.source.slice(this.at);
  }

  private skipAlternative(): void {
    for (let depth = 0; !this.isAtEnd; this.at++) {
      if (this.next === '\\') this.at++;
      else if (this.next === '[') this.at += /^\[(?:\\.|[^\]])*/s.exec(this.rest)?.[0].length ?? 1;
      else if (this.next === '(') depth++;
      else if (depth === 0 && '|)'.includes(this.next)) return;
      else if (this.next === ')') depth--;
    }
  }
}

/** Each with each behind it; undefined: too many. One that is open, whole or long enough stays as it is: repetitions multiply. */
function joined(beginnings: readonly Beginning[], terms: readonly Beginning[]): Beginning[] | undefined {
  const most = terms.every(isCharacter) && terms.length > 1 ? FEW : MOST;
  const all: Beginning[] = [];
  for (const before of beginnings) {
    if (before.open || before.whole || before.bytes.length > LONGEST) all.push({ ...before, open: true });
    else {
      for (const { bytes, mask, whole, open } of terms) {
        all.push({ bytes: before.bytes + bytes, mask: before.mask + mask, whole, open });
      }
    }
  }
  return all.length > most ? undefined : all;
}

function isCharacter({ bytes, whole, open }: Beginning): boolean {
  return bytes.length === 1 && !whole && !open;
}

/** What all of them have in common, where each is one character. */
function common(terms: readonly Beginning[]): readonly Beginning[] {
  if (!terms.every(isCharacter)) return terms;
  let ones = 0xff;
  let zeros = 0xff;
  for (const { bytes, mask } of terms) {
    ones &= bytes.charCodeAt(0);
    zeros &= mask.charCodeAt(0) & ~bytes.charCodeAt(0);
  }
  return [{ ...NOTHING, ...character(ones, zeros) }];
}

type Character = Pick<Opening, 'bytes' | 'mask'>;

const characters = new Map<string, readonly Character[]>();

/**
 * The bytes that a part of a pattern for one character allows: a few whole ranges of which all but the lower bits are known, or,
 * where that would be many, what all have in common.
 */
function charactersOf(atom: string): readonly Character[] {
  let found = characters.get(atom);
  if (found === undefined) {
    const pattern = new RegExp(`^${atom}$`, 's');
    const bytes = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) =>
      pattern.test(String.fromCharCode(byte)),
    );
    const all = character(
      bytes.reduce((bits, byte) => bits & byte, 0xff),
      bytes.reduce((bits, byte) => bits & ~byte, 0xff),
    );
    const isTold = bytes.length === 2 ** (8 - knownBits(all.mask));
    const ranges = isTold ? [all] : rangesOf(bytes);
    // Of none at all (a character beyond latin1), nothing is known.
    found = bytes.length > 0 && ranges.length <= FEW_RANGES ? ranges : [bytes.length === 0 ? character(0, 0) : all];
    characters.set(atom, found);
  }
  return found;
}

/** The largest ranges that hold these bytes (in rising order) and no other, and begin at a multiple of their length. */
function rangesOf(bytes: readonly number[]): Character[] {
  const allowed = new Set(bytes);
  const ranges: Character[] = [];
  for (let at = 0; at < 256; ) {
    let length = at === 0 ? 256 : at & -at;
    while (length >= 1 && !isAllowed(allowed, at, length)) length >>= 1;
    if (length >= 1) ranges.push(character(at, 0xff & ~at & ~(length - 1)));
    at += Math.max(length, 1);
  }
  return ranges;
}

function isAllowed(allowed: ReadonlySet<number>, from: number, length: number): boolean {
  for (let byte = from; byte < from + length; byte++) if (!allowed.has(byte)) return false;
  return true;
}

/** Of which these bits are known to be one, and those to be zero. */
function character(ones: number, zeros: number): Character {
  return { bytes: String.fromCharCode(ones), mask: String.fromCharCode((ones | zeros) & 0xff) };
}
