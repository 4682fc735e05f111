/** Evaluates the detection of a Sigma rule on one record, as the specification reads it: for tests. */

import type { SigmaRule } from './sigma.ts';

type Row = Readonly<Record<string, unknown>>;

export function sigmaMatches({ content }: SigmaRule, row: Row): boolean {
  const { condition, ...selections } = content.detection as Record<string, unknown>;
  return String(condition)
    .split(' and ')
    .every((name) => selectionHolds(selections[name], row));
}

/** A list of maps is an OR, a map is an AND. */
function selectionHolds(selection: unknown, row: Row): boolean {
  if (Array.isArray(selection)) return selection.some((map) => selectionHolds(map, row));
  return Object.entries(selection as Row).every(([key, wanted]) => itemHolds(key, wanted, row));
}

function itemHolds(key: string, wanted: unknown, row: Row): boolean {
  const [field = '', ...modifiers] = key.split('|');
  const values = valuesAt(row, field.split('.'), field);
  const alternatives = Array.isArray(wanted) ? wanted : [wanted];
  return values.some((value) => alternatives.some((one) => valueHolds(value, one, modifiers)));
}

/** Nested objects, lists of them, and names with dots as they are (Zeek's `id.orig_h`). */
function valuesAt(value: unknown, path: readonly string[], whole: string): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path, whole));
  if (path.length === 0) return value === undefined ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  if (Object.hasOwn(value, whole)) return valuesAt((value as Row)[whole], [], whole);
  return valuesAt((value as Row)[path[0] as string], path.slice(1), path.slice(1).join('.'));
}

function valueHolds(value: unknown, wanted: unknown, modifiers: readonly string[]): boolean {
  if (typeof wanted === 'number') return value === wanted;
  const text = String(value);
  if (modifiers.includes('re')) return new RegExp(String(wanted), modifiers.includes('i') ? 'i' : '').test(text);
  const body = wildcardPattern(String(wanted));
  const start = modifiers.includes('endswith') || modifiers.includes('contains') ? '' : '^';
  const end = modifiers.includes('startswith') || modifiers.includes('contains') ? '' : '$';
  return new RegExp(`${start}${body}${end}`, modifiers.includes('cased') ? 's' : 'si').test(text);
}

/** Specification, "Escape Character": a backslash escapes wildcards and itself. */
function wildcardPattern(text: string): string {
  return text.replace(/\\([*?\\])|[*?]|[\\^$.+()[\]{}|]/g, (sign, escaped: string | undefined) => {
    if (escaped !== undefined) return `\\${escaped}`;
    return sign === '*' ? '.*' : sign === '?' ? '.' : `\\${sign}`;
  });
}
