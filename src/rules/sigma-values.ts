/** One condition of ours in Sigma's words: modifiers behind the field's name, and the value with its wildcards escaped. */

import type { Test } from '../signature/signature.ts';

/** `key` is `field` or `field|modifier|modifier`; all items of a selection must hold. */
export type SigmaItem = readonly [key: string, value: string | number | readonly string[]];

export interface SigmaOptions {
  /** Leave out `cased`, which not every backend knows: rules then take letters of any case. */
  readonly ignoreCase?: boolean;
}

/** All that the test demands of the field. Undefined: Sigma has no words for it. */
export function sigmaItems(field: string, test: Test, options: SigmaOptions = {}): SigmaItem[] | undefined {
  const items: SigmaItem[] = [];
  const plain = (modifier: string, text: string): void => {
    const cased = test.nocase || options.ignoreCase || !/[A-Za-z]/.test(text) ? '' : '|cased';
    items.push([`${field}${modifier}${cased}`, escapeWildcards(text)]);
  };
  const pattern = (text: string): void => {
    items.push([`${field}|re${test.nocase || options.ignoreCase ? '|i' : ''}`, text]);
  };
  const { is, starts, ends, contains, at, matches, size } = test;
  if (is !== undefined) plain('', is);
  if (starts !== undefined) plain('|startswith', starts);
  if (ends !== undefined) plain('|endswith', ends);
  if (contains !== undefined && at === undefined) plain('|contains', contains);
  if (contains !== undefined && at !== undefined) pattern(`^.{${at}}${escapePattern(contains)}`);
  if (size !== undefined) pattern(`^.{${size}}$`);
  if (matches !== undefined) {
    const simple = plainPattern(matches);
    const portable = sigmaPattern(matches);
    if (simple !== undefined) plain(simple.modifier, simple.text);
    else if (portable !== undefined) pattern(portable);
    else return undefined;
  }
  return items;
}

/** `*` and `?` are wildcards; a backslash before one of them, or at the end, would be taken for an escape. */
function escapeWildcards(text: string): string {
  return text.replace(/\\+(?=[*?]|$)|[*?]/g, (run) => (run.startsWith('\\') ? run.repeat(2) : `\\${run}`));
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** A pattern without any choice is a plain value, which every backend knows better than a regular expression. */
function plainPattern(pattern: string): { readonly modifier: string; readonly text: string } | undefined {
  const [, start, body = '', end] = /^(\^?)((?:[^\\^$.*+?()[\]{}|]|\\[^A-Za-z0-9])*)(\$?)$/s.exec(pattern) ?? [];
  if (start === undefined || end === undefined || body === '') return undefined;
  const text = body.replace(/\\(.)/gs, '$1');
  if (start !== '') return { modifier: end === '' ? '|startswith' : '', text };
  return { modifier: end === '' ? '|contains' : '|endswith', text };
}

/**
 * The specification's appendix on modifiers allows the dot, anchors, quantifiers, classes, alternation and groups. Groups
 * without capture become plain ones; what a byte's number means becomes the byte.
 */
export function sigmaPattern(pattern: string): string | undefined {
  const plain = pattern
    .replaceAll('(?:', '(')
    .replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => escapePattern(String.fromCharCode(Number.parseInt(hex, 16))));
  return /\(\?|\\[A-Za-z0-9]|[^\x20-\x7e]/.test(plain) ? undefined : plain;
}
