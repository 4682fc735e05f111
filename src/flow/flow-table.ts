/**
 * Who is the client of each flow, and what it says, in order: hot-path/assembly/ (records.ts, streams.ts, datagrams.ts) has the
 * table and its rules, this is how TypeScript asks it. What is found stands in the registers, and nothing is made per packet.
 */

import {
  AT_START,
  END,
  ENDED,
  ESTABLISHED,
  FROM,
  ORIGIN,
  START,
  SUSPICION_ID,
  WANTED,
  WAS_ANSWERED,
} from '../hot-path/assembly/found-words.ts';
import { SCRATCH } from '../hot-path/assembly/layout.ts';
import {
  ACKNOWLEDGEMENT,
  DESTINATION,
  DESTINATION_PORT,
  IP_START,
  IP_VERSION,
  MICROSECONDS,
  PAYLOAD_END,
  PAYLOAD_MISSING,
  PAYLOAD_START,
  PROTOCOL,
  SECONDS,
  SEQUENCE,
  SOURCE,
  SOURCE_PORT,
  TCP_FLAGS,
  TRANSPORT_START,
} from '../hot-path/assembly/packet-words.ts';
import { ASK_FOR_BYTES, BEHIND_HOLE, NOTHING } from '../hot-path/assembly/results.ts';
import { HotPath } from '../hot-path/hot-path.ts';
import { flowDepth } from '../limits.ts';
import { IP_TCP } from '../packet/ip-protocol.ts';
import { Packet } from '../packet/packet.ts';

export { BEHIND_HOLE, CLIENT_BYTES, DATAGRAM, MESSAGE_ENDED, NOTHING } from '../hot-path/assembly/results.ts';

/** Whose bytes they are: addresses, ports and time of the first packet that was held. Its offsets mean nothing. */
export type FlowOrigin = Packet;

/** A suspected flow, or the segments held for one, that left the table before all was judged. */
export interface ReleasedFlow {
  /** Id of the suspicion, or 0: `origin` tells whose bytes these are. */
  readonly suspicion: number;
  readonly bytes: Uint8Array;
  readonly atStart: boolean;
  /** False: more was said, which the capture has not. */
  readonly ended: boolean;
  readonly origin: FlowOrigin | undefined;
}

/** What was seen and what had to be left out. All only grow. */
export interface FlowCounters {
  readonly seen: number;
  readonly evicted: number;
  /** UDP conversations that made room for others before their time. */
  readonly forgotten: number;
  /** TCP flows whose handshake was not seen, or was forgotten: their client was told by who spoke first. */
  readonly withoutHandshake: number;
  readonly segmentsOutOfOrder: number;
  readonly gaps: number;
  /** Segments out of order given up for lack of space. */
  readonly segmentsDropped: number;
  /** Requests for kept bytes refused because all memory is in use. */
  readonly memoryExhausted: number;
}

/** The greatest datagram that IP can carry. */
const LONGEST_DATAGRAM = 65_536;

const nothing = new Uint8Array(0);

export class FlowTable {
  /** What `start`, `from` and `end` are offsets in. */
  readonly kept: Uint8Array;
  /** Flows that left before they were judged to the end; the engine takes them out after each packet. */
  readonly released: ReleasedFlow[] = [];

  // Registers, as hot-path/assembly/found-words.ts describes them; valid after a call that found something.
  start = 0;
  from = 0;
  end = 0;
  atStart = false;
  ended = false;
  answered = false;
  established = false;
  suspicion = 0;
  origin: FlowOrigin | undefined = undefined;

  private readonly hotPath: HotPath;

  /** `seed` makes the hash secret: an attacker who could choose colliding flows could evict others. */
  constructor(seed: number = (Math.random() * 0x100000000) | 0, hotPath: HotPath = HotPath.open()) {
    this.hotPath = hotPath;
    this.kept = hotPath.kept;
    hotPath.set('key0', Math.imul(seed, 0x9e3779b1));
    hotPath.set('key1', Math.imul(seed ^ 0x5bd1e995, 0x27d4eb2f));
    hotPath.onReleased = (suspicion, address, length, atStart, ended, origin) => {
      this.released.push({
        suspicion,
        bytes: hotPath.bytes.slice(address, address + length),
        atStart: atStart !== 0,
        ended: ended !== 0,
        origin: origin === 0 ? undefined : this.packetAt(origin),
      });
    };
  }

  /** Takes a decoded packet; tells what there is to search. */
  accept(packet: Packet): number {
    return this.take(packet, this.hotPath.functions.accept);
  }

  /** The same, and searches it: tells what there is to judge. The signatures that are suspected are the hot path's hits. */
  examine(packet: Packet): number {
    return this.take(packet, this.hotPath.functions.examine);
  }

  /** The registers of what the hot path has `found` by itself. */
  show(found: number): void {
    const words = this.hotPath.found;
    this.start = words[START]!;
    this.from = words[FROM]!;
    this.end = words[END]!;
    this.atStart = words[AT_START] !== 0;
    this.ended = words[ENDED] !== 0;
    this.answered = words[WAS_ANSWERED] !== 0;
    this.established = words[ESTABLISHED] !== 0;
    this.suspicion = words[SUSPICION_ID]!;
    this.origin = found === BEHIND_HOLE ? this.packetAt(words[ORIGIN]!) : undefined;
  }

  /** Notes the suspicion of the flow that was found; `waiting`: an answer is told, not only the end. */
  suspect(id: number, waiting: boolean): void {
    this.hotPath.functions.suspect(id, waiting ? 1 : 0);
  }

  /** After the bytes that were found were judged: a flow that has reached the depth, or is over, needs them no longer. */
  settle(): void {
    this.hotPath.functions.settle();
  }

  /** Every flow that is still suspected or holds segments goes to `released`: the capture is over. */
  releaseAll(): void {
    this.hotPath.functions.releaseAll();
  }

  /** Flows that there is room for now. */
  get capacity(): number {
    return this.hotPath.functions.capacity();
  }

  counters(): FlowCounters {
    const { hotPath } = this;
    return {
      seen: hotPath.count('flows'),
      evicted: hotPath.count('evicted'),
      forgotten: hotPath.count('forgotten'),
      withoutHandshake: hotPath.count('withoutHandshake'),
      segmentsOutOfOrder: hotPath.count('outOfOrder'),
      gaps: hotPath.count('gaps'),
      segmentsDropped: hotPath.count('heldDropped'),
      memoryExhausted: hotPath.count('keptExhausted'),
    };
  }

  private take(packet: Packet, ask: (payload: number, isAtHand: number) => number): number {
    this.put(packet);
    const { bytes, payloadStart } = packet;
    const isAtHand = bytes.buffer === this.hotPath.bytes.buffer;
    let found = ask(isAtHand ? bytes.byteOffset + payloadStart : 0, isAtHand ? 1 : 0);
    if (found === ASK_FOR_BYTES) {
      const wanted = this.hotPath.found[WANTED]!;
      const most = packet.protocol === IP_TCP ? flowDepth : LONGEST_DATAGRAM;
      const from = payloadStart + wanted;
      this.hotPath.bytes.set(bytes.subarray(from, Math.min(packet.payloadEnd, from + most)), SCRATCH);
      found = ask(SCRATCH - wanted, 1);
    }
    if (found !== NOTHING) this.show(found);
    return found;
  }

  private put(packet: Packet): void {
    const words = this.hotPath.packet;
    words[IP_VERSION] = packet.ipVersion;
    words[PROTOCOL] = packet.protocol;
    words[SOURCE] = packet.source0;
    words[SOURCE + 1] = packet.source1;
    words[SOURCE + 2] = packet.source2;
    words[SOURCE + 3] = packet.source3;
    words[DESTINATION] = packet.destination0;
    words[DESTINATION + 1] = packet.destination1;
    words[DESTINATION + 2] = packet.destination2;
    words[DESTINATION + 3] = packet.destination3;
    words[SOURCE_PORT] = packet.sourcePort;
    words[DESTINATION_PORT] = packet.destinationPort;
    words[SEQUENCE] = packet.sequence;
    words[ACKNOWLEDGEMENT] = packet.acknowledgement;
    words[TCP_FLAGS] = packet.tcpFlags;
    words[SECONDS] = packet.seconds;
    words[MICROSECONDS] = packet.microseconds;
    words[PAYLOAD_START] = packet.payloadStart;
    words[PAYLOAD_END] = packet.payloadEnd;
    words[PAYLOAD_MISSING] = packet.payloadMissing;
  }

  /** The packet whose words stand at `address`, without its offsets. */
  private packetAt(address: number): Packet {
    const words = new Int32Array(this.hotPath.bytes.buffer, address, MICROSECONDS + 1);
    return read(new Packet(nothing), words);
  }

  /** The packet in which the hot path has found something: its bytes are the hot path's memory. */
  foundPacket(packet: Packet): Packet {
    const words = this.hotPath.packet;
    read(packet, words);
    packet.bytes = this.hotPath.bytes;
    packet.ipStart = words[IP_START]!;
    packet.transportStart = words[TRANSPORT_START]!;
    packet.payloadStart = words[PAYLOAD_START]!;
    packet.payloadEnd = words[PAYLOAD_END]!;
    packet.payloadMissing = words[PAYLOAD_MISSING]!;
    return packet;
  }
}

/** Addresses, ports and time. */
function read(packet: Packet, words: Int32Array): Packet {
  packet.ipVersion = words[IP_VERSION]!;
  packet.protocol = words[PROTOCOL]!;
  packet.source0 = words[SOURCE]!;
  packet.source1 = words[SOURCE + 1]!;
  packet.source2 = words[SOURCE + 2]!;
  packet.source3 = words[SOURCE + 3]!;
  packet.destination0 = words[DESTINATION]!;
  packet.destination1 = words[DESTINATION + 1]!;
  packet.destination2 = words[DESTINATION + 2]!;
  packet.destination3 = words[DESTINATION + 3]!;
  packet.sourcePort = words[SOURCE_PORT]!;
  packet.destinationPort = words[DESTINATION_PORT]!;
  packet.seconds = words[SECONDS]!;
  packet.microseconds = words[MICROSECONDS]!;
  return packet;
}
