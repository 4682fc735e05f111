/** Gives the hot path all that it must know of a catalogue: the literals to search for, and the headers that are known. */

import {
  LITERAL_END,
  LITERAL_OPENINGS,
  LITERAL_PORTS,
  LITERAL_SHIFT,
  LITERAL_SIGNATURE,
  LITERAL_START,
  LITERAL_TRANSPORTS,
  LITERAL_WINDOW,
  OPENING_WHOLE,
} from '../hot-path/assembly/literal-words.ts';
import { AFTER_HEADER, BY_ICMP, BY_ROUTING, BY_SCTP, BY_TCP, BY_UDP } from '../hot-path/assembly/transport-bits.ts';
import type { HotPath } from '../hot-path/hot-path.ts';
import type { PacketGate } from '../packet/packet-gate.ts';
import type { Transport } from '../protocol/protocol.ts';
import type { CompiledSignature } from './compile-signatures.ts';
import type { Opening } from './openings.ts';

const transportBits: Readonly<Record<Transport, number>> = {
  tcp: BY_TCP,
  udp: BY_UDP,
  icmp: BY_ICMP,
  sctp: BY_SCTP,
  igmp: BY_ROUTING,
  eigrp: BY_ROUTING,
  ospf: BY_ROUTING,
  pim: BY_ROUTING,
};

/** What the search knows of a catalogue, as it stands in the hot path's memory. */
export interface SearchTables {
  /** Words of each literal (assembly/literal-words.ts). */
  readonly literals: Uint8Array;
  /** All literals' bytes, one after the other, letters as lower case; and of each the bit that makes it so, or 0. */
  readonly text: Uint8Array;
  readonly fold: Uint8Array;
  readonly ports: Uint8Array;
  readonly openings: Uint8Array;
}

/** `waiting`: places of signatures that count only after a remembered header. */
export function searchTables(signatures: readonly CompiledSignature[], waiting: readonly number[]): SearchTables {
  const words: number[] = [];
  const ports: number[] = [];
  const openings: number[] = [];
  let text = '';
  for (const [index, signature] of signatures.entries()) {
    let transports = waiting.includes(index) ? AFTER_HEADER : 0;
    for (const transport of signature.transports) transports |= transportBits[transport];
    const list = signature.ports.length === 0 ? -1 : ports.length;
    if (list >= 0) ports.push(...signature.ports, -1);
    const beginnings = signature.openings.length === 0 ? -1 : openings.length;
    if (beginnings >= 0) addOpenings(openings, signature.openings);
    for (const { bytes, anchored, window } of signature.literals) {
      const at = words.length;
      for (let word = 0; word < 1 << LITERAL_SHIFT; word++) words.push(0);
      words[at + LITERAL_START] = text.length;
      words[at + LITERAL_END] = text.length + bytes.length;
      words[at + LITERAL_SIGNATURE] = index;
      words[at + LITERAL_WINDOW] = anchored ? -1 : window;
      words[at + LITERAL_TRANSPORTS] = transports;
      words[at + LITERAL_PORTS] = list;
      words[at + LITERAL_OPENINGS] = beginnings;
      text += bytes;
    }
  }
  const bytes = Buffer.from(text, 'latin1');
  const fold = Uint8Array.from(bytes, (byte) => (isLetter(byte) ? 0x20 : 0));
  return {
    literals: bytesOf(words),
    text: Uint8Array.from(bytes, (byte, at) => byte | (fold[at] as number)),
    fold,
    ports: bytesOf(ports),
    openings: bytesOf(openings),
  };
}

/** Also of ISO 8859-1, as which the conditions read bytes. */
function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || lower >= 0xe0;
}

function bytesOf(words: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(words).buffer);
}

/** From the next packet on, these signatures are searched for. */
export function setCatalogue(hotPath: HotPath, search: SearchTables, gate: PacketGate): void {
  const { segments, icmpTypes, shape, word, window, icmpWord, icmpId, icmpSequence, routing } = gate.tables();
  hotPath.setGate(segments, icmpTypes);
  hotPath.set('gateSize', shape.byteLength);
  hotPath.set('gateIcmpSize', icmpWord.byteLength);
  hotPath.set('gateRoutingSize', routing.byteLength);
  const { literals, ...tables } = search;
  hotPath.setCatalogue(literals, {
    ...tables,
    gateShape: shape,
    gateWord: word,
    gateWindow: window,
    gateIcmpWord: icmpWord,
    gateIcmpId: icmpId,
    gateIcmpSequence: icmpSequence,
    gateRouting: routing,
  });
}

/** Their number; of each its length, with OPENING_WHOLE if nothing follows, and for each byte a word: the mask and, below it, the bits. */
function addOpenings(words: number[], openings: readonly Opening[]): void {
  words.push(openings.length);
  for (const { bytes, mask, whole } of openings) {
    words.push(bytes.length | (whole ? OPENING_WHOLE : 0));
    for (let at = 0; at < bytes.length; at++)
      words.push(((mask === '' ? 0xff : mask.charCodeAt(at)) << 8) | bytes.charCodeAt(at));
  }
}
