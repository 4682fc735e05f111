/**
 * The hot path: what every packet of every capture costs, in integers and loads at offsets. This module is AssemblyScript
 * (TypeScript's syntax with the machine's types) and becomes WebAssembly: no bounds checks or views, eight tags compared by two
 * instructions, and compiled in a millisecond, where JavaScript spends longer on warming up than on all packets of a capture.
 *
 * There are two ways in. `run` takes the records of a usual pcap as they stand in the window, and `takeFrame` one Ethernet frame
 * that stands there; they decode the usual headers themselves. `accept` and `examine` take a packet that TypeScript has decoded
 * (other link types, unusual headers, several captures, live capture). Behind both stand the same flow table, reassembly and
 * search.
 */

import { handshakes } from '../../limits.ts';
import { countFrames } from './counters.ts';
import { datagram } from './datagrams.ts';
import { identifyDescribed, searchFor, searchForPacket } from './flow-key.ts';
import { FIN, HANDSHAKE_SHIFT, KEPT_FREE, RST, SIZE_CLASSES, SYN } from './flow-record.ts';
import { setPresent, tellFound } from './found.ts';
import { clearFragments } from './fragments.ts';
import { findSecond, forgetFound, found, frame } from './frames.ts';
import { clearHeld } from './held-segments.ts';
import { CAPTURE_BYTES } from './layout.ts';
import { lookAtDatagram, lookAtStream } from './look.ts';
import { FOUND, LEFT, SETTLED, WITHOUT_PACKET } from './outcomes.ts';
import {
  ACKNOWLEDGEMENT,
  MICROSECONDS,
  PAYLOAD_END,
  PAYLOAD_MISSING,
  PAYLOAD_START,
  PROTOCOL,
  SECONDS,
  SEQUENCE,
  SOURCE_PORT,
  TCP_FLAGS,
} from './packet-words.ts';
import { clearFlows } from './records.ts';
import { forgetWasReleased, wasReleased } from './released.ts';
import { NOTHING } from './results.ts';
import { hitCount, search } from './search.ts';
import { segment } from './streams.ts';
import { CAPTURE, HANDSHAKES, KEPT_STATE, PACKET } from './tables.ts';
import { BY_ICMP, BY_SCTP, BY_UDP } from './transport-bits.ts';

// The compiler takes no extension here.
export {
  evicted,
  flows,
  forgotten,
  fragments,
  fragmentsCut,
  fragmentsEvicted,
  fragmentsHeld,
  frames,
  gaps,
  heldDropped,
  keptExhausted,
  malformed,
  malformedFrames,
  notIp,
  notTunnel,
  otherProtocol,
  outOfOrder,
  overlaps,
  oversized,
  packets,
  payloads,
  payloadsCut,
  reassembled,
  timedOut,
  truncatedFrames,
  withoutHandshake,
} from './counters';
export { suspect } from './found';
export { addFragment, incompleteBytes, incompleteDatagrams } from './fragments';
export { holdsSegments } from './held-segments';
export { takeChunk } from './kept-bytes';
export { compileLiterals } from './literals';
export { capacity } from './records';
export { releaseAll } from './released';
export { settle } from './streams';
export {
  beginnings,
  fold,
  fragmentKey,
  gateIcmpId,
  gateIcmpSequence,
  gateIcmpSize,
  gateIcmpWord,
  gateRouting,
  gateRoutingSize,
  gateShape,
  gateSize,
  gateWindow,
  gateWord,
  grams,
  hasHeaders,
  headerKey,
  key0,
  key1,
  openings,
  ports,
  text,
} from './tables';

/**
 * Takes frames of the pcap records (little endian, microseconds, Ethernet) at [position, filled) of the capture's bytes, as
 * long as they were captured in `second` or the one before. Returns the position of the first that is not done. It also stops behind a frame of
 * which the engine must judge something: what is told at FOUND, or what was released; and before one of another second.
 */
export function run(position: i32, filled: i32, second: i32): i32 {
  setPresent(true);
  forgetFound();
  const limit: usize = CAPTURE + <usize>filled;
  let at: usize = CAPTURE + <usize>position;
  let settled = 0;
  let without = 0;
  let result = SETTLED;
  forgetWasReleased();
  while (result !== FOUND && !wasReleased) {
    const start = at + 16;
    if (start > limit) break;
    const captured = load<u32>(at, 8);
    const end = start + captured;
    // What is unusual is judged by the reader.
    if (captured > <u32>CAPTURE_BYTES || end > limit) break;
    const microseconds = load<u32>(at, 4);
    if (load<i32>(at, 12) < <i32>captured || microseconds >= 1_000_000) break;
    const time = load<i32>(at);
    // Where streams meet, records of the second before are common, and nobody waits for them.
    if (time !== second && time !== second - 1) {
      findSecond(time);
      break;
    }
    store<i32>(PACKET, microseconds, MICROSECONDS << 2);
    result = frame(start, end, time);
    if (result === LEFT) break;
    if (result === WITHOUT_PACKET) without++;
    settled++;
    at = end;
  }
  countFrames(settled, without);
  tellFound(found, hitCount);
  return <i32>(at - CAPTURE);
}

/**
 * Takes one Ethernet frame at [start, end) of the capture's bytes, of whatever format. 0: nothing was done with it. 2: the engine
 * must judge something, as after `run`; else 1.
 */
export function takeFrame(start: i32, end: i32, second: i32, microseconds: i32): i32 {
  setPresent(true);
  forgetFound();
  forgetWasReleased();
  store<i32>(PACKET, microseconds, MICROSECONDS << 2);
  const result = frame(CAPTURE + <usize>start, CAPTURE + <usize>end, second);
  if (result === LEFT) return 0;
  countFrames(1, <i32>(result === WITHOUT_PACKET));
  if (result !== FOUND && !wasReleased) return 1;
  tellFound(found, hitCount);
  return 2;
}

/**
 * Takes the packet at PACKET; gives what is to be searched (results.ts). Its payload is at `payload`, if `isAtHand`: else the
 * answer may be ASK_FOR_BYTES, and the call is to be made again.
 */
export function accept(payload: usize, isAtHand: bool): i32 {
  const result = take(payload, isAtHand);
  tellFound(result, 0);
  return result;
}

function take(payload: usize, isAtHand: bool): i32 {
  setPresent(isAtHand);
  const protocol = word(PROTOCOL);
  const length = word(PAYLOAD_END) - word(PAYLOAD_START);
  const flags = <u32>word(TCP_FLAGS);
  // A pure ACK says nothing, and most packets are such or belong to flows that are done.
  if (length === 0 && (protocol !== 6 || (flags & (SYN | FIN | RST)) === 0)) return NOTHING;
  identifyDescribed();
  const sourcePort = word(SOURCE_PORT);
  const seconds = word(SECONDS);
  if (protocol !== 6) return datagram(length, sourcePort, seconds);
  const missing = word(PAYLOAD_MISSING);
  return segment(word(SEQUENCE), word(ACKNOWLEDGEMENT), flags, payload, length, missing, sourcePort, seconds);
}

/** As `accept`, and searches; gives what is to be judged. */
export function examine(payload: usize, isAtHand: bool): i32 {
  const taken = take(payload, isAtHand);
  const protocol = word(PROTOCOL);
  const length = word(PAYLOAD_END) - word(PAYLOAD_START);
  const result = protocol === 6 ? lookAtStream(taken) : lookAtDatagram(taken, payload, length, transportOf(protocol));
  tellFound(result, hitCount);
  return result;
}

/** Searches the bytes of a flow to `destinationPort`, of which nobody knows whether they follow a port scan's header. */
export function searchBytes(start: usize, length: i32, destinationPort: i32, transport: i32): void {
  searchFor(destinationPort);
  search(start, start, start + <usize>length, true, transport);
  searchForPacket();
  tellFound(NOTHING, hitCount);
}

/** As after the start, but for what TypeScript sets. */
export function clear(): void {
  clearFlows();
  clearHeld();
  clearFragments();
  memory.fill(HANDSHAKES, 0, handshakes << (HANDSHAKE_SHIFT + 2));
  memory.fill(KEPT_STATE, 0, (KEPT_FREE + SIZE_CLASSES) << 2);
}

function word(name: usize): i32 {
  return load<i32>(PACKET + (name << 2));
}

function transportOf(protocol: i32): i32 {
  return protocol === 17 ? BY_UDP : protocol === 132 ? BY_SCTP : BY_ICMP;
}
