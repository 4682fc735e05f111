/**
 * The last frames that were captured, so that those of a flow can be had once it turns out to be of interest. A copy of each
 * costs little; which flow it belongs to is found out only when somebody asks.
 */

import { framesOfEvidence, recentFrameBytes, recentFrames } from '../limits.ts';
import { addressBytes } from '../packet/address-text.ts';
import { FRAGMENT_HELD } from '../packet/decode-result.ts';
import { IP_ICMP, IP_ICMPV6 } from '../packet/ip-protocol.ts';
import type { Packet } from '../packet/packet.ts';
import { PacketDecoder } from '../packet/packet-decoder.ts';
import { protocolNumbers } from '../protocol/transport.ts';
import type { Evidence } from '../scan/evidence.ts';
import type { KeptPacket } from './kept-packet.ts';

export type FlowOfEvidence = Pick<Evidence, 'transport' | 'source' | 'sourcePort' | 'target' | 'targetPort' | 'time'>;

export interface RecentFramesOptions {
  /** Bytes of frames, and how many of them. */
  readonly size?: number;
  readonly count?: number;
  /** The first frame's number: of several readers, each counts in a range of its own. */
  readonly firstNumber?: number;
}

export class RecentFrames {
  /** Frames that were larger than the memory, or came in a tunnel too deep to follow: never found again. */
  unkept = 0;
  readonly #bytes: Uint8Array;
  readonly #capacity: number;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #linkTypes: Int32Array;
  readonly #seconds: Int32Array;
  readonly #microseconds: Int32Array;
  /** Of decoded frames: a hash of the flow, or of the two addresses (of a fragment, which has no ports). */
  readonly #tags: Int32Array;
  readonly #firstNumber: number;
  readonly #decoder = new PacketDecoder();
  /** Frames are counted from 0 on; frame n stands at n modulo the capacity. */
  #oldest = 0;
  #next = 0;
  #decoded = 0;
  #head = 0;

  constructor({ size = recentFrameBytes, count = recentFrames, firstNumber = 0 }: RecentFramesOptions = {}) {
    this.#bytes = new Uint8Array(size);
    this.#capacity = count;
    this.#firstNumber = firstNumber;
    [this.#starts, this.#ends, this.#linkTypes, this.#seconds, this.#microseconds, this.#tags] = Array.from(
      { length: 6 },
      () => new Int32Array(count),
    ) as [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array];
  }

  /** Copies the frame bytes[start, end); the oldest make room. */
  add(bytes: Uint8Array, start: number, end: number, linkType: number, seconds: number, microseconds: number): void {
    const length = end - start;
    if (length > this.#bytes.length) {
      this.unkept++;
      return;
    }
    if (this.#head + length > this.#bytes.length) {
      // What is left at the end of the memory is too short: whatever stands there goes.
      this.#drop(this.#head, this.#bytes.length);
      this.#head = 0;
    }
    const head = this.#head;
    this.#drop(head, head + length);
    if (this.#next - this.#oldest === this.#capacity) this.#oldest++;
    const place = this.#next % this.#capacity;
    this.#bytes.set(bytes.subarray(start, end), head);
    this.#starts[place] = head;
    this.#ends[place] = head + length;
    this.#linkTypes[place] = linkType;
    this.#seconds[place] = seconds;
    this.#microseconds[place] = microseconds;
    this.#head = head + length;
    this.#next++;
  }

  /** The frames of the flow, both ways, oldest first: as far as they are still there, and not more than `framesOfEvidence`. */
  of(evidence: FlowOfEvidence): KeptPacket[] {
    this.#decode();
    const { source, target, transport, sourcePort, targetPort } = evidence;
    const [from, to] = [addressWords(source), addressWords(target)];
    if (!from || !to) return [];
    const pair = hashOf(from) + hashOf(to);
    const flow = flowTag(pair, protocolNumbers[transport], sourcePort, targetPort);
    const found: number[] = [];
    for (let frame = this.#next - 1; frame >= this.#oldest && found.length < framesOfEvidence; frame--) {
      const tag = this.#tags[frame % this.#capacity];
      if (tag === flow || tag === fragmentTag(pair)) found.push(frame);
    }
    const packets = found.reverse().map((frame) => this.#packet(frame));
    // Of several at the same microsecond, the last one is what the evidence waited for.
    const completing = packets.findLastIndex(
      ({ seconds, microseconds }) => (seconds >>> 0) * 1e6 + microseconds === evidence.time,
    );
    return packets.map((packet, index) => (index === completing ? { ...packet, completes: true } : packet));
  }

  #packet(frame: number): KeptPacket {
    const place = frame % this.#capacity;
    return {
      number: this.#firstNumber + frame,
      linkType: this.#linkTypes[place]!,
      seconds: this.#seconds[place]!,
      microseconds: this.#microseconds[place]!,
      bytes: this.#bytes.slice(this.#starts[place], this.#ends[place]),
      completes: false,
    };
  }

  /** Forgets the frames of which any byte stands in [from, to). They are the oldest, for the memory is used in turn. */
  #drop(from: number, to: number): void {
    while (this.#oldest < this.#next) {
      const place = this.#oldest % this.#capacity;
      if (this.#starts[place]! >= to || this.#ends[place]! <= from) return;
      this.#oldest++;
    }
  }

  /** Finds out of which flows the frames are that came since somebody asked last. */
  #decode(): void {
    const decoder = this.#decoder;
    for (let frame = Math.max(this.#decoded, this.#oldest); frame < this.#next; frame++) {
      const place = frame % this.#capacity;
      const result = decoder.decode(
        this.#bytes,
        this.#starts[place]!,
        this.#ends[place]!,
        this.#linkTypes[place]!,
        this.#seconds[place]!,
        this.#microseconds[place]!,
      );
      const { packet } = decoder;
      // The decoder has read the addresses of a fragment before it held it.
      if (result === FRAGMENT_HELD) this.#tags[place] = fragmentTag(pairOf(packet));
      else if (result > 0) this.#tags[place] = tagOf(packet, result);
      else {
        this.#tags[place] = 0;
        this.unkept++;
      }
    }
    this.#decoded = this.#next;
  }
}

function tagOf(packet: Packet, protocol: number): number {
  const { sourcePort, destinationPort } = packet;
  return flowTag(pairOf(packet), protocol === IP_ICMPV6 ? IP_ICMP : protocol, sourcePort, destinationPort);
}

/** The same for both directions. Two flows may share a tag: then a file has packets of both, which Wireshark tells apart. */
function flowTag(pair: number, protocol: number, port: number, otherPort: number): number {
  return mixed(pair ^ mixed(protocol + 1) ^ mixed(Math.max(port, otherPort) * 65_536 + Math.min(port, otherPort)));
}

function fragmentTag(pair: number): number {
  return mixed(pair ^ 0x5bd1e995);
}

function pairOf({ source0, source1, source2, source3, destination0, ...packet }: Packet): number {
  const { destination1, destination2, destination3 } = packet;
  return (
    hashOf([source0, source1, source2, source3]) + hashOf([destination0, destination1, destination2, destination3])
  );
}

function hashOf(words: readonly number[]): number {
  return words.reduce((hash, word) => mixed(hash ^ word), 1);
}

/** The finaliser of MurmurHash3; never 0, which stands for no flow. */
function mixed(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0 || 1;
}

/** As the packet's registers have them. */
function addressWords(text: string): number[] | undefined {
  const bytes = addressBytes(text);
  if (!bytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return [0, 4, 8, 12].map((at) => (at < bytes.length ? view.getInt32(at) : 0));
}
