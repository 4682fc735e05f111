/**
 * TCP: who is the client, and what it says, in order.
 *
 * Only the client's first bytes are kept (`flowDepth`); the server's are looked at for two things: that it answered (a
 * handshake proves the source address), and that the client's message is over. Whatever the segmentation, order,
 * retransmission or overlap, the kept bytes are those that the target's TCP would deliver (RFC 9293 section 3.4); where
 * two segments differ over the same bytes, the first to arrive counts.
 */

import { closedTimeout, flowDepth, sequenceJump, streamTimeout } from '../../limits.ts';
import { countGap, countOutOfOrder, countWithoutHandshake } from './counters.ts';
import { fromHigh, high, low, port } from './flow-key.ts';
import {
  ACK,
  ANSWERED,
  BASE,
  CLIENT_HIGH,
  CLOSED,
  CUT_LITERAL,
  DONE,
  FIN,
  FINISHED,
  FLAGS,
  GAPPED,
  HANDSHAKE_SEQUENCE,
  HANDSHAKE_SIDE,
  HELD,
  KEPT_OFFSET,
  NEXT,
  RESTART,
  ROLE_UNKNOWN,
  RST,
  SUSPICION,
  SYN,
  SYN_ANSWERED,
  SYN_SEEN,
  WAITING,
} from './flow-record.ts';
import { ask, isFinished, isPresent, lookAt, setAnswered, setOrigin, showKept, record as shown } from './found.ts';
import { findHandshake, noteHandshake } from './handshakes.ts';
import {
  copyHeld,
  dropSegment,
  firstSegment,
  forgetHeld,
  heldOf,
  hold,
  holdFinish,
  holdsNothing,
  keptLengthOf,
  lastSegment,
  lengthOf,
  originOf,
  segmentAfter,
  segmentBefore,
  sequenceOf,
  takeFinish,
} from './held-segments.ts';
import { begin, find, flagsOf, forgetKept, insert, keep, leave, reserve, setFlags } from './records.ts';
import { handOver, keptOf, release } from './released.ts';
import { BEHIND_HOLE, CLIENT_BYTES, MESSAGE_ENDED, NOTHING } from './results.ts';
import { KEPT, SERVICE_PORTS } from './tables.ts';

// The segment that is looked at. The payload's address, if it is present; so many bytes of it were captured, and so many more
// were sent.
let sequence: i32 = 0;
let acknowledgement: i32 = 0;
let tcpFlags: u32 = 0;
let payload: usize = 0;
let length: i32 = 0;
let missing: i32 = 0;
let now: i32 = 0;
/** Bytes were added before those that were searched already. */
let searchAgain: bool = false;

/** Takes a segment of the flow that was identified, from the port `sourcePort`. */
export function segment(
  number: i32,
  acknowledged: i32,
  flags: u32,
  bytes: usize,
  captured: i32,
  more: i32,
  sourcePort: i32,
  time: i32,
): i32 {
  let record = find(low, high);
  if ((flags & SYN) !== 0) {
    const first = number + 1;
    if (!isOpening(record, first, acknowledged, flags, captured) || captured === 0) return NOTHING;
    // RFC 7413 (TCP Fast Open): data may ride on a SYN. It starts one after the SYN's own number.
    remember(first, acknowledged, flags, bytes, captured, more, time);
    if (!isPresent) return ask(0);
    record = insert(low, high, time);
    begin(record, SYN_SEEN | fromHigh, first, time);
    return clientBytes(record);
  }
  // Most packets end here: without data, or of a flow that is done.
  if (record !== 0) {
    const state = flagsOf(record);
    keep(record, time + ((state & CLOSED) === 0 ? streamTimeout : closedTimeout));
    if ((state & DONE) !== 0 && (flags & (FIN | RST)) === 0) return NOTHING;
    remember(number, acknowledged, flags, bytes, captured, more, time);
    return (state & CLIENT_HIGH) !== fromHigh ? serverSegment(record) : clientBytes(record);
  }
  if (captured === 0) return NOTHING;
  remember(number, acknowledged, flags, bytes, captured, more, time);
  record = insert(low, high, time);
  if (!beginStream(record, sourcePort)) return NOTHING;
  return (flagsOf(record) & CLIENT_HIGH) !== fromHigh ? serverSegment(record) : clientBytes(record);
}

function remember(number: i32, acknowledged: i32, flags: u32, bytes: usize, captured: i32, more: i32, time: i32): void {
  sequence = number;
  acknowledgement = acknowledged;
  tcpFlags = flags;
  payload = bytes;
  length = captured;
  missing = more;
  now = time;
  setAnswered(false);
}

/** Notes a SYN, alone or with an acknowledgement. True: a connection is opened whose first byte has the number `first`. */
function isOpening(record: usize, first: i32, acknowledged: i32, flags: u32, captured: i32): bool {
  if ((flags & ACK) !== 0) {
    if (record !== 0) setFlags(record, flagsOf(record) | ANSWERED);
    // It tells the client's next number, too, should the SYN have been missed.
    else noteHandshake((fromHigh ^ CLIENT_HIGH) | SYN_ANSWERED, acknowledged);
    return false;
  }
  if (record !== 0) {
    if (isRetransmittedSyn(record, first) || isLateSyn(record, first)) return false;
    // Asked for its data, it comes again.
    if (captured !== 0 && !isPresent) return true;
    // The same ports again: another connection.
    release(record);
    leave(record);
  }
  noteHandshake(fromHigh, first);
  return true;
}

/** False: the server's first words, of which nothing is searched. */
function beginStream(record: usize, sourcePort: i32): bool {
  const handshake = findHandshake();
  if (handshake !== 0) {
    const side = load<i32>(handshake, HANDSHAKE_SIDE << 2);
    const answer = (side & SYN_ANSWERED) !== 0 ? ANSWERED : 0;
    begin(record, SYN_SEEN | (side & CLIENT_HIGH) | answer, load<i32>(handshake, HANDSHAKE_SEQUENCE << 2), now);
    return true;
  }
  // No handshake was seen. The first to speak is the client, unless its port says that it is the server.
  countWithoutHandshake();
  const bySource = load<u8>(SERVICE_PORTS + <usize>sourcePort);
  const byDestination = load<u8>(SERVICE_PORTS + <usize>port);
  if (bySource > byDestination) {
    begin(record, GAPPED | ANSWERED | (fromHigh ^ CLIENT_HIGH), acknowledgement, now);
    return false;
  }
  begin(record, fromHigh | (bySource === byDestination ? ROLE_UNKNOWN : 0), sequence, now);
  return true;
}

/** The server's bytes are not searched: only that it spoke, acknowledged beyond a hole, or hung up. */
function serverSegment(record: usize): i32 {
  let flags = flagsOf(record) | (length > 0 ? ANSWERED : 0);
  const closing = (tcpFlags & (FIN | RST)) !== 0;
  if (closing) {
    flags |= CLOSED;
    keep(record, now + closedTimeout);
  }
  setFlags(record, flags);
  if ((flags & HELD) !== 0 && (tcpFlags & ACK) !== 0) {
    // The target has acknowledged bytes that the capture has not: go on behind the hole.
    if (acknowledgement - load<i32>(record, NEXT << 2) > 0) return skipHole(record);
  }
  // Whoever is suspected may be waiting for an answer; that nothing follows matters to all.
  if ((flags & WAITING) !== 0 ? length > 0 || closing : closing && load<i32>(record, SUSPICION << 2) !== 0) {
    setAnswered((flags & RESTART) === 0);
    showKept(record, keptOf(record), (tcpFlags & RST) !== 0);
    return MESSAGE_ENDED;
  }
  if ((flags & ROLE_UNKNOWN) === 0 || length === 0 || (flags & DONE) !== 0) return NOTHING;
  // Nobody knows who is the client: the other side's bytes are searched as a flow of their own.
  const otherHigh = high ^ 0x2545f491;
  let other = find(low, otherHigh);
  if (other === 0) {
    other = insert(low, otherHigh, now);
    begin(other, fromHigh | ANSWERED, sequence, now);
  }
  keep(other, now + streamTimeout);
  return (flagsOf(other) & DONE) !== 0 ? NOTHING : clientBytes(other);
}

function clientBytes(record: usize): i32 {
  lookAt(record);
  let flags = flagsOf(record);
  if ((tcpFlags & (FIN | RST)) !== 0) {
    flags |= CLOSED;
    setFlags(record, flags);
    keep(record, now + closedTimeout);
    if ((flags & DONE) !== 0) return NOTHING;
    // RFC 9293 section 3.10.7: a RST carries no data for the application.
    if ((tcpFlags & RST) !== 0) {
      if (load<i32>(record, SUSPICION << 2) === 0) return NOTHING;
      showKept(record, keptOf(record), true);
      return MESSAGE_ENDED;
    }
  }
  if (length > 0 && !isPresent) {
    const ahead = sequence - load<i32>(record, NEXT << 2);
    return ask(ahead < 0 && ahead + length > 0 ? -ahead : 0);
  }
  if ((flags & RESTART) !== 0) restart(record, load<i32>(record, NEXT << 2));
  const kept = keptOf(record);
  if (length > 0) {
    const ahead = sequence - load<i32>(record, NEXT << 2);
    if (ahead <= 0 && ahead + length > 0) {
      // In order, once the bytes that are already there are left out.
      if (append(record, length + ahead)) copyTo(record, kept, payload - <usize>ahead, length + ahead);
      if (missing > 0) miss(record);
    } else {
      outOfTurn(record, ahead);
    }
    if ((flagsOf(record) & HELD) !== 0) joinHeld(record);
  }
  if ((tcpFlags & FIN) !== 0) finish(record, sequence + length);
  const finished = isFinished(record);
  if (searchAgain) {
    searchAgain = false;
    showKept(record, 0, finished);
    return CLIENT_BYTES;
  }
  if (keptOf(record) !== kept) {
    showKept(record, kept, finished);
    return CLIENT_BYTES;
  }
  // Also a suspicion that waits for nothing more: the engine forgets it now.
  if (finished && load<i32>(record, SUSPICION << 2) !== 0) {
    showKept(record, kept, true);
    return MESSAGE_ENDED;
  }
  if (finished) settle();
  return NOTHING;
}

/** The client's last byte stands before `end`. If bytes before it are missing, that is held like a segment. */
function finish(record: usize, end: i32): void {
  const flags = flagsOf(record);
  const next = load<i32>(record, NEXT << 2);
  if (next === end) setFlags(record, flags | FINISHED);
  else if ((flags & SYN_SEEN) !== 0 && end - next > 0) holdFinish(record, end, now);
}

/** After the bytes that were found were searched: a flow that has reached the depth, or is over, needs them no longer. */
export function settle(): void {
  const record = shown;
  const flags = flagsOf(record);
  if ((flags & FINISHED) === 0 && keptOf(record) < <i32>flowDepth) return;
  forgetHeld(record);
  forgetKept(record);
  store<i32>(record, 0, SUSPICION << 2);
  setFlags(record, (flagsOf(record) | DONE) & ~(WAITING | HELD));
}

/** The client's next `added` bytes are there. False: they cannot be kept. */
function append(record: usize, added: i32): bool {
  const kept = keptOf(record);
  const next = load<i32>(record, NEXT << 2) + added;
  const chunk = reserve(record, kept, min(kept + added, <i32>flowDepth));
  if (chunk === 0) {
    // No memory: the flow goes on as if nothing had been said before. What was kept is judged as it is.
    handOver(record, false);
    store<i32>(record, next, BASE << 2);
    store<i32>(record, 0, CUT_LITERAL << 2);
    setFlags(record, flagsOf(record) | GAPPED);
  }
  store<i32>(record, next, NEXT << 2);
  return chunk !== 0;
}

/** Puts bytes behind the first `kept`, as far as the depth goes. */
function copyTo(record: usize, kept: i32, bytes: usize, count: i32): void {
  const chunk = KEPT + <usize>load<i32>(record, KEPT_OFFSET << 2);
  copyShort(chunk + <usize>kept, bytes, min(count, <i32>flowDepth - kept));
}

/** As memory.copy, which is a call out of the module: most of what clients say at once is short. */
function copyShort(to: usize, from: usize, count: i32): void {
  if (count < 16 || count > 256) {
    memory.copy(to, from, <usize>count);
    return;
  }
  const last = <usize>count - 16;
  for (let at: usize = 0; at < last; at += 16) v128.store(to + at, v128.load(from + at));
  v128.store(to + last, v128.load(from + last));
}

/**
 * A segment that is not the next: an old one again (ignored), one that came too early (held), or, when the handshake was
 * not seen, one from before the first that was.
 */
function outOfTurn(record: usize, ahead: i32): void {
  const flags = flagsOf(record);
  if (ahead > <i32>sequenceJump || ahead < -(<i32>sequenceJump)) {
    if ((flags & SYN_SEEN) !== 0) return;
    release(record);
    begin(record, (flags & (CLIENT_HIGH | ROLE_UNKNOWN | ANSWERED)) | GAPPED, sequence, now);
    if (append(record, length)) copyTo(record, 0, payload, length);
    if (missing > 0) miss(record);
    searchAgain = true;
    return;
  }
  const base = load<i32>(record, BASE << 2);
  if (ahead < 0) {
    // Everything in it was seen, unless it begins before what we took for the beginning.
    if ((flags & SYN_SEEN) !== 0 || sequence - base >= 0) return;
  } else if (sequence - base >= <i32>flowDepth) {
    return;
  }
  countOutOfOrder();
  hold(record, sequence, payload, length, now);
}

/** Takes in every held segment that now touches the kept bytes, behind or (without a handshake) before them. */
function joinHeld(record: usize): void {
  const flow = heldOf(record);
  if (flow === 0) return;
  let segment = firstSegment(flow);
  if ((flagsOf(record) & SYN_SEEN) === 0) {
    joinBefore(record, flow);
    // Some may stand before what was taken for the beginning, and wait for what is between.
    const base = load<i32>(record, BASE << 2);
    segment = firstSegment(flow);
    while (segment !== 0 && sequenceOf(segment) - base < 0) segment = segmentAfter(segment);
  }
  while (segment !== 0) {
    const ahead = sequenceOf(segment) - load<i32>(record, NEXT << 2);
    if (ahead > 0) break;
    const added = ahead + lengthOf(segment);
    const kept = keptOf(record);
    if (added > 0 && append(record, added)) {
      const room = min(keptLengthOf(segment), <i32>flowDepth - kept - ahead);
      if (room > -ahead) {
        copyHeld(segment, -ahead, room, KEPT + <usize>(load<i32>(record, KEPT_OFFSET << 2) + kept));
      }
    }
    const after = segmentAfter(segment);
    dropSegment(flow, segment);
    segment = after;
  }
  if (takeFinish(flow, load<i32>(record, NEXT << 2))) setFlags(record, flagsOf(record) | FINISHED);
  if (holdsNothing(flow)) forgetHeld(record);
}

function joinBefore(record: usize, flow: i32): void {
  for (let segment = lastSegment(flow); segment !== 0; ) {
    const earlier = segmentBefore(segment);
    const start = sequenceOf(segment);
    const before = load<i32>(record, BASE << 2) - start;
    if (before > 0) {
      if (before > lengthOf(segment)) break;
      // Beyond the depth it can never be joined.
      if (before <= <i32>flowDepth) putBefore(record, segment, before);
      dropSegment(flow, segment);
    }
    segment = earlier;
  }
}

function putBefore(record: usize, segment: i32, before: i32): void {
  const all = keptOf(record);
  const kept = min(all, <i32>flowDepth - before);
  const chunk = reserve(record, all, before + kept);
  if (chunk === 0) return;
  memory.copy(chunk + <usize>before, chunk, <usize>kept);
  copyHeld(segment, 0, before, chunk);
  store<i32>(record, sequenceOf(segment), BASE << 2);
  // All is new to the search: literals may now begin before.
  searchAgain = true;
}

/** Snap length: the rest of a segment was not captured. */
function miss(record: usize): void {
  countGap();
  store<i32>(record, load<i32>(record, NEXT << 2) + missing, NEXT << 2);
  store<i32>(record, load<i32>(record, BASE << 2) + missing, BASE << 2);
  setFlags(record, flagsOf(record) | RESTART);
}

/** What was kept is judged as it is; the next byte, `first`, is the first of what is kept from now on. */
function restart(record: usize, first: i32): void {
  handOver(record, false);
  store<i32>(record, first, NEXT << 2);
  store<i32>(record, first, BASE << 2);
  store<i32>(record, 0, CUT_LITERAL << 2);
  setFlags(record, (flagsOf(record) | GAPPED) & ~RESTART);
}

/**
 * Goes on behind a hole that will not be filled, for the target has acknowledged bytes behind it: what was kept before it
 * is judged as it is. While the target may still be missing them, too, they may still come.
 */
function skipHole(record: usize): i32 {
  const flow = heldOf(record);
  if (flow === 0) return NOTHING;
  const next = load<i32>(record, NEXT << 2);
  let segment = firstSegment(flow);
  while (segment !== 0 && sequenceOf(segment) - next <= 0) segment = segmentAfter(segment);
  if (segment === 0 || acknowledgement - sequenceOf(segment) <= 0) return NOTHING;
  countGap();
  setOrigin(originOf(flow));
  restart(record, sequenceOf(segment));
  joinHeld(record);
  // All that is kept is searched now.
  searchAgain = false;
  showKept(record, 0, isFinished(record));
  return BEHIND_HOLE;
}

function isRetransmittedSyn(record: usize, first: i32): bool {
  const flags = flagsOf(record);
  return (flags & CLIENT_HIGH) === fromHigh && (flags & SYN_SEEN) !== 0 && load<i32>(record, BASE << 2) === first;
}

/** Two taps may show a SYN after the first data. If it stands before what was taken for the beginning, it belongs there. */
function isLateSyn(record: usize, first: i32): bool {
  const flags = flagsOf(record);
  if ((flags & (SYN_SEEN | CLIENT_HIGH)) !== fromHigh) return false;
  const before = load<i32>(record, BASE << 2) - first;
  if (before < 0 || before >= <i32>flowDepth) return false;
  store<i32>(record, (flags & ~ROLE_UNKNOWN) | (before === 0 ? SYN_SEEN : 0), FLAGS << 2);
  return true;
}
