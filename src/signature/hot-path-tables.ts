/** Gives the hot path all that it must know of a catalogue: the literals to search for, and the headers that are known. */

import { FILTER, GRAM_BUCKETS, ICMP_GATE, SEGMENT_GATE, SHORTS, STARTS } from '../hot-path/assembly/layout.ts';
import { AFTER_HEADER, BY_ICMP, BY_ROUTING, BY_SCTP, BY_TCP, BY_UDP } from '../hot-path/assembly/transport-bits.ts';
import type { HotPath } from '../hot-path/hot-path.ts';
import type { Transport } from '../protocol/protocol.ts';
import type { CompiledSignature } from './compile-signatures.ts';
import { LiteralTables } from './literal-tables.ts';
import type { PacketSignatures } from './packet-signatures.ts';
import type { Signature } from './signature.ts';

const transportBits: Readonly<Record<Transport, number>> = {
  tcp: BY_TCP,
  udp: BY_UDP,
  icmp: BY_ICMP,
  sctp: BY_SCTP,
  igmp: BY_ROUTING,
  eigrp: BY_ROUTING,
  pim: BY_ROUTING,
};

/** From the next packet on, these signatures are searched for. */
export function setCatalogue(
  hotPath: HotPath,
  signatures: readonly CompiledSignature[],
  { gate, waiting }: PacketSignatures,
): void {
  const entries = signatures.flatMap(({ literals }, signature) => literals.map((literal) => ({ literal, signature })));
  const { filter, buckets, starts, shorts, ...lists } = new LiteralTables(entries);
  const { shapes, icmpTypes, shape, word, window, icmpWord, icmpSequence, routing } = gate.tables();
  hotPath.set('gateSize', shape.byteLength);
  hotPath.set('gateIcmpSize', icmpWord.byteLength);
  hotPath.set('gateRoutingSize', routing.byteLength);
  hotPath.setTables(
    new Map<number, Int32Array | Uint8Array>([
      [FILTER, filter],
      [GRAM_BUCKETS, buckets],
      [STARTS, starts],
      [SHORTS, shorts],
      [SEGMENT_GATE, shapes],
      [ICMP_GATE, icmpTypes],
    ]),
    {
      ...lists,
      ...entryRules(lists.entrySignature, signatures, waiting),
      gateShape: shape,
      gateWord: word,
      gateWindow: window,
      gateIcmpWord: icmpWord,
      gateIcmpSequence: icmpSequence,
      gateRouting: routing,
    },
  );
}

/** For each literal: on which transports, and to which ports, its signature speaks. Lists of ports end with -1. */
function entryRules(entrySignature: Int32Array, signatures: readonly Signature[], waiting: ReadonlySet<number>) {
  const ports: number[] = [];
  const rules = signatures.map((signature, index) => {
    const waits = waiting.has(index) ? AFTER_HEADER : 0;
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
