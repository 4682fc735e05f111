/** What a packet has brought that may have to be judged: results, and the registers that tell of it. */

import {
  ANSWERED,
  FINISHED,
  FLAGS,
  GAPPED,
  HAS_CHUNK,
  KEPT_OFFSET,
  RESTART,
  SUSPICION,
  WAITING,
} from './flow-record.ts';
import { flagsOf } from './records.ts';
import { keptOf } from './released.ts';
import { ASK_FOR_BYTES } from './results.ts';

/** The record of the flow that was found. */
export let record: usize = 0;
/** Of the kept bytes (offsets in KEPT): all, and the first of those that are new. */
export let start: i32 = 0;
export let from: i32 = 0;
export let end: i32 = 0;
/** The first kept byte is the first that the client said. */
export let atStart: bool = false;
/** The client has closed or reset the connection, or the server has reset it: nothing follows. */
export let ended: bool = false;
/** The server spoke or closed: what the client has said so far is a message, though another may follow. */
export let answered: bool = false;
/** Both sides spoke: the source address is real. */
export let established: bool = false;
export let suspicion: i32 = 0;
/** Of BEHIND_HOLE only: where the words of the packet stand whose bytes they are, for this packet is the server's. */
export let origin: usize = 0;

/** The packet's payload is at hand. */
export let isPresent: bool = true;

/** Of ASK_FOR_BYTES: the offset in the payload of the first byte that is needed. */
export let wanted: i32 = 0;

/** The kept bytes of the flow, those from `first` on being new. */
export function showKept(flow: usize, first: i32, isEnded: bool): void {
  const flags = flagsOf(flow);
  const offset = (flags & HAS_CHUNK) !== 0 ? load<i32>(flow, KEPT_OFFSET << 2) : 0;
  record = flow;
  start = offset;
  from = offset + first;
  end = offset + keptOf(flow);
  atStart = (flags & GAPPED) === 0;
  // What the snap length cut off is not there: no whole message, whatever follows.
  ended = isEnded && (flags & RESTART) === 0;
  established = (flags & ANSWERED) !== 0;
  suspicion = load<i32>(flow, SUSPICION << 2);
}

export function showDatagram(flow: usize, isEstablished: bool): void {
  record = flow;
  established = isEstablished;
  suspicion = 0;
}

export function lookAt(flow: usize): void {
  record = flow;
}

export function setAnswered(isAnswered: bool): void {
  answered = isAnswered;
}

export function setOrigin(words: usize): void {
  origin = words;
}

export function setPresent(present: bool): void {
  isPresent = present;
}

/** The payload's bytes from `offset` on are needed. */
export function ask(offset: i32): i32 {
  wanted = offset;
  return ASK_FOR_BYTES;
}

/** Notes the suspicion of the flow that was found; `waiting`: tell when its message is over. */
export function suspect(id: i32, waiting: bool): void {
  store<i32>(record, id, SUSPICION << 2);
  const flags = flagsOf(record);
  store<i32>(record, waiting ? flags | WAITING : flags & ~WAITING, FLAGS << 2);
}

export function isFinished(flow: usize): bool {
  return (flagsOf(flow) & FINISHED) !== 0;
}
