/** YAML against the schema: faults with their place in the file and what would be right. */

import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { shortened } from '../report/printable.ts';
import { closestWord } from './closest-word.ts';
import { type Configuration, configurationSchema } from './configuration-schema.ts';

export interface ConfigurationFault {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface CheckedConfiguration {
  /** Empty if there are faults. */
  readonly configuration: Configuration;
  /** In the order of the file. */
  readonly faults: readonly ConfigurationFault[];
}

type Path = readonly PropertyKey[];

export function checkConfiguration(text: string): CheckedConfiguration {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true });
  const faults: (ConfigurationFault & { readonly offset: number })[] = [];
  const add = (offset: number, message: string) => {
    const { line, col } = lines.linePos(offset);
    faults.push({ line, column: col, message, offset });
  };

  for (const { pos, message } of document.errors.slice(0, mostProblems))
    add(pos[0], `not YAML: ${shortened(message, longestProblem)}`);
  if (faults.length > 0) return { configuration: {}, faults };
  const { value, problem } = toValue(document);
  if (problem !== undefined)
    return { configuration: {}, faults: [{ line: 1, column: 1, message: `not YAML: ${problem}` }] };
  const result = configurationSchema.safeParse(value ?? {});
  if (result.success) return { configuration: result.data, faults };
  for (const issue of result.error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) add(keyOffset(document, issue.path, key), unknownKey(issue.path, key));
    } else {
      add(valueOffset(document, issue.path), wrongValue(document, issue));
    }
  }
  return { configuration: {}, faults: faults.sort((a, b) => a.offset - b.offset).filter(isFirstOfItsPlace) };
}

/** One value may fail several tests of the schema, all of which say the same. */
function isFirstOfItsPlace(fault: ConfigurationFault, index: number, all: readonly ConfigurationFault[]): boolean {
  const before = all[index - 1];
  return !before || before.line !== fault.line || before.column !== fault.column || before.message !== fault.message;
}

/** Characters of a wrong value or key that a message repeats: a file that is no configuration at all is one long value. */
const longestShown = 61;

/** Characters of what the YAML library says: it quotes what it does not understand. */
const longestProblem = 200;
/** So many of its faults are told: the rest follows from the first. */
const mostProblems = 3;

/** Settings whose value no message repeats: people put tokens into addresses. */
const mayHoldSecret: ReadonlySet<string> = new Set(['url']);

function unknownKey(path: Path, key: string): string {
  const known = knownKeys(path);
  const near = closestWord(key, known);
  const hint = near ? `did you mean ${near}?` : `known here: ${known.join(', ')}`;
  return `${dotted([...path, shortened(key, longestShown)])}: there is no such setting; ${hint}`;
}

function wrongValue(document: Document, { path, message }: z.core.$ZodIssue): string {
  const name = path.length === 0 ? 'the file' : dotted(path);
  const node = nodeAt(document, path);
  if (node === undefined) return `${name} is missing; give ${message}`;
  const shown = isScalar(node) && !mayHoldSecret.has(String(path.at(-1)));
  const found =
    isScalar(node) && node.value === null
      ? 'is empty'
      : `${shown ? `“${shortened(String(node.value), longestShown)}” ` : ''}is not right`;
  return `${name} ${found}; give ${message}`;
}

/** `authorised-scanners[2].expires`, counted from 1 as people do. */
function dotted(path: Path): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part + 1}]` : `${text}${text === '' ? '' : '.'}${String(part)}`,
    '',
  );
}

function nodeAt(document: Document, path: Path) {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  return isNode(node) ? node : undefined;
}

/** Of a setting that is missing: where its heading stands. */
function valueOffset(document: Document, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const node = nodeAt(document, path.slice(0, length));
    if (node?.range) return node.range[0];
  }
  return 0;
}

function keyOffset(document: Document, path: Path, key: string): number {
  const map = nodeAt(document, path);
  const pair = isMap(map) ? map.items.find((item) => isScalar(item.key) && String(item.key.value) === key) : undefined;
  return (isScalar(pair?.key) ? pair.key.range?.[0] : undefined) ?? valueOffset(document, path);
}

/** The names that the schema knows at a place. */
function knownKeys(path: Path): string[] {
  let schema: unknown = configurationSchema;
  for (const part of path) {
    const { shape, element } = unwrapped(schema);
    schema = typeof part === 'number' ? element : shape?.[String(part)];
  }
  return Object.keys(unwrapped(schema).shape ?? {});
}

interface Unwrapped {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly element?: unknown;
}

/** Takes off `optional` and `nullable`. */
function unwrapped(schema: unknown): Unwrapped {
  let inner = schema as Unwrapped & { unwrap?: () => unknown };
  while (inner && !inner.shape && !inner.element && inner.unwrap) inner = inner.unwrap() as typeof inner;
  return inner ?? {};
}

/** Every setting by its dotted name: `scan.window`; of a list's entries: `authorised-scanners.address`. */
export function settingNames(schema: unknown = configurationSchema, prefix = ''): string[] {
  const { shape, element } = unwrapped(schema);
  if (element && unwrapped(element).shape) return settingNames(element, prefix);
  if (!shape) return [prefix];
  return Object.entries(shape).flatMap(([name, inner]) =>
    settingNames(inner, prefix === '' ? name : `${prefix}.${name}`),
  );
}

/** Aliases of aliases can stand for more than any memory holds; the library counts them and gives up. */
function toValue(document: Document): { value?: unknown; problem?: string } {
  try {
    return { value: document.toJS() };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
