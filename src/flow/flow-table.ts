/**
 * Who is the client of each flow, and what it says, in order.
 *
 * A flow's tag (a hash of both endpoints) chooses a bucket of eight places: the tags of the eight flows and the seconds at
 * which each may give way, together one cache line. A flow's record, eight words, stands in a second array and is touched
 * only when the tag agrees. So a packet costs two cache lines, whatever the number of flows.
 *
 * Only the client's first bytes are kept (`flowDepth`); the server's are looked at for two things: that it answered (a
 * handshake proves the source address), and that the client's message is over. Whatever the segmentation, order,
 * retransmission or overlap, the kept bytes are those that the target's TCP would deliver (RFC 9293 section 3.4); where
 * two segments differ over the same bytes, the first to arrive counts.
 *
 * This is the hot path: no allocation, no object, no string; results stand in the registers after `accept`. Members are
 * TypeScript-private, for names with # cost a check at each call.
 */
import {
  answeredTimeout,
  closedTimeout,
  datagramTimeout,
  flowCapacity,
  flowCapacityAtStart,
  flowDepth,
  keptBytes,
  keptBytesAtStart,
  sequenceJump,
  streamTimeout,
} from '../limits.ts';
import type { Packet } from '../packet/packet.ts';
import type { FlowMemory } from './flow-memory.ts';
import {
  ACK,
  ANSWERED,
  BASE,
  BUCKET_SHIFT,
  CLASS_MASK,
  CLASS_SHIFT,
  CLIENT_HIGH,
  CLOSED,
  DATAGRAMS,
  DONE,
  FIN,
  FINISHED,
  FLAGS,
  GAPPED,
  HAS_CHUNK,
  HELD,
  KEPT_OFFSET,
  NEXT,
  PLACES,
  RECORD_SHIFT,
  RESTART,
  ROLE_UNKNOWN,
  RST,
  SPREAD,
  SUSPICION,
  SYN,
  SYN_ANSWERED,
  SYN_SEEN,
  TAG_HIGH,
  WAITING,
} from './flow-record.ts';
import { Handshakes } from './handshakes.ts';
import { type FlowOrigin, type HeldFlow, type HeldSegment, HeldSegments } from './held-segments.ts';
import { KeptBytes, sizeClassOf } from './kept-bytes.ts';
import { isServicePort } from './service-ports.ts';

/** What `accept` found. */
export const NOTHING = 0;
/** New bytes of a client, in order: kept[start, end), of which those from `from` on are new. */
export const CLIENT_BYTES = 1;
/** A client's datagram: the packet's own payload. */
export const DATAGRAM = 2;
/** A suspicion waits to know that the client's message is over (`answered`, or `ended`): kept[start, end). */
export const MESSAGE_ENDED = 3;
/** The server acknowledged what the capture has not: the client's bytes behind the hole, kept[start, end), of `origin`. */
export const BEHIND_HOLE = 4;

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

/** Rank of a flow that loses little when it is forgotten. */
const FORGETTABLE = 3;

/** From here on, the system's copy is faster than a loop, though it needs an object. */
const longCopy = 256;

export class FlowTable {
  readonly kept: KeptBytes;
  readonly held = new HeldSegments();
  readonly handshakes: Handshakes;
  /** Flows that left before they were judged to the end; the engine takes them out after each packet. */
  readonly released: ReleasedFlow[] = [];

  // Registers, valid after `accept`.
  start = 0;
  from = 0;
  end = 0;
  atStart = false;
  /** The client has closed or reset the connection, or the server has reset it: nothing follows. */
  ended = false;
  /** The server spoke or closed: what the client has said so far is a message, though another may follow. */
  answered = false;
  /** Both sides spoke: the source address is real. */
  established = false;
  suspicion = 0;
  /** Of BEHIND_HOLE only: whose bytes they are, for the packet is the server's. */
  origin: FlowOrigin | undefined = undefined;

  // Counters.
  flows = 0;
  /** TCP flows whose handshake was not seen, or was forgotten: their client was told by who spoke first. */
  withoutHandshake = 0;
  evicted = 0;
  /** UDP conversations that made room for others before their time. */
  forgotten = 0;
  outOfOrder = 0;
  gaps = 0;

  private buckets: Int32Array = new Int32Array(0);
  private records: Int32Array = new Int32Array(0);
  /** 32 minus the binary logarithm of the number of buckets. */
  shift = 0;
  private record = 0;
  /** Bytes were added before those that were searched already. */
  private searchAgain = false;
  readonly key0: number;
  readonly key1: number;
  private readonly memory: FlowMemory | undefined;

  /**
   * `seed` makes the hash secret: an attacker who could choose colliding flows could evict others. `memory` is where the
   * tables stand if others shall see them, too.
   */
  constructor(seed: number = (Math.random() * 0x100000000) | 0, memory?: FlowMemory) {
    this.memory = memory;
    this.kept = new KeptBytes(keptBytesAtStart, keptBytes, memory);
    this.handshakes = new Handshakes(memory?.handshakes);
    this.allocate(flowCapacityAtStart);
    this.key0 = Math.imul(seed, 0x9e3779b1);
    this.key1 = Math.imul(seed ^ 0x5bd1e995, 0x27d4eb2f);
  }

  /** Takes a decoded packet; tells what there is to search. */
  accept(packet: Packet): number {
    const protocol = packet.protocol;
    const length = packet.payloadEnd - packet.payloadStart;
    const flags = packet.tcpFlags;
    this.answered = false;
    // A pure ACK says nothing, and most packets are such or belong to flows that are done.
    if (length === 0 && (protocol !== 6 || (flags & (SYN | FIN | RST)) === 0)) return NOTHING;

    // Each endpoint is hashed twice, with different keys; the sums are the same in both directions. 64 bits of them stand
    // for the whole key: that two of a million flows agree is a chance of 1 in 37 million.
    const { key0, key1 } = this;
    let source = packet.source0;
    let destination = packet.destination0;
    let sourceAgain = source;
    let destinationAgain = destination;
    if (packet.ipVersion === 6) {
      source = fold(source, packet.source1, packet.source2, packet.source3, key0);
      sourceAgain = fold(sourceAgain, packet.source1, packet.source2, packet.source3, key1);
      destination = fold(destination, packet.destination1, packet.destination2, packet.destination3, key0);
      destinationAgain = fold(destinationAgain, packet.destination1, packet.destination2, packet.destination3, key1);
    }
    source = mix(source, packet.sourcePort, key0);
    destination = mix(destination, packet.destinationPort, key0);
    // Tag 0 marks a place that was never used.
    const low = (source + destination) | 0 || 1;
    const high =
      (mix(sourceAgain, packet.sourcePort, key1) + mix(destinationAgain, packet.destinationPort, key1)) ^ protocol;
    const fromHigh = source > destination ? CLIENT_HIGH : 0;

    if (protocol === 6) return this.segment(packet, low, high, fromHigh, flags, length);
    return this.datagram(packet, low, high, fromHigh, length);
  }

  /** Notes the suspicion of the flow that `accept` spoke of; `waiting`: call again when its message is over. */
  suspect(id: number, waiting: boolean): void {
    const records = this.records;
    const record = this.record;
    records[record + SUSPICION] = id;
    const flags = records[record + FLAGS] as number;
    records[record + FLAGS] = waiting ? flags | WAITING : flags & ~WAITING;
  }

  /** Every flow that is still suspected or holds segments goes to `released`: the capture is over. */
  releaseAll(): void {
    for (let record = 0; record < this.records.length; record += 1 << RECORD_SHIFT) {
      if (this.tagOf(record) !== 0) this.release(record);
    }
  }

  private segment(
    packet: Packet,
    low: number,
    high: number,
    fromHigh: number,
    tcpFlags: number,
    length: number,
  ): number {
    const now = packet.seconds;
    let record = this.find(low, high);
    let records = this.records;

    if ((tcpFlags & SYN) !== 0) {
      if ((tcpFlags & ACK) !== 0) {
        if (record >= 0) records[record + FLAGS] = (records[record + FLAGS] as number) | ANSWERED;
        // It tells the client's next number, too, should the SYN have been missed.
        else this.handshakes.note(low, high, (fromHigh ^ CLIENT_HIGH) | SYN_ANSWERED, packet.acknowledgement);
        return NOTHING;
      }
      const sequence = (packet.sequence + 1) | 0;
      if (record >= 0) {
        if (this.isRetransmittedSyn(record, fromHigh, sequence)) return NOTHING;
        if (this.isLateSyn(record, fromHigh, sequence)) return NOTHING;
        // The same ports again: another connection.
        this.release(record);
        this.buckets[this.placeOf(record)] = 0;
      }
      this.handshakes.note(low, high, fromHigh, sequence);
      if (length === 0) return NOTHING;
      // RFC 7413 (TCP Fast Open): data may ride on a SYN. It starts one after the SYN's own number.
      record = this.insert(low, high, now);
      this.begin(record, SYN_SEEN | fromHigh, now, sequence);
      return this.clientBytes(packet, record, sequence, length, tcpFlags);
    }

    if (record < 0) {
      if (length === 0) return NOTHING;
      record = this.insert(low, high, now);
      records = this.records;
      if (this.handshakes.find(low, high)) {
        const { side, sequence } = this.handshakes;
        const answered = (side & SYN_ANSWERED) !== 0 ? ANSWERED : 0;
        this.begin(record, SYN_SEEN | (side & CLIENT_HIGH) | answered, now, sequence);
      } else {
        this.withoutHandshake++;
        if (this.beganUnseen(packet, record, fromHigh, now)) return NOTHING;
      }
    }

    const flags = records[record + FLAGS] as number;
    this.keep(record, now + ((flags & CLOSED) === 0 ? streamTimeout : closedTimeout));
    if ((flags & DONE) !== 0 && (tcpFlags & (FIN | RST)) === 0) return NOTHING;

    if ((flags & CLIENT_HIGH) !== fromHigh)
      return this.serverSegment(packet, record, fromHigh, tcpFlags, length, low, high);
    return this.clientBytes(packet, record, packet.sequence, length, tcpFlags);
  }

  /**
   * No handshake was seen. The first to speak is the client, unless its port says that it is the server: then true, for
   * there is nothing to search.
   */
  private beganUnseen(packet: Packet, record: number, fromHigh: number, now: number): boolean {
    const bySource = isServicePort[packet.sourcePort] as number;
    const byDestination = isServicePort[packet.destinationPort] as number;
    if (bySource > byDestination) {
      this.begin(record, GAPPED | ANSWERED | (fromHigh ^ CLIENT_HIGH), now, packet.acknowledgement);
      return true;
    }
    this.begin(record, fromHigh | (bySource === byDestination ? ROLE_UNKNOWN : 0), now, packet.sequence);
    return false;
  }

  /** The server's bytes are not searched: only that it spoke, acknowledged beyond a hole, or hung up. */
  private serverSegment(
    packet: Packet,
    record: number,
    fromHigh: number,
    tcpFlags: number,
    length: number,
    low: number,
    high: number,
  ): number {
    const records = this.records;
    let flags = (records[record + FLAGS] as number) | (length > 0 ? ANSWERED : 0);
    if ((tcpFlags & (FIN | RST)) !== 0) {
      flags |= CLOSED;
      this.keep(record, packet.seconds + closedTimeout);
    }
    records[record + FLAGS] = flags;
    if ((flags & HELD) !== 0 && (tcpFlags & ACK) !== 0) {
      // The target has acknowledged bytes that the capture has not: go on behind the hole.
      if (((packet.acknowledgement - (records[record + NEXT] as number)) | 0) > 0) {
        return this.skipHole(record, packet.acknowledgement);
      }
    }
    if ((flags & WAITING) !== 0 && (length > 0 || (tcpFlags & (FIN | RST)) !== 0)) {
      this.answered = (flags & RESTART) === 0;
      return this.registers(record, this.keptOf(record), (tcpFlags & RST) !== 0, MESSAGE_ENDED);
    }
    if ((flags & ROLE_UNKNOWN) !== 0 && length > 0 && (flags & DONE) === 0) {
      // Nobody knows who is the client: the other side's bytes are searched as a flow of their own.
      const otherHigh = high ^ 0x2545f491;
      let other = this.find(low, otherHigh);
      if (other < 0) {
        other = this.insert(low, otherHigh, packet.seconds);
        this.begin(other, fromHigh | ANSWERED, packet.seconds, packet.sequence);
      }
      this.keep(other, packet.seconds + streamTimeout);
      if (((this.records[other + FLAGS] as number) & DONE) !== 0) return NOTHING;
      return this.clientBytes(packet, other, packet.sequence, length, tcpFlags);
    }
    return NOTHING;
  }

  private clientBytes(packet: Packet, record: number, sequence: number, length: number, tcpFlags: number): number {
    const records = this.records;
    this.record = record;
    let flags = records[record + FLAGS] as number;
    if ((tcpFlags & (FIN | RST)) !== 0) {
      flags |= CLOSED;
      records[record + FLAGS] = flags;
      this.keep(record, packet.seconds + closedTimeout);
      if ((flags & DONE) !== 0) return NOTHING;
      // RFC 9293 section 3.10.7: a RST carries no data for the application.
      if ((tcpFlags & RST) !== 0) {
        if (records[record + SUSPICION] === 0) return NOTHING;
        return this.registers(record, this.keptOf(record), true, MESSAGE_ENDED);
      }
    }
    if ((flags & RESTART) !== 0) this.restart(record, records[record + NEXT] as number);
    const kept = this.keptOf(record);
    if (length > 0) {
      const ahead = (sequence - (records[record + NEXT] as number)) | 0;
      if (ahead <= 0 && ahead + length > 0) {
        // In order, once the bytes that are already there are left out.
        this.append(record, packet.bytes, packet.payloadStart - ahead, packet.payloadEnd);
        if (packet.payloadMissing > 0) this.miss(record, packet.payloadMissing);
      } else {
        this.outOfTurn(packet, record, sequence, ahead);
      }
      if (((records[record + FLAGS] as number) & HELD) !== 0) this.joinHeld(record);
    }
    if ((tcpFlags & FIN) !== 0) this.finish(packet, record, (sequence + length) | 0);
    const finished = ((records[record + FLAGS] as number) & FINISHED) !== 0;
    if (this.searchAgain) {
      this.searchAgain = false;
      return this.registers(record, 0, finished, CLIENT_BYTES);
    }
    if (this.keptOf(record) !== kept) return this.registers(record, kept, finished, CLIENT_BYTES);
    // Also a suspicion that waits for nothing more: the engine forgets it now.
    if (finished && records[record + SUSPICION] !== 0) return this.registers(record, kept, true, MESSAGE_ENDED);
    if (finished) this.settle();
    return NOTHING;
  }

  /** The client's last byte stands before `end`. If bytes before it are missing, that is held like a segment. */
  private finish(packet: Packet, record: number, end: number): void {
    const records = this.records;
    const flags = records[record + FLAGS] as number;
    if (records[record + NEXT] === end) {
      records[record + FLAGS] = flags | FINISHED;
    } else if ((flags & SYN_SEEN) !== 0 && ((end - (records[record + NEXT] as number)) | 0) > 0) {
      this.held.finish(this.tagOf(record), records[record + TAG_HIGH] as number, end, packet);
      records[record + FLAGS] = flags | HELD;
    }
  }

  private keptOf(record: number): number {
    const records = this.records;
    const length = ((records[record + NEXT] as number) - (records[record + BASE] as number)) | 0;
    return Math.min(length, flowDepth);
  }

  private registers(record: number, from: number, ended: boolean, result: number): number {
    const records = this.records;
    const flags = records[record + FLAGS] as number;
    const offset = (flags & HAS_CHUNK) !== 0 ? (records[record + KEPT_OFFSET] as number) : 0;
    this.record = record;
    this.start = offset;
    this.from = offset + from;
    this.end = offset + this.keptOf(record);
    this.atStart = (flags & GAPPED) === 0;
    // What the snap length cut off is not there: no whole message, whatever follows.
    this.ended = ended && (flags & RESTART) === 0;
    this.established = (flags & ANSWERED) !== 0;
    this.suspicion = records[record + SUSPICION] as number;
    return result;
  }

  /** After the bytes of `accept` were searched: a flow that has reached the depth, or is over, needs them no longer. */
  settle(): void {
    const records = this.records;
    const record = this.record;
    const flags = records[record + FLAGS] as number;
    if ((flags & FINISHED) === 0 && this.keptOf(record) < flowDepth) return;
    if ((flags & HELD) !== 0) {
      this.held.forget(this.tagOf(record), records[record + TAG_HIGH] as number);
    }
    this.giveChunk(record);
    records[record + SUSPICION] = 0;
    records[record + FLAGS] = ((records[record + FLAGS] as number) | DONE) & ~(WAITING | HELD);
  }

  private append(record: number, bytes: Uint8Array, start: number, end: number): void {
    const records = this.records;
    const kept = this.keptOf(record);
    const length = end - start;
    const copied = Math.min(length, flowDepth - kept);
    if (!this.reserve(record, kept + copied)) {
      // No memory: the flow goes on as if nothing had been said before. What was kept is judged as it is.
      this.handOver(record, false);
      records[record + NEXT] = ((records[record + NEXT] as number) + length) | 0;
      records[record + BASE] = records[record + NEXT] as number;
      records[record + FLAGS] = (records[record + FLAGS] as number) | GAPPED;
      return;
    }
    const target = this.kept.bytes;
    let to = (records[record + KEPT_OFFSET] as number) + kept;
    if (copied > longCopy) {
      target.set(bytes.subarray(start, start + copied), to);
    } else {
      const last = start + copied;
      for (let at = start; at < last; at++) target[to++] = bytes[at] as number;
    }
    records[record + NEXT] = ((records[record + NEXT] as number) + length) | 0;
  }

  /** Makes the record's chunk hold `length` bytes. */
  private reserve(record: number, length: number): boolean {
    const records = this.records;
    const flags = records[record + FLAGS] as number;
    const wanted = sizeClassOf(length);
    if ((flags & HAS_CHUNK) !== 0) {
      const has = (flags & CLASS_MASK) >>> CLASS_SHIFT;
      if (wanted <= has) return true;
      const offset = this.kept.take(wanted);
      if (offset < 0) return false;
      const old = records[record + KEPT_OFFSET] as number;
      this.kept.bytes.copyWithin(offset, old, old + this.keptOf(record));
      this.kept.give(old, has);
      records[record + KEPT_OFFSET] = offset;
    } else {
      const offset = this.kept.take(wanted);
      if (offset < 0) return false;
      records[record + KEPT_OFFSET] = offset;
    }
    records[record + FLAGS] = (flags & ~CLASS_MASK) | HAS_CHUNK | (wanted << CLASS_SHIFT);
    return true;
  }

  private giveChunk(record: number): void {
    const records = this.records;
    const flags = records[record + FLAGS] as number;
    if ((flags & HAS_CHUNK) === 0) return;
    this.kept.give(records[record + KEPT_OFFSET] as number, (flags & CLASS_MASK) >>> CLASS_SHIFT);
    records[record + FLAGS] = flags & ~(HAS_CHUNK | CLASS_MASK);
    records[record + KEPT_OFFSET] = 0;
  }

  /**
   * A segment that is not the next: an old one again (ignored), one that came too early (held), or, when the handshake was
   * not seen, one from before the first that was.
   */
  private outOfTurn(packet: Packet, record: number, sequence: number, ahead: number): void {
    const records = this.records;
    const flags = records[record + FLAGS] as number;
    if (ahead > sequenceJump || ahead < -sequenceJump) {
      if ((flags & SYN_SEEN) !== 0) return;
      this.release(record);
      this.begin(record, (flags & (CLIENT_HIGH | ROLE_UNKNOWN | ANSWERED)) | GAPPED, packet.seconds, sequence);
      this.append(record, packet.bytes, packet.payloadStart, packet.payloadEnd);
      if (packet.payloadMissing > 0) this.miss(record, packet.payloadMissing);
      this.searchAgain = true;
      return;
    }
    const base = records[record + BASE] as number;
    if (ahead < 0) {
      // Everything in it was seen, unless it begins before what we took for the beginning.
      if ((flags & SYN_SEEN) !== 0 || ((sequence - base) | 0) >= 0) return;
    } else if (((sequence - base) | 0) >= flowDepth) {
      return;
    }
    this.outOfOrder++;
    this.held.hold(this.tagOf(record), records[record + TAG_HIGH] as number, sequence, packet);
    records[record + FLAGS] = flags | HELD;
  }

  /** Takes in every held segment that now touches the kept bytes, behind or (without a handshake) before them. */
  private joinHeld(record: number): void {
    const records = this.records;
    const flow = this.heldOf(record);
    if (flow === undefined) return;
    if (((records[record + FLAGS] as number) & SYN_SEEN) === 0) this.joinBefore(record, flow);
    const segments = flow.segments;
    let first = 0;
    if (((records[record + FLAGS] as number) & SYN_SEEN) === 0) {
      // Some may stand before what was taken for the beginning, and wait for what is between.
      const base = records[record + BASE] as number;
      while (first < segments.length && (((segments[first] as HeldSegment).sequence - base) | 0) < 0) first++;
    }
    let next = first;
    for (; next < segments.length; next++) {
      const { sequence, bytes } = segments[next] as HeldSegment;
      const ahead = (sequence - (records[record + NEXT] as number)) | 0;
      if (ahead > 0) break;
      if (ahead + bytes.length > 0) this.append(record, bytes, -ahead, bytes.length);
    }
    segments.splice(first, next - first);
    if (flow.finish === records[record + NEXT]) {
      records[record + FLAGS] = (records[record + FLAGS] as number) | FINISHED;
      flow.finish = undefined;
    }
    if (segments.length === 0 && flow.finish === undefined) this.forgetHeld(record);
  }

  private heldOf(record: number): HeldFlow | undefined {
    const records = this.records;
    const flow = this.held.get(this.tagOf(record), records[record + TAG_HIGH] as number);
    // It may have given way to others.
    if (flow === undefined) records[record + FLAGS] = (records[record + FLAGS] as number) & ~HELD;
    return flow;
  }

  private forgetHeld(record: number): void {
    const records = this.records;
    this.held.forget(this.tagOf(record), records[record + TAG_HIGH] as number);
    records[record + FLAGS] = (records[record + FLAGS] as number) & ~HELD;
  }

  private joinBefore(record: number, flow: HeldFlow): void {
    const records = this.records;
    const segments = flow.segments;
    for (let index = segments.length - 1; index >= 0; index--) {
      const segment = segments[index] as HeldSegment;
      const before = ((records[record + BASE] as number) - segment.sequence) | 0;
      if (before <= 0) continue;
      if (before > segment.bytes.length) break;
      segments.splice(index, 1);
      if (before > flowDepth) continue;
      const length = Math.min(this.keptOf(record), flowDepth - before);
      if (!this.reserve(record, before + length)) continue;
      const offset = records[record + KEPT_OFFSET] as number;
      this.kept.bytes.copyWithin(offset + before, offset, offset + length);
      this.kept.bytes.set(segment.bytes.subarray(0, before), offset);
      records[record + BASE] = segment.sequence;
      // All is new to the search: literals may now begin before.
      this.searchAgain = true;
    }
  }

  /** Snap length: the rest of a segment was not captured. */
  private miss(record: number, missing: number): void {
    const records = this.records;
    this.gaps++;
    records[record + NEXT] = ((records[record + NEXT] as number) + missing) | 0;
    records[record + BASE] = ((records[record + BASE] as number) + missing) | 0;
    records[record + FLAGS] = (records[record + FLAGS] as number) | RESTART;
  }

  /** What was kept is judged as it is; the next byte, `sequence`, is the first of what is kept from now on. */
  private restart(record: number, sequence: number): void {
    const records = this.records;
    this.handOver(record, false);
    records[record + NEXT] = sequence;
    records[record + BASE] = sequence;
    records[record + FLAGS] = ((records[record + FLAGS] as number) | GAPPED) & ~RESTART;
  }

  /**
   * Goes on behind a hole that will not be filled, for the target has acknowledged bytes behind it: what was kept before it
   * is judged as it is. While the target may still be missing them, too, they may still come.
   */
  private skipHole(record: number, acknowledged: number): number {
    const flow = this.heldOf(record);
    const next = this.records[record + NEXT] as number;
    const first = flow?.segments.find(({ sequence }) => ((sequence - next) | 0) > 0);
    if (flow === undefined || first === undefined) return NOTHING;
    if (((acknowledged - first.sequence) | 0) <= 0) return NOTHING;
    this.gaps++;
    this.origin = flow.origin;
    this.restart(record, first.sequence);
    this.joinHeld(record);
    // All that is kept is searched now.
    this.searchAgain = false;
    return this.registers(record, 0, ((this.records[record + FLAGS] as number) & FINISHED) !== 0, BEHIND_HOLE);
  }

  private datagram(packet: Packet, low: number, high: number, fromHigh: number, length: number): number {
    const now = packet.seconds;
    let record = this.find(low, high);
    if (record >= 0 && ((this.deadlineOf(record) - now) | 0) < 0) {
      this.release(record);
      record = this.begunDatagrams(record, packet, fromHigh);
    } else if (record < 0) {
      record = this.begunDatagrams(this.insert(low, high, now), packet, fromHigh);
    }
    const records = this.records;
    const flags = records[record + FLAGS] as number;
    if ((flags & CLIENT_HIGH) !== fromHigh) {
      if ((flags & ANSWERED) === 0) records[record + FLAGS] = flags | ANSWERED;
      this.keep(record, now + answeredTimeout);
      return NOTHING;
    }
    if ((flags & DONE) !== 0) return NOTHING;
    this.keep(record, now + datagramTimeout);
    const searched = (records[record + BASE] as number) + length;
    records[record + BASE] = searched;
    if (searched >= flowDepth) records[record + FLAGS] = (records[record + FLAGS] as number) | DONE;
    this.record = record;
    this.established = (flags & ANSWERED) !== 0;
    this.suspicion = records[record + SUSPICION] as number;
    return DATAGRAM;
  }

  private begunDatagrams(record: number, packet: Packet, fromHigh: number): number {
    const bySource = isServicePort[packet.sourcePort] as number;
    const byDestination = isServicePort[packet.destinationPort] as number;
    // A datagram from a server's port to nobody's is an answer whose question was not seen.
    const client = bySource > byDestination ? fromHigh ^ CLIENT_HIGH : fromHigh;
    this.begin(record, DATAGRAMS | client, packet.seconds, 0);
    return record;
  }

  private isRetransmittedSyn(record: number, fromHigh: number, sequence: number): boolean {
    const records = this.records;
    const flags = records[record + FLAGS] as number;
    return (flags & CLIENT_HIGH) === fromHigh && (flags & SYN_SEEN) !== 0 && records[record + BASE] === sequence;
  }

  /** Two taps may show a SYN after the first data. If it stands before what was taken for the beginning, it belongs there. */
  private isLateSyn(record: number, fromHigh: number, sequence: number): boolean {
    const records = this.records;
    const flags = records[record + FLAGS] as number;
    if ((flags & (SYN_SEEN | CLIENT_HIGH)) !== fromHigh) return false;
    const before = ((records[record + BASE] as number) - sequence) | 0;
    if (before < 0 || before >= flowDepth) return false;
    records[record + FLAGS] = (flags & ~ROLE_UNKNOWN) | (before === 0 ? SYN_SEEN : 0);
    return true;
  }

  private begin(record: number, flags: number, now: number, sequence: number): void {
    const records = this.records;
    records[record + FLAGS] = flags;
    this.keep(record, now + ((flags & DATAGRAMS) === 0 ? streamTimeout : datagramTimeout));
    records[record + NEXT] = sequence;
    records[record + BASE] = sequence;
    records[record + KEPT_OFFSET] = 0;
    records[record + SUSPICION] = 0;
  }

  private allocate(capacity: number): void {
    const records = capacity << RECORD_SHIFT;
    const buckets = (capacity / PLACES) << BUCKET_SHIFT;
    this.records = this.memory?.records.subarray(0, records) ?? new Int32Array(records);
    this.buckets = this.memory?.buckets.subarray(0, buckets) ?? new Int32Array(buckets);
    this.shift = 32 - Math.log2(capacity / PLACES);
  }

  /** Word offset of the flow's record, or -1. */
  private find(low: number, high: number): number {
    const buckets = this.buckets;
    const bucket = Math.imul(low, SPREAD) >>> this.shift;
    const first = bucket << BUCKET_SHIFT;
    for (let place = 0; place < PLACES; place++) {
      if (buckets[first + place] !== low) continue;
      const record = (bucket * PLACES + place) << RECORD_SHIFT;
      if (this.records[record + TAG_HIGH] === high) return record;
    }
    return -1;
  }

  /** Offset of a record's tag in the buckets; its deadline stands eight words on. */
  private placeOf(record: number): number {
    return ((record >> 6) << BUCKET_SHIFT) + ((record >> RECORD_SHIFT) & 7);
  }

  private tagOf(record: number): number {
    return this.buckets[this.placeOf(record)] as number;
  }

  private deadlineOf(record: number): number {
    return this.buckets[this.placeOf(record) + PLACES] as number;
  }

  /** The record's place is its own until then. */
  private keep(record: number, deadline: number): void {
    this.buckets[this.placeOf(record) + PLACES] = deadline;
  }

  /** A record for a new flow: a place that was never used or whose flow is over, else that of a less valuable flow. */
  private insert(low: number, high: number, now: number): number {
    this.flows++;
    for (;;) {
      const buckets = this.buckets;
      const bucket = Math.imul(low, SPREAD) >>> this.shift;
      const first = bucket << BUCKET_SHIFT;
      let place = 0;
      // A clock that steps back makes every deadline seem far: flows then give way by value only.
      while (
        place < PLACES &&
        buckets[first + place] !== 0 &&
        (((buckets[first + PLACES + place] as number) - now) | 0) >= 0
      ) {
        place++;
      }
      if (place === PLACES) place = this.leastValuable(bucket);
      if (place < 0) {
        this.grow();
        continue;
      }
      const record = (bucket * PLACES + place) << RECORD_SHIFT;
      if (buckets[first + place] !== 0) this.release(record);
      buckets[first + place] = low;
      this.records[record + TAG_HIGH] = high;
      return record;
    }
  }

  /**
   * In a full bucket: the place of the oldest UDP conversation, for it keeps no bytes and little is lost. If there is none,
   * the table grows (-1); at its bound, flows that need no more searching go first, then those without a suspicion.
   */
  private leastValuable(bucket: number): number {
    let best = -1;
    let bestRank = 0;
    let bestDeadline = 0;
    for (let place = 0; place < PLACES; place++) {
      const record = (bucket * PLACES + place) << RECORD_SHIFT;
      const flags = this.records[record + FLAGS] as number;
      const rank = this.worthOf(flags, this.records[record + SUSPICION] as number);
      const deadline = this.deadlineOf(record);
      if (best >= 0 && (rank < bestRank || (rank === bestRank && ((deadline - bestDeadline) | 0) >= 0))) continue;
      best = place;
      bestRank = rank;
      bestDeadline = deadline;
    }
    if (bestRank === FORGETTABLE) this.forgotten++;
    else if (this.records.length >> RECORD_SHIFT < flowCapacity) return -1;
    else this.evicted++;
    return best;
  }

  private worthOf(flags: number, suspicion: number): number {
    if ((flags & DATAGRAMS) !== 0) return FORGETTABLE;
    return (flags & DONE) !== 0 ? 2 : suspicion === 0 ? 1 : 0;
  }

  /** Twice the places. Every bucket's flows are spread over two, so that all find room. */
  private grow(): void {
    // Copies, for the new ones may stand where the old ones are.
    const buckets = this.buckets.slice();
    const records = this.records.slice();
    this.buckets.fill(0);
    this.allocate((records.length >> RECORD_SHIFT) * 2);
    for (let at = 0; at < records.length; at += 1 << RECORD_SHIFT) {
      const from = ((at >> 6) << BUCKET_SHIFT) + ((at >> RECORD_SHIFT) & 7);
      const low = buckets[from] as number;
      if (low === 0) continue;
      const bucket = Math.imul(low, SPREAD) >>> this.shift;
      const first = bucket << BUCKET_SHIFT;
      let place = 0;
      while (this.buckets[first + place] !== 0) place++;
      this.buckets[first + place] = low;
      this.buckets[first + PLACES + place] = buckets[from + PLACES] as number;
      const to = (bucket * PLACES + place) << RECORD_SHIFT;
      for (let word = 0; word < 1 << RECORD_SHIFT; word++) this.records[to + word] = records[at + word] as number;
    }
  }

  /** Flows that there is room for now. */
  get capacity(): number {
    return this.records.length >> RECORD_SHIFT;
  }

  /** Ends the record's flow: what was not judged to the end goes to `released`. */
  private release(record: number): void {
    const records = this.records;
    if (((records[record + FLAGS] as number) & (HAS_CHUNK | HELD)) === 0) return;
    this.handOver(record, true);
    const flow = ((records[record + FLAGS] as number) & HELD) !== 0 ? this.heldOf(record) : undefined;
    if (flow !== undefined) {
      // The hole was never filled: what came behind it is still judged.
      for (const bytes of contiguous(flow.segments)) {
        this.released.push({ suspicion: 0, bytes, atStart: false, ended: true, origin: flow.origin });
      }
      this.forgetHeld(record);
    }
    this.giveChunk(record);
  }

  private handOver(record: number, ended: boolean): void {
    const records = this.records;
    const suspicion = records[record + SUSPICION] as number;
    const flags = records[record + FLAGS] as number;
    if (suspicion === 0 || (flags & DATAGRAMS) !== 0) return;
    const offset = records[record + KEPT_OFFSET] as number;
    this.released.push({
      suspicion,
      bytes: this.kept.bytes.slice(offset, offset + this.keptOf(record)),
      atStart: (flags & GAPPED) === 0,
      ended: ended && (flags & RESTART) === 0,
      origin: undefined,
    });
    records[record + SUSPICION] = 0;
    records[record + FLAGS] = flags & ~WAITING;
  }
}

/** Runs of segments without a hole between them, overlaps counted once. */
function contiguous(segments: readonly HeldSegment[]): Uint8Array[] {
  const runs: Uint8Array[] = [];
  let parts: Uint8Array[] = [];
  let next = 0;
  for (const { sequence, bytes } of segments) {
    const ahead = parts.length === 0 ? 0 : (sequence - next) | 0;
    if (ahead > 0) {
      runs.push(joined(parts));
      parts = [];
    }
    if (ahead + bytes.length <= 0) continue;
    parts.push(ahead < 0 ? bytes.subarray(-ahead) : bytes);
    next = (sequence + bytes.length) | 0;
  }
  if (parts.length > 0) runs.push(joined(parts));
  return runs;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** An endpoint to 32 bits: each bit of address and port changes about half of them, in a way that the key decides. */
function mix(address: number, port: number, key: number): number {
  let hash = Math.imul(address ^ key, 0x85ebca6b);
  hash = Math.imul((hash ^ (hash >>> 15)) + Math.imul(port, 0x9e3779b1), 0xc2b2ae35);
  return hash ^ (hash >>> 13);
}

/** 128 bits of an IPv6 address to 32. */
function fold(word0: number, word1: number, word2: number, word3: number, key: number): number {
  let hash = Math.imul(word0 ^ key, 0x85ebca6b);
  hash = Math.imul((hash ^ (hash >>> 15)) + word1, 0xc2b2ae35);
  hash = Math.imul((hash ^ (hash >>> 13)) + word2, 0x27d4eb2f);
  hash = Math.imul((hash ^ (hash >>> 16)) + word3, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}
