/**
 * The engine's side of the fast path: loads the WebAssembly module, lends its memory to the flow table and to the reader of
 * captures, and gives it the tables of the literal search.
 */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { WINDOW_BYTES } from '../capture/capture-window.ts';
import type { FrameFilter } from '../capture/frame-source.ts';
import type { FlowMemory } from '../flow/flow-memory.ts';
import { HANDSHAKE_SHIFT, RECORD_SHIFT } from '../flow/flow-record.ts';
import type { FlowTable } from '../flow/flow-table.ts';
import { headerTableWords } from '../flow/remembered-headers.ts';
import { isServicePort } from '../flow/service-ports.ts';
import { flowCapacity, handshakes, keptBytes } from '../limits.ts';
import type { Transport } from '../protocol/protocol.ts';
import { packageFile } from '../signature/catalogue-paths.ts';
import type { LiteralSearch } from '../signature/literal-search.ts';
import type { PacketSignatures } from '../signature/packet-signatures.ts';
import type { Signature } from '../signature/signature.ts';
import {
  BUCKETS,
  CAPTURE,
  FILTER,
  GRAM_BUCKETS,
  HANDSHAKES,
  HEADERS,
  ICMP_GATE,
  KEPT,
  KEPT_STATE,
  LITERALS,
  LITERALS_END,
  MEMORY_BYTES,
  RECORDS,
  SEGMENT_GATE,
  SERVICE_PORTS,
  SHORTS,
  STARTS,
} from './assembly/layout.ts';

/** As `npm run build` makes it from assembly/. */
export const fastPathModule = join(dirname(packageFile), 'dist', 'fast-path.wasm');

const counterNames = ['frames', 'packets', 'payloads', 'notIp', 'otherProtocol', 'flows', 'forgotten'] as const;

/** What was settled without the engine. */
export type FastPathCounters = Readonly<Record<(typeof counterNames)[number], number>>;

type Global = { value: number };

/** The module's exports: the function, and globals that either side sets. */
interface Exports {
  readonly run: (position: number, filled: number, second: number) => number;
  readonly [name: string]: Global | unknown;
}

/** One that was closed, for the next: each reserves much of the process's address space, until it is collected. */
let spare: FastPath | undefined;

export class FastPath implements FrameFilter {
  readonly window: Uint8Array;
  readonly flowMemory: FlowMemory;
  /** For the table of remembered headers. */
  readonly headers: Int32Array;
  private readonly memory: SharedArrayBuffer;
  private readonly exports: Exports;
  /** The flow table that stands in its memory, */
  private flows: FlowTable | undefined;
  /** and whether the tables of the search found room beside it. */
  private serves = false;
  private readonly call: Exports['run'];
  private readonly shift: Global;

  /**
   * To be closed after use. Undefined where it was not built, or the machine has no WebAssembly with vectors: all works without it, slower.
   */
  static open(file: string = fastPathModule): FastPath | undefined {
    if (spare !== undefined && file === fastPathModule) {
      const ready = spare;
      spare = undefined;
      return ready;
    }
    // Node.js has none of it with --jitless.
    if (typeof WebAssembly === 'undefined' || !existsSync(file)) return undefined;
    try {
      return new FastPath(readFileSync(file));
    } catch (error) {
      if (error instanceof WebAssembly.CompileError || error instanceof RangeError) return undefined;
      throw error;
    }
  }

  private constructor(code: Uint8Array<ArrayBuffer>) {
    const pages = MEMORY_BYTES / 65_536;
    // Shared, though nobody shares it: the collector counts what else is as long as that as a reason to collect.
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } });
    this.exports = instance.exports as Exports;
    this.call = this.exports.run;
    this.shift = this.exports.shift as Global;
    const { buffer } = memory;
    this.memory = buffer;
    this.window = new Uint8Array(buffer, CAPTURE, WINDOW_BYTES);
    this.headers = new Int32Array(buffer, HEADERS, headerTableWords);
    this.flowMemory = {
      buckets: new Int32Array(buffer, BUCKETS, flowCapacity * 2),
      records: new Int32Array(buffer, RECORDS, flowCapacity << RECORD_SHIFT),
      handshakes: new Int32Array(buffer, HANDSHAKES, handshakes << HANDSHAKE_SHIFT),
      kept: new Uint8Array(buffer, KEPT, keptBytes),
      keptState: new Int32Array(buffer, KEPT_STATE, 16),
    };
    new Uint8Array(buffer).set(isServicePort, SERVICE_PORTS);
  }

  /**
   * Whose tables it works on: `flows` must stand in `flowMemory`. To be called again when the catalogue changes. False if its
   * tables find no room; then nothing is settled here.
   */
  serve(
    flows: FlowTable,
    headerKey: number,
    search: LiteralSearch,
    signatures: readonly Signature[],
    { gate, waiting }: PacketSignatures,
  ): boolean {
    this.flows = flows;
    this.serves = false;
    this.set('key0', flows.key0);
    this.set('key1', flows.key1);
    this.set('headerKey', headerKey);
    const { filter, buckets, starts, shorts, entrySignature, ...lists } = search.tables();
    const { shapes, icmpTypes, shape, word, window, icmpWord, icmpSequence, routing } = gate.tables();
    this.put(FILTER, filter);
    this.put(GRAM_BUCKETS, buckets);
    this.put(STARTS, starts);
    this.put(SHORTS, shorts);
    this.put(SEGMENT_GATE, shapes);
    this.put(ICMP_GATE, icmpTypes);
    this.set('gateSize', shape.byteLength);
    this.set('gateIcmpSize', icmpWord.byteLength);
    this.set('gateRoutingSize', routing.byteLength);
    const tables = {
      ...lists,
      ...entryRules(entrySignature, signatures, waiting),
      gateShape: shape,
      gateWord: word,
      gateWindow: window,
      gateIcmpWord: icmpWord,
      gateIcmpSequence: icmpSequence,
      gateRouting: routing,
    };
    let at = LITERALS;
    for (const [name, table] of Object.entries(tables)) {
      if (at + table.byteLength > LITERALS_END) return false;
      this.put(at, table);
      this.set(name, at);
      at = (at + table.byteLength + 63) & ~63;
    }
    this.serves = true;
    return true;
  }

  /** Settles the records of the window's bytes [position, filled) as long as it can; the position of the first it leaves. */
  run(position: number, filled: number, second: number): number {
    const { flows } = this;
    if (!this.serves || flows === undefined) return position;
    this.shift.value = flows.shift;
    return this.call(position, filled, second);
  }

  /** Nobody uses it, nor its memory, from now on. */
  close(): void {
    const { buckets, handshakes, keptState } = this.flowMemory;
    buckets.fill(0, 0, (this.flows?.capacity ?? 0) * 2);
    for (const table of [handshakes, keptState, this.headers]) table.fill(0);
    for (const name of counterNames) this.set(name, 0);
    this.flows = undefined;
    this.serves = false;
    spare = this;
  }

  counters(): FastPathCounters {
    const entries = counterNames.map((name) => [name, this.get(name)]);
    return Object.fromEntries(entries) as FastPathCounters;
  }

  private put(at: number, table: Int32Array | Uint8Array): void {
    new Uint8Array(this.memory, at, table.byteLength).set(
      new Uint8Array(table.buffer, table.byteOffset, table.byteLength),
    );
  }

  private get(name: string): number {
    return (this.exports[name] as Global).value;
  }

  private set(name: string, value: number): void {
    const global = this.exports[name] as Global | undefined;
    if (global === undefined) throw new Error('dist/fast-path.wasm is of another version: run npm run build');
    global.value = value;
  }
}

/** Bits as the module has them; SCTP is not settled here. */
const transportBits: Readonly<Record<Transport, number>> = {
  tcp: 1,
  udp: 2,
  icmp: 4,
  sctp: 8,
  igmp: 16,
  eigrp: 16,
  pim: 16,
};

/** Counts only after the header of a port scan. */
const afterHeader = 128;

/** For each literal: on which transports, and to which ports, its signature speaks. Lists of ports end with -1. */
function entryRules(entrySignature: Int32Array, signatures: readonly Signature[], waiting: ReadonlySet<number>) {
  const ports: number[] = [];
  const rules = signatures.map((signature, index) => {
    const waits = waiting.has(index) ? afterHeader : 0;
    const transports = signature.transports.reduce((bits, transport) => bits | transportBits[transport], waits);
    const list = signature.ports.length === 0 ? -1 : ports.length;
    if (list >= 0) ports.push(...signature.ports, -1);
    return { transports, list };
  });
  return {
    entryTransports: Int32Array.from(entrySignature, (index) => rules[index]!.transports),
    entryPorts: Int32Array.from(entrySignature, (index) => rules[index]!.list),
    ports: Int32Array.from(ports),
  };
}
