/** TCP: as FlowTable.segment and its parts. */

import {
  ACK,
  ANSWERED,
  BASE,
  CLIENT_HIGH,
  CLOSED,
  DONE,
  FIN,
  FINISHED,
  FLAGS,
  HANDSHAKE_HIGH,
  HANDSHAKE_SEQUENCE,
  HANDSHAKE_SHIFT,
  HANDSHAKE_SIDE,
  HELD,
  NEXT,
  RESTART,
  ROLE_UNKNOWN,
  RST,
  SUSPICION,
  SYN,
  SYN_ANSWERED,
  SYN_SEEN,
  WAITING,
} from '../../flow/flow-record.ts';
import { closedTimeout, flowDepth, handshakes, sequenceJump, streamTimeout } from '../../limits.ts';
import { WINDOW } from '../../signature/gram.ts';
import { big32 } from './big-endian.ts';
import { countPayload } from './counters.ts';
import { fromHigh, high, low } from './flow-key.ts';
import { begin, find, flagsOf, insert, keep, reserve, settle } from './records.ts';
import { BY_TCP, GRAM, holdsAnyLiteral, startsAnyLiteral } from './search.ts';
import { HANDSHAKES } from './tables.ts';

/** As FlowTable.segment, with its parts. False: the long way. */
export function segment(
  transport: usize,
  payloadStart: usize,
  length: i32,
  tcpFlags: u32,
  missing: bool,
  now: i32,
): bool {
  let record = find(low, high);
  if ((tcpFlags & SYN) !== 0) {
    if ((tcpFlags & ACK) !== 0) {
      if (record !== 0) store<i32>(record, flagsOf(record) | ANSWERED, FLAGS << 2);
      else noteHandshake((fromHigh ^ CLIENT_HIGH) | SYN_ANSWERED, big32(transport + 8));
      return true;
    }
    if (record !== 0 || length !== 0) return false;
    noteHandshake(fromHigh, big32(transport + 4) + 1);
    return true;
  }
  if (record === 0) {
    if (length === 0) return true;
    record = beginStream(now);
    if (record === 0) return false;
  }

  let flags = flagsOf(record);
  keep(record, now + ((flags & CLOSED) === 0 ? streamTimeout : closedTimeout));
  const closing = (tcpFlags & (FIN | RST)) !== 0;
  if ((flags & DONE) !== 0 && !closing) return true;

  if ((flags & CLIENT_HIGH) !== fromHigh) {
    if ((flags & (HELD | WAITING)) !== 0) return false;
    const spoke = length > 0 ? flags | ANSWERED : flags;
    if (closing) keep(record, now + closedTimeout);
    store<i32>(record, closing ? spoke | CLOSED : spoke, FLAGS << 2);
    if ((flags & ROLE_UNKNOWN) === 0 || length === 0 || (flags & DONE) !== 0) return true;
    // As in FlowTable.serverSegment: the other side's bytes are a flow of their own.
    record = find(low, high ^ 0x2545f491);
    if (record === 0) return false;
    keep(record, now + streamTimeout);
    flags = flagsOf(record);
    if ((flags & DONE) !== 0) return true;
  }
  return clientBytes(record, flags, transport, payloadStart, length, tcpFlags, missing, now);
}

/** As FlowTable.clientBytes and the search of Engine.frame. */
function clientBytes(
  record: usize,
  before: i32,
  transport: usize,
  payloadStart: usize,
  length: i32,
  tcpFlags: u32,
  missing: bool,
  now: i32,
): bool {
  let flags = before;
  if ((flags & (HELD | WAITING | RESTART)) !== 0 || load<i32>(record, SUSPICION << 2) !== 0) return false;
  if ((tcpFlags & (FIN | RST)) !== 0) {
    flags |= CLOSED;
    store<i32>(record, flags, FLAGS << 2);
    keep(record, now + closedTimeout);
    // RFC 9293 section 3.10.7: a RST carries no data for the application.
    if ((flags & DONE) !== 0 || (tcpFlags & RST) !== 0) return true;
  }
  const finish = (tcpFlags & FIN) !== 0;
  const next = load<i32>(record, NEXT << 2);
  const ahead = big32(transport + 4) - next;
  if (length === 0) {
    if (ahead !== 0) return false;
    settle(record, flags | FINISHED);
    return true;
  }
  if (ahead > 0 || missing) return false;
  if (ahead + length <= 0) {
    // All of it was there before.
    return !finish && ahead >= -sequenceJump && (flags & SYN_SEEN) !== 0;
  }
  const from = payloadStart - <usize>ahead;
  const added = length + ahead;
  const kept = min(next - load<i32>(record, BASE << 2), flowDepth);
  const copied = min(added, flowDepth - kept);
  const chunk = reserve(record, flags, kept, kept + copied);
  if (chunk === 0) return false;
  const last = chunk + <usize>(kept + copied);
  memory.copy(chunk + <usize>kept, from, <usize>copied);
  if (kept < <i32>GRAM && startsAnyLiteral(chunk, last, finish, BY_TCP)) return false;
  if (holdsAnyLiteral(chunk, kept < WINDOW ? chunk : chunk + <usize>(kept - WINDOW + 1), last, BY_TCP)) return false;

  countPayload();
  store<i32>(record, next + added, NEXT << 2);
  flags = flagsOf(record);
  if (finish || kept + copied >= flowDepth) settle(record, finish ? flags | FINISHED : flags);
  return true;
}

/** A record for a stream whose handshake is remembered; 0 if it is not, or there is no room. */
function beginStream(now: i32): usize {
  const entry: usize = HANDSHAKES + ((<usize>(low & (handshakes - 1))) << (HANDSHAKE_SHIFT + 2));
  if (load<i32>(entry) !== low || load<i32>(entry, HANDSHAKE_HIGH << 2) !== high) return 0;
  const side = load<i32>(entry, HANDSHAKE_SIDE << 2);
  const record = insert(now);
  if (record === 0) return 0;
  const answered = (side & SYN_ANSWERED) !== 0 ? ANSWERED : 0;
  begin(record, SYN_SEEN | (side & CLIENT_HIGH) | answered, load<i32>(entry, HANDSHAKE_SEQUENCE << 2));
  keep(record, now + streamTimeout);
  return record;
}

/** As Handshakes.note. */
function noteHandshake(side: i32, sequence: i32): void {
  const entry: usize = HANDSHAKES + ((<usize>(low & (handshakes - 1))) << (HANDSHAKE_SHIFT + 2));
  store<i32>(entry, low);
  store<i32>(entry, high, HANDSHAKE_HIGH << 2);
  store<i32>(entry, sequence, HANDSHAKE_SEQUENCE << 2);
  store<i32>(entry, side, HANDSHAKE_SIDE << 2);
}
