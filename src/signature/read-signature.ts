/** One YAML file of the catalogue → one Signature, with every fault of the file at its line. */

import * as YAML from 'yaml';
import type * as z from 'zod';
import type { Transport } from '../protocol/protocol.ts';
import type { Fault } from './catalogue-fault.ts';
import type { Condition, Example, ExampleFlow, SearchLiteral, Signature, Test } from './signature.ts';
import { type SignatureFile, signatureSchema } from './signature-schema.ts';

type Path = readonly PropertyKey[];

export interface SignatureReading {
  /** Absent when the file is too faulty to say what it means. */
  readonly signature?: Signature;
  readonly faults: readonly Fault[];
  /** Line in the file of the value at a path of keys (`['nmap', 'scripts', 0]`), or of its nearest parent. */
  lineOf(path: Path): number;
}

/** Reads the text of `file`, whose signature is called `id`. Never throws. */
export function readSignature(id: string, file: string, text: string): SignatureReading {
  const faults: Fault[] = [];
  const lines = new YAML.LineCounter();
  const document = YAML.parseDocument(text, { lineCounter: lines, uniqueKeys: true, version: '1.2' });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const lineOf = (path: Path): number => lineAt(offsetOf(document, path));
  const fault = (line: number, message: string): void => {
    faults.push({ file, line, message });
  };

  for (const error of [...document.errors, ...document.warnings]) {
    fault(lineAt(error.pos[0]), yamlMessage(error));
  }
  if (document.errors.length > 0) return { faults, lineOf };

  YAML.visit(document, {
    Alias: (_key, node) => fault(lineAt(node.range?.[0] ?? 0), 'uses an alias: write the value out, for the reader'),
  });
  if (faults.length > 0) return { faults, lineOf };

  for (const [offset, name, how] of badlyQuoted(document)) fault(lineAt(offset), `${name} ${how}`);
  const parsed = signatureSchema.safeParse(document.toJS());
  if (!parsed.success) {
    for (const issue of parsed.error.issues.flatMap((found) => leaves(found, []))) {
      fault(lineOf(issue.path), issue.message);
    }
    return { faults, lineOf };
  }
  return { signature: toSignature(id, parsed.data), faults, lineOf };
}

function yamlMessage(error: YAML.YAMLError): string {
  if (error.code === 'DUPLICATE_KEY') return 'has this key already: a key stands once';
  return `is not YAML: ${error.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '')}`;
}

/** Offset of the node at a path; a key's own offset if the path ends there with something absent. */
function offsetOf(document: YAML.Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (YAML.isMap(node)) {
      const pair = node.items.find((item) => YAML.isScalar(item.key) && item.key.value === step);
      if (pair === undefined) return offset;
      offset = (pair.key as YAML.Scalar).range?.[0] ?? offset;
      node = pair.value;
    } else if (YAML.isSeq(node)) {
      node = node.items[Number(step)];
      if (node === undefined) return offset;
      offset = (node as YAML.Node).range?.[0] ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

/**
 * Bytes that stand in the file without double quotes. YAML would read `0300e10` as a number, `on` as it likes, and leave
 * `\x00` in single quotes as four characters; only in a regular expression is that the same thing.
 */
function badlyQuoted(document: YAML.Document): [number, string, string][] {
  const found: [number, string, string][] = [];
  if (!YAML.isMap(document.contents)) return found;
  const check = (node: unknown, name: string): void => {
    if (YAML.isSeq(node)) for (const item of node.items) check(item, name);
    if (YAML.isMap(node)) {
      for (const { key, value } of node.items) {
        const word = YAML.isScalar(key) ? String(key.value) : '';
        if (!['at', 'size', 'nocase', 'transport', 'port'].includes(word)) check(value, word);
      }
    }
    if (!YAML.isScalar(node) || node.range == null || node.type === 'QUOTE_DOUBLE') return;
    if (name === 'matches' && node.type === 'QUOTE_SINGLE') return;
    const want = name === 'matches' ? 'in quotes' : 'in double quotes';
    found.push([node.range[0], `\`${name}\``, `holds bytes: write them ${want}`]);
  };
  for (const key of ['match', 'search', 'hits', 'misses']) {
    check(document.contents.get(key, true), key);
  }
  return found;
}

interface Leaf {
  readonly path: Path;
  readonly message: string;
}

/** Zod's issues as sentences; of the branches of a union, those of the branch that the value comes nearest to. */
function leaves(issue: z.core.$ZodIssue, parents: Path): Leaf[] {
  const path = [...parents, ...issue.path];
  const name = path.length === 0 ? 'the signature' : `\`${path.map(String).join('.')}\``;
  if (issue.code === 'invalid_union') {
    const branches = issue.errors.map((errors) => errors.flatMap((error) => leaves(error, path)));
    const depth = (branch: Leaf[]): number => Math.max(0, ...branch.map((leaf) => leaf.path.length));
    const nearest = branches.sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
    if (nearest !== undefined && depth(nearest) > path.length) return nearest;
    const byType = branches.find((branch) => branch.some((leaf) => !leaf.message.includes('must be a')));
    return (
      byType ?? [
        {
          path,
          message: `${name} has the wrong form: ${branches
            .flat()
            .map((leaf) => leaf.message)
            .join(', or ')}`,
        },
      ]
    );
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: `\`${key}\` is not a key of ${name}` }));
  }
  if (issue.code === 'invalid_key') {
    return [{ path, message: `${name} is no field: must be \`payload\` or \`protocol.field\`` }];
  }
  if (issue.code === 'invalid_type') {
    const missing = issue.input === undefined && issue.message.includes('undefined');
    return [{ path, message: missing ? `${name} is missing` : `${name} must be a ${issue.expected}` }];
  }
  if (issue.code === 'invalid_value') {
    return [{ path, message: `${name} must be one of ${issue.values.join(', ')}` }];
  }
  return [{ path, message: `${name} ${issue.message}` }];
}

function toSignature(id: string, file: SignatureFile): Signature {
  const transports = typeof file.transport === 'string' ? [file.transport] : file.transport;
  const { sequence, nmap } = file;
  return {
    id,
    title: file.title,
    sid: file.sid,
    grade: file.grade,
    transports,
    ports: file.ports ?? [],
    family: file.family ?? '',
    match: toConditions(file.match ?? []),
    search: (file.search ?? []).map(toLiteral),
    ...(sequence && {
      sequence: {
        of: sequence.of,
        atLeast: sequence['at-least'],
        distinct: sequence.distinct,
        on: sequence.on,
        within: sequence.within,
      },
    }),
    nmap: {
      emittedBy: nmap['emitted-by'],
      scripts: nmap.scripts ?? [],
      probes: nmap.probes ?? [],
      options: nmap.options ?? [],
      since: nmap.since ?? '',
      until: nmap.until ?? '',
      note: nmap.note ?? '',
    },
    alsoSentBy: file['also-sent-by'] ?? [],
    blind: file.blind,
    benign: file.benign,
    seen: file.seen ?? [],
    unseen: file.unseen ?? '',
    attack: file.attack,
    hits: file.hits.map((example) => toExample(example, transports)),
    misses: file.misses.map((example) => toExample(example, transports)),
  };
}

function toConditions(match: Exclude<SignatureFile['match'], undefined>): Condition[] {
  const maps = Array.isArray(match) ? match : [match];
  return maps.flatMap((map) =>
    Object.entries(map).map(([field, test]) => ({
      field,
      test: typeof test === 'string' ? { is: test } : (test as Test),
    })),
  );
}

function toLiteral(search: string | { starts: string }): SearchLiteral {
  return typeof search === 'string' ? { bytes: search, anchored: false } : { bytes: search.starts, anchored: true };
}

function toExample(example: SignatureFile['hits'][number], transports: readonly Transport[]): Example {
  const flows = Array.isArray(example) ? example : [example];
  return flows.map((flow): ExampleFlow => {
    if (typeof flow === 'string') return { transport: transports[0]!, port: 0, bytes: flow };
    return { transport: flow.transport ?? transports[0]!, port: flow.port ?? 0, bytes: flow.bytes };
  });
}
