/**
 * The hot path as TypeScript sees it: the WebAssembly module of assembly/, its memory, and what stands in it. One for each
 * engine: flow table, reassembly and search share it. To be closed after use.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { captureWindow, keptBytes, mostHits } from '../limits.ts';
import { packageRoot } from '../package-root.ts';
import { FOUND_WORDS } from './assembly/found-words.ts';
import { STRIDE } from './assembly/gram.ts';
import * as layout from './assembly/layout.ts';
import { BEGINNING_SHIFT, GRAM_SHIFT, LITERAL_SHIFT } from './assembly/literal-words.ts';
import { PACKET_WORDS } from './assembly/packet-words.ts';
import { isServicePort } from './service-ports.ts';

/** As `npm run build` makes it from assembly/. */
export const hotPathModule = join(packageRoot, 'dist', 'hot-path.wasm');

/** Numbers of assembly/counters.ts; all only grow. */
const counterNames = [
  'frames',
  'packets',
  'payloads',
  'payloadsCut',
  'notIp',
  'otherProtocol',
  'fragmentsHeld',
  'notTunnel',
  'malformedFrames',
  'truncatedFrames',
  'flows',
  'withoutHandshake',
  'evicted',
  'forgotten',
  'outOfOrder',
  'gaps',
  'heldDropped',
  'keptExhausted',
  'fragments',
  'reassembled',
  'timedOut',
  'fragmentsEvicted',
  'overlaps',
  'oversized',
  'malformed',
  'fragmentsCut',
] as const;

export type HotPathCounter = (typeof counterNames)[number];

/** Of a flow that left before it was judged to the end, or of segments held for one: numbers as released.ts gives them. */
export type ReleasedBytes = (
  suspicion: number,
  address: number,
  length: number,
  atStart: number,
  ended: number,
  origin: number,
) => void;

type Global = { value: number };

/** The module's functions: each is described where assembly/ has it. Flags are 0 or 1. */
export interface HotPathFunctions {
  readonly run: (position: number, filled: number, second: number) => number;
  readonly takeFrame: (start: number, end: number, second: number, microseconds: number) => number;
  readonly accept: (payload: number, isAtHand: number) => number;
  readonly examine: (payload: number, isAtHand: number) => number;
  readonly suspect: (id: number, waiting: number) => void;
  readonly settle: () => void;
  readonly releaseAll: () => void;
  readonly holdsSegments: () => number;
  readonly capacity: () => number;
  readonly compileLiterals: (count: number) => void;
  readonly takeChunk: (sizeClass: number) => number;
  readonly searchBytes: (start: number, length: number, destinationPort: number, transport: number) => void;
  readonly addFragment: (
    header: number,
    headerLength: number,
    identification: number,
    protocol: number,
    payload: number,
    size: number,
    offset: number,
    more: number,
    isCut: number,
    seconds: number,
  ) => number;
  readonly incompleteDatagrams: () => number;
  readonly incompleteBytes: () => number;
  readonly clear: () => void;
}

/** Those that were closed, for the next: each reserves much of the process's address space, until it is collected. */
const spare: HotPath[] = [];
const mostSpare = 4;

let compiled: WebAssembly.Module | undefined;

export class HotPath {
  /** All of its memory: the module's addresses are offsets in it. */
  readonly bytes: Uint8Array;
  /** For the bytes of a capture, of which `run` takes the records. */
  readonly window: Uint8Array;
  /** The packet that is looked at: words of assembly/packet-words.ts. */
  readonly packet: Int32Array;
  /** What was found in it: words of assembly/found-words.ts. */
  readonly found: Int32Array;
  /** Signatures that the last search suspects; HIT_COUNT of them. */
  readonly hits: Int32Array;
  /** What is kept of clients. */
  readonly kept: Uint8Array;
  /** For the table of remembered headers: so many bytes, all 0. */
  readonly headers: Int32Array;
  readonly functions: HotPathFunctions;
  /** Who takes what is released. */
  onReleased: ReleasedBytes = () => {};
  private readonly globals: Readonly<Record<string, Global>>;

  static open(): HotPath {
    const hotPath = spare.pop();
    hotPath?.clear();
    return hotPath ?? new HotPath();
  }

  private constructor() {
    // Node.js has none of it with --jitless.
    if (typeof WebAssembly === 'undefined')
      throw new Error('Trespass needs WebAssembly: start Node.js without --jitless');
    const pages = layout.MEMORY_BYTES / 65_536;
    // Shared, though nobody shares it: the collector counts what else is as long as that as a reason to collect.
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const takeReleased: ReleasedBytes = (...told) => this.onReleased(...told);
    compiled ??= new WebAssembly.Module(readFileSync(hotPathModule));
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory }, released: { takeReleased } });
    this.functions = exports as unknown as HotPathFunctions;
    this.globals = exports as Readonly<Record<string, Global>>;
    const { buffer } = memory;
    this.bytes = new Uint8Array(buffer);
    this.window = new Uint8Array(buffer, layout.CAPTURE, captureWindow);
    this.packet = new Int32Array(buffer, layout.PACKET, PACKET_WORDS);
    this.found = new Int32Array(buffer, layout.FOUND, FOUND_WORDS);
    this.hits = new Int32Array(buffer, layout.HITS, mostHits);
    this.kept = new Uint8Array(buffer, layout.KEPT, keptBytes);
    this.headers = new Int32Array(buffer, layout.HEADERS, (layout.HELD_FLOWS - layout.HEADERS) >> 2);
    this.bytes.set(isServicePort, layout.SERVICE_PORTS);
  }

  /** Nobody uses it, nor its memory, from now on. Not cleared here: mostly the process ends, and nobody needs it again. */
  close(): void {
    if (spare.length >= mostSpare || spare.includes(this)) return;
    this.onReleased = () => {};
    spare.push(this);
  }

  private clear(): void {
    this.functions.clear();
    this.headers.fill(0);
    this.set('hasHeaders', 0);
    for (const name of counterNames) this.set(name, 0);
  }

  /**
   * From now on the search is for these: `literals` has their words (assembly/literal-words.ts), `others` what else
   * depends on the catalogue, by the names of the module's globals (assembly/tables.ts).
   */
  setCatalogue(literals: Uint8Array, others: Readonly<Record<string, Int32Array | Uint8Array>>): void {
    const count = literals.byteLength >> (LITERAL_SHIFT + 2);
    this.put(layout.LITERALS, literals);
    let at = layout.LITERALS + literals.byteLength;
    const place = (name: string, bytes: number): number => {
      const from = (at + 63) & ~63;
      at = from + bytes;
      if (at > layout.MEMORY_BYTES) {
        throw new Error(
          'The catalogue is too large: the tables of its literals take more than 8 MB. Load fewer signatures.',
        );
      }
      this.set(name, from);
      return from;
    };
    place('beginnings', (count + 1) << (BEGINNING_SHIFT + 2));
    place('grams', (count * STRIDE) << (GRAM_SHIFT + 2));
    for (const [name, table] of Object.entries(others)) this.put(place(name, table.byteLength), table);
    this.functions.compileLiterals(count);
  }

  /** For each kind of header (assembly/layout.ts): may the gate want the packet? */
  setGate(segments: Uint8Array, icmpTypes: Uint8Array): void {
    this.put(layout.SEGMENT_GATE, segments);
    this.put(layout.ICMP_GATE, icmpTypes);
  }

  /** A number that the module exports. */
  get(name: string): number {
    return (this.globals[name] as Global).value;
  }

  set(name: string, value: number): void {
    const global = this.globals[name];
    if (global === undefined) throw new Error('dist/hot-path.wasm is of another version: run npm run build');
    global.value = value;
  }

  count(name: HotPathCounter): number {
    return this.get(name);
  }

  private put(at: number, table: Int32Array | Uint8Array): void {
    this.bytes.set(new Uint8Array(table.buffer, table.byteOffset, table.byteLength), at);
  }
}
