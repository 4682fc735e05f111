/**
 * Which packets without a message are worth a closer look: TCP segments whose options, and echo requests whose code and
 * sequence number, are those that a signature names. A function of header bytes alone: no flow, no state, no allocation.
 *
 * The first question is one look into a table of 4,096 bytes, by length of the header and flags; a system's ordinary SYN
 * passes it, and is then told apart by the first four bytes of its options and, where the signature gives one, the window. The hot
 * path (assembly/gate.ts) asks for header and options at once, of 4,096 bits.
 * What passes all is judged like any other suspicion, so the gate may let too much through, but nothing too little.
 */

import { GATE_BYTES, GATE_SHIFT, GATE_SPREAD } from '../hot-path/assembly/gate-hash.ts';
import { IP_ICMP, IP_ICMPV6 } from './ip-protocol.ts';

/** What a signature asks of a TCP header. All numbers are unsigned. */
export interface TcpGateKey {
  readonly kind: 'tcp';
  /** The header's byte 13. */
  readonly flags: number;
  /** All of the options, padding included: a multiple of four bytes, at least four. */
  readonly options: Uint8Array;
  /** Absent: any. */
  readonly window: number | undefined;
}

/** What a signature asks of an echo request (RFC 792; RFC 4443 section 4.1). */
export interface IcmpGateKey {
  readonly kind: 'icmp';
  readonly type: number;
  readonly code: number;
  /** Absent: any. */
  readonly id: number | undefined;
  readonly sequence: number;
}

/** An empty UDP datagram, as a port scan sends it that has no payload for the port. */
export interface UdpGateKey {
  readonly kind: 'udp';
}

/** What a signature asks of IGMP, EIGRP or PIM over IPv4. */
export interface RoutingGateKey {
  readonly kind: 'routing';
  /** Protocol number of the IP header. */
  readonly protocol: number;
  /** Identification of the IP header (RFC 791 section 3.1). */
  readonly identification: number;
}

export type GateKey = TcpGateKey | IcmpGateKey | UdpGateKey | RoutingGateKey;

/** What becomes of the packet. */
export const PASS = 0;
/** It is judged now. */
export const JUDGE = 1;
/** It proves nothing alone: kept until the same source says something to the same port. */
export const REMEMBER = 2;

/** A byte tells the first of a shape; of keys beyond, the search for them begins here. */
const MOST_FIRST = 254;

/** Shortest header that passes: twenty bytes and the first word of the options. */
const SHORTEST = 24;

export class PacketGate {
  /** By length of the TCP header (in words) and flags: one more than the place of the first key; 0: there is none. */
  private readonly shapes = new Uint8Array(4096);
  private readonly shape: Int32Array;
  private readonly word: Int32Array;
  /** -1: any. */
  private readonly window: Int32Array;
  private readonly outcome: Uint8Array;
  private readonly icmpWord: Int32Array;
  /** -1: any. */
  private readonly icmpId: Int32Array;
  private readonly icmpSequence: Int32Array;
  /** What becomes of an empty datagram. */
  readonly emptyDatagram: number;
  /** Protocol number in the upper half, identification in the lower. */
  private readonly routing: Int32Array;

  /** `judged` decide at once, `remembered` do not. Where both fit, the packet is judged. */
  constructor(judged: readonly GateKey[], remembered: readonly GateKey[]) {
    const tcp = [
      ...judged.map((key) => ({ key, outcome: JUDGE })),
      ...remembered.map((key) => ({ key, outcome: REMEMBER })),
    ].flatMap(({ key, outcome }) => (key.kind === 'tcp' ? [{ ...key, outcome, shape: shapeOf(key) }] : []));
    // Those of one shape stand together, in the order in which they count.
    tcp.sort((one, other) => one.shape - other.shape);
    const icmp = judged.filter((key) => key.kind === 'icmp');
    this.shape = Int32Array.from(tcp, ({ shape }) => shape);
    this.word = Int32Array.from(tcp, ({ options }) => new DataView(options.buffer, options.byteOffset).getInt32(0));
    this.window = Int32Array.from(tcp, ({ window }) => window ?? -1);
    this.outcome = Uint8Array.from(tcp, ({ outcome }) => outcome);
    this.icmpWord = Int32Array.from(icmp, ({ type, code }) => (type << 8) | code);
    this.icmpId = Int32Array.from(icmp, ({ id }) => id ?? -1);
    this.icmpSequence = Int32Array.from(icmp, ({ sequence }) => sequence);
    for (const [index, shape] of this.shape.entries()) this.shapes[shape] ||= Math.min(index, MOST_FIRST) + 1;
    const empty = (keys: readonly GateKey[]): boolean => keys.some(({ kind }) => kind === 'udp');
    this.emptyDatagram = empty(judged) ? JUDGE : empty(remembered) ? REMEMBER : PASS;
    this.routing = Int32Array.from(
      judged.flatMap((key) => (key.kind === 'routing' ? [(key.protocol << 16) | key.identification] : [])),
    );
  }

  /**
   * For a TCP header at `at`, of which everything before `end` was captured. Big endian, as on the wire (RFC 9293 section
   * 3.1). Returns PASS, JUDGE or REMEMBER. The caller need not know the header's length.
   */
  tcp(bytes: Uint8Array, at: number, end: number): number {
    if (end - at < SHORTEST) return PASS;
    // Data offset in words (upper four bits of byte 12), flags (byte 13).
    const shape = (((bytes[at + 12] as number) & 0xf0) << 4) | (bytes[at + 13] as number);
    const first = this.shapes[shape] as number;
    return first === 0 ? PASS : this.look(bytes, at, shape, first - 1);
  }

  /** All that the gate looks at, by name: for the hot path, which looks alike. Not to be changed. */
  tables() {
    const icmpTypes = new Uint8Array(256);
    for (const word of this.icmpWord) icmpTypes[word >> 8] = 1;
    const segments = new Uint8Array(GATE_BYTES);
    for (const [index, word] of this.word.entries()) {
      const place = Math.imul(word ^ (this.shape[index] as number), GATE_SPREAD) >>> GATE_SHIFT;
      segments[place >> 3] = (segments[place >> 3] as number) | (1 << (place & 7));
    }
    const { shape, word, window, icmpWord, icmpId, icmpSequence, routing } = this;
    return { segments, shape, word, window, icmpTypes, icmpWord, icmpId, icmpSequence, routing };
  }

  /** For the header of an ICMP or ICMPv6 message at `at`. */
  icmp(bytes: Uint8Array, at: number, end: number): number {
    if (end - at < 8) return PASS;
    const word = short(bytes, at);
    const id = short(bytes, at + 4);
    const sequence = short(bytes, at + 6);
    for (let index = 0; index < this.icmpWord.length; index++) {
      if (this.icmpWord[index] !== word || this.icmpSequence[index] !== sequence) continue;
      const wanted = this.icmpId[index] as number;
      if (wanted === -1 || wanted === id) return JUDGE;
    }
    return PASS;
  }

  /** For an IPv4 packet of another protocol, whose header is at `ip`. */
  other(bytes: Uint8Array, ip: number, protocol: number): number {
    return this.routing.includes((protocol << 16) | short(bytes, ip + 4)) ? JUDGE : PASS;
  }

  private look(bytes: Uint8Array, at: number, shape: number, first: number): number {
    const word = (short(bytes, at + 20) << 16) | short(bytes, at + 22);
    const window = short(bytes, at + 14);
    for (let index = first; index < this.shape.length && (this.shape[index] as number) <= shape; index++) {
      const wanted = this.window[index] as number;
      if (this.shape[index] === shape && this.word[index] === word && (wanted === -1 || wanted === window)) {
        return this.outcome[index] as number;
      }
    }
    return PASS;
  }
}

/** Length of the header in the upper bits, flags in the lower eight. */
function shapeOf({ options, flags }: TcpGateKey): number {
  return ((20 + options.length) << 6) | flags;
}

/** Is `protocol` one whose echo requests the gate knows? */
export function isIcmpProtocol(protocol: number): boolean {
  return protocol === IP_ICMP || protocol === IP_ICMPV6;
}

function short(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
