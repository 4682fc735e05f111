/** A condition on a field that Suricata has no buffer for, as bytes of the stream with what stands around them. */

import type { Test } from '../signature/signature.ts';
import { hexLists, type StreamPlace } from './suricata-fields.ts';
import { content, literalPattern, longestRun, pcre } from './suricata-options.ts';

/** Undefined: the test cannot be said of bytes that stand amid others. */
export function streamOptions(field: string, place: StreamPlace, original: Test): string[] | undefined {
  const test = hexLists[field] === undefined ? original : bytesTest(original, hexLists[field]);
  if (test === undefined) return undefined;
  const { nocase } = test;
  const pattern = valuePattern(place, test);
  if (pattern === undefined) return undefined;
  return [...searched(place, test), pcre(nocase ? pattern.replace(/^/, '(?i)') : pattern)];
}

/** The bytes that the engine looks for before it runs the pattern. */
function searched({ lengthSize }: StreamPlace, { is, starts, contains, ends, matches, nocase }: Test): string[] {
  const bytes = is ?? starts ?? contains ?? ends ?? (matches === undefined ? undefined : longestRun(matches)?.bytes);
  if (bytes === undefined || bytes.length < 2) return [];
  if (is !== undefined && lengthSize !== undefined) return content(numberBytes(is.length, lengthSize) + is, { nocase });
  return content(bytes, { nocase });
}

function valuePattern(place: StreamPlace, { is, starts, contains, at, ends, matches, size }: Test): string | undefined {
  const { any, after, lengthSize, never = '' } = place;
  // Nothing that is counted with four bytes is longer than two can say.
  const anyLength = lengthSize === undefined ? '' : lengthSize === 4 ? '\\x00\\x00..' : `.{${lengthSize}}`;
  const before = place.before.includes('|^') ? `(?:${place.before})` : place.before;
  const given = [is, starts, contains, ends, matches].filter((one) => one !== undefined).length;
  if (given > 1) return undefined;
  if (is !== undefined) {
    const length = lengthSize === undefined ? '' : literalPattern(numberBytes(is.length, lengthSize));
    return before + length + literalPattern(is) + (lengthSize === undefined ? after : '');
  }
  if (starts !== undefined) return before + anyLength + literalPattern(starts);
  if (contains !== undefined) {
    return `${before}${anyLength}${at === undefined ? `${any}*?` : `${any}{${at}}`}${literalPattern(contains)}`;
  }
  if (ends !== undefined) return `${before}${anyLength}${any}*?${literalPattern(ends)}${after}`;
  if (matches !== undefined) {
    const inner = matches.startsWith('^') ? matches.slice(1) : `${any}*?${matches}`;
    if (outsideClasses(inner, '^')) return undefined;
    return before + anyLength + withEnd(never === '' ? inner : inner.replaceAll('[^', `[^${never}`), after);
  }
  if (size !== undefined) {
    const length = lengthSize === undefined ? '' : literalPattern(numberBytes(size, lengthSize));
    return `${before}${length}${any}{${size}}${lengthSize === undefined ? after : ''}`;
  }
  return undefined;
}

/** The value's end is not the stream's. */
function withEnd(pattern: string, after: string): string {
  const end = `(?=${after})`;
  let result = '';
  let inClass = false;
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index]!;
    if (character === '\\') {
      result += character + pattern[++index];
      continue;
    }
    if (character === '[') inClass = true;
    if (character === ']') inClass = false;
    result += character === '$' && !inClass ? end : character;
  }
  // A choice must not reach beyond the value.
  return `(?:${result})`;
}

function outsideClasses(pattern: string, wanted: string): boolean {
  let inClass = false;
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index]!;
    if (character === '\\') index++;
    else if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    else if (character === wanted && !inClass) return true;
  }
  return false;
}

/** Big-endian. */
export function numberBytes(value: number, size: number): string {
  return Array.from({ length: size }, (_, index) =>
    String.fromCharCode((value >>> (8 * (size - 1 - index))) & 255),
  ).join('');
}

/** A test of numbers in hex, joined by commas, as a test of their bytes. */
export function bytesTest(test: Test, digits: number): Test | undefined {
  const { is, starts, contains, ends, matches, size } = test;
  const number = '[0-9a-f]'.repeat(digits);
  const plain = (text: string): string | undefined =>
    new RegExp(`^(?:${number})(?:,${number})*,?$`).test(text.replace(/^0x/, '')) ? hexBytes(text) : undefined;
  if (contains !== undefined || ends !== undefined) return undefined;
  if (is !== undefined) return plain(is) === undefined ? undefined : { is: plain(is)! };
  if (starts !== undefined) return plain(starts) === undefined ? undefined : { starts: plain(starts)! };
  if (size !== undefined) return { size: ((size + 1) / (digits + 1)) * (digits / 2) };
  if (matches === undefined) return undefined;
  const body = matches.replace(/^\^/, '').replace(/\$$/, '');
  if (matches.startsWith('^') && matches.endsWith('$') && plain(body) !== undefined) return { is: plain(body)! };
  const bytes = matches
    .replaceAll(`[0-9a-f]{${digits}}`, '.'.repeat(digits / 2))
    .replace(new RegExp(`(?<![0-9a-f{,])(?:${number})`, 'g'), (hex) => hex.replace(/../g, '\\x$&'))
    .replace(new RegExp(`,((?:${number}))(?![0-9])`, 'g'), (_, hex: string) => hex.replace(/../g, '\\x$&'))
    .replace(/,(?=[(\\.|)]|$)/g, '')
    .replace(/\((?=[^?])/g, '(?:');
  return { matches: bytes };
}

function hexBytes(text: string): string {
  return Buffer.from(text.replace(/^0x/, '').replaceAll(',', ''), 'hex').toString('latin1');
}
