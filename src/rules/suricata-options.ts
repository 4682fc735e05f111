/** The words of a Suricata rule's body: content, pcre and what stands around them. */

import type { Test } from '../signature/signature.ts';

/** Longest `content` that all versions take. */
const longestContent = 255;

/** What a rule's parser would not take as it stands, and all that is no printable ASCII, in hex between bars. */
export function contentText(bytes: string): string {
  return bytes.replace(/[^A-Za-z0-9 !#$%&'()*+,./<=>?@[\]^_`{}~-]+/g, (run) => {
    const hex = Array.from(run, (character) => character.charCodeAt(0).toString(16).padStart(2, '0'));
    return `|${hex.join(' ')}|`;
  });
}

export interface ContentOptions {
  readonly start?: boolean;
  readonly end?: boolean;
  /** Offset at which it must stand. */
  readonly at?: number | undefined;
  readonly nocase?: boolean | undefined;
  /** It is what the engine searches for, in all traffic. */
  readonly fast?: boolean | undefined;
}

/** `content`, in several pieces if it is long: each stands right behind the one before. */
export function content(bytes: string, { start, end, at, nocase, fast }: ContentOptions = {}): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < bytes.length; from += longestContent) pieces.push(bytes.slice(from, from + longestContent));
  return pieces.flatMap((piece, index) => [
    `content:"${contentText(piece)}"`,
    ...(index === 0 && start ? ['startswith'] : []),
    ...(index === 0 && at !== undefined ? [`offset:${at}`, `depth:${piece.length}`] : []),
    ...(index > 0 ? ['distance:0', `within:${piece.length}`] : []),
    ...(index === pieces.length - 1 && end ? (index === 0 ? ['endswith'] : ['isdataat:!1,relative']) : []),
    ...(nocase ? ['nocase'] : []),
    ...(index === 0 && fast ? ['fast_pattern'] : []),
  ]);
}

/** A JavaScript pattern (flag `s`) as `pcre`. */
export function pcre(pattern: string, nocase = false): string {
  return `pcre:"/${portable(pattern)}/s${nocase ? 'i' : ''}"`;
}

/** The same pattern in the dialect of PCRE, free of what ends a rule's option. */
function portable(pattern: string): string {
  let result = '';
  let inClass = false;
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index]!;
    if (character === '\\') {
      const next = pattern[++index]!;
      // A byte in JavaScript's longer form.
      if (next === 'u' && /^00[0-9a-f]{2}/i.test(pattern.slice(index + 1))) {
        result += `\\x${pattern.slice(index + 3, index + 5)}`;
        index += 4;
        continue;
      }
      result += /[/";]/.test(next) ? `\\x${next.charCodeAt(0).toString(16)}` : `\\${next}`;
      continue;
    }
    // JavaScript's class without anything excluded.
    if (pattern.startsWith('[^]', index) && !inClass) {
      result += '[\\x00-\\xff]';
      index += 2;
      continue;
    }
    if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    // In JavaScript the very end; PCRE's `$` would also stand before a last line feed.
    if (character === '$' && !inClass) result += '\\z';
    else if (/[/";\x00-\x1f\x7f-\xff]/.test(character)) {
      result += `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
    } else result += character;
  }
  return result;
}

/** Bytes as a pattern that means just them. */
export function literalPattern(bytes: string): string {
  return bytes.replace(
    /[^A-Za-z0-9 _=<>@,!%&'~-]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** Something that every match of a pattern holds, byte for byte. */
export interface Run {
  readonly bytes: string;
  /** It begins the value. */
  readonly start: boolean;
}

/** The longest run of bytes that the pattern demands outside of choices and repetitions; undefined if there is none. */
export function longestRun(pattern: string): Run | undefined {
  const runs: Run[] = [];
  let run = '';
  let start = false;
  const end = (): void => {
    if (run !== '') runs.push({ bytes: run, start });
    run = '';
    start = false;
  };
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index]!;
    if (character === '|') return undefined;
    if (character === '^') {
      start = index === 0;
    } else if (character === '(' || character === '[') {
      end();
      index = closing(pattern, index);
    } else if (/[?*+{]/.test(character)) {
      // What is repeated was taken for a byte of the run.
      if (run !== '') run = run.slice(0, -1);
      end();
      if (character === '{') index = pattern.indexOf('}', index);
    } else if (character === '.' || character === '$') {
      end();
    } else if (character === '\\') {
      const next = pattern[++index]!;
      if (next === 'x') {
        run += String.fromCharCode(Number.parseInt(pattern.slice(index + 1, index + 3), 16));
        index += 2;
      } else if (/[rnt0]/.test(next)) run += { r: '\r', n: '\n', t: '\t', 0: '\0' }[next];
      else if (/[a-z]/i.test(next)) end();
      else run += next;
    } else {
      run += character;
    }
  }
  end();
  return runs.reduce<Run | undefined>(
    (best, one) => (best === undefined || one.bytes.length > best.bytes.length ? one : best),
    undefined,
  );
}

/** Where the group or class that opens at `index` closes. */
function closing(pattern: string, index: number): number {
  if (pattern[index] === '[') {
    for (let at = index + 1; at < pattern.length; at++) {
      if (pattern[at] === '\\') at++;
      else if (pattern[at] === ']') return at;
    }
    return pattern.length;
  }
  let depth = 0;
  for (let at = index; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === '\\') at++;
    else if (character === '[') at = closing(pattern, at);
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return at;
  }
  return pattern.length;
}

/** A test of a value that stands alone in a sticky buffer. */
export function bufferOptions(test: Test): string[] {
  const { is, starts, ends, contains, at, matches, size, nocase } = test;
  const options: string[] = [];
  if (is !== undefined) options.push(...content(is, { start: true, end: true, nocase }));
  if (starts !== undefined) options.push(...content(starts, { start: true, nocase }));
  if (contains !== undefined) options.push(...content(contains, { at, nocase }));
  if (ends !== undefined) options.push(...content(ends, { end: true, nocase }));
  if (matches !== undefined) {
    const run = longestRun(matches);
    if (run !== undefined && run.bytes.length > 1) options.push(...content(run.bytes, { start: run.start, nocase }));
    options.push(pcre(matches, nocase));
  }
  if (size !== undefined) options.push(`bsize:${size}`);
  return options;
}
