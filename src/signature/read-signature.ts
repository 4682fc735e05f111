/** One YAML file of the catalogue → one Signature, with every fault of the file at its line. */

import * as YAML from 'yaml';
import type { Transport } from '../protocol/protocol.ts';
import type { Fault } from './catalogue-fault.ts';
import { schemaFaults } from './schema-faults.ts';
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
  YAML.visit(document, {
    Pair: (_key, { key }) => {
      const where = YAML.isNode(key) ? key.range?.[0] : undefined;
      if (!YAML.isScalar(key)) fault(lineAt(where ?? 0), 'has a key that is no word');
    },
  });
  if (faults.length > 0) return { faults, lineOf };

  for (const [offset, name, how] of badlyQuoted(document)) fault(lineAt(offset), `${name} ${how}`);
  const quoteFaults = new Set(faults.map(({ line }) => line));
  const parsed = signatureSchema.safeParse(document.toJS());
  if (!parsed.success) {
    for (const { path, message } of schemaFaults(parsed.error.issues)) {
      // A value without quotes is a number or so to YAML: one fault says it all.
      if (!quoteFaults.has(lineOf(path))) fault(lineOf(path), message);
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
 * `\x00` in single quotes as four characters; only in a regular expression is that the same thing. Single quotes around
 * a string without a backslash say the same as double ones, and formatters prefer them where the string has double quotes.
 */
function badlyQuoted(document: YAML.Document): [number, string, string][] {
  const found: [number, string, string][] = [];
  if (!YAML.isMap(document.contents)) return found;
  const check = (node: unknown, name: string): void => {
    if (YAML.isSeq(node)) for (const item of node.items) check(item, name);
    if (YAML.isMap(node)) {
      for (const { key, value } of node.items) {
        const word = YAML.isScalar(key) ? String(key.value) : '';
        if (!['at', 'size', 'nocase', 'transport', 'port', 'packet'].includes(word)) check(value, word);
      }
    }
    if (!YAML.isScalar(node) || node.range == null || node.type === 'QUOTE_DOUBLE') return;
    if (node.type === 'QUOTE_SINGLE' && (name === 'matches' || !String(node.value).includes('\\'))) return;
    const want = name === 'matches' ? 'in quotes' : 'in double quotes';
    found.push([node.range[0], `\`${name}\``, `holds bytes: write them ${want}`]);
  };
  for (const key of ['match', 'search', 'hits', 'misses']) {
    check(document.contents.get(key, true), key);
  }
  return found;
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
    ...(file['counts-in'] && { countsIn: file['counts-in'] }),
    match: toConditions(file.match ?? []),
    search: (file.search ?? []).map(toLiteral),
    ...(sequence && {
      sequence: {
        of: sequence.of,
        atLeast: sequence['at-least'],
        ...(sequence.needs && { needs: sequence.needs }),
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
    if ('packet' in flow) {
      const bytes = Buffer.from(flow.packet.replaceAll(' ', ''), 'hex').toString('latin1');
      return { transport: transports[0]!, port: flow.port ?? 0, bytes, packet: true };
    }
    return { transport: flow.transport ?? transports[0]!, port: flow.port ?? 0, bytes: flow.bytes };
  });
}
