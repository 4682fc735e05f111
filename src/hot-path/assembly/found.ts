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
import {
  AT_START,
  END,
  ENDED,
  ESTABLISHED,
  FROM,
  HIT_COUNT,
  ORIGIN,
  RESULT,
  START,
  SUSPICION_ID,
  WANTED,
  WAS_ANSWERED,
} from './found-words.ts';
import { flagsOf } from './records.ts';
import { keptOf } from './released.ts';
import { ASK_FOR_BYTES, NOTHING } from './results.ts';
import { FOUND } from './tables.ts';

/** The record of the flow that was found. */
export let record: usize = 0;
// As found-words.ts describes them.
export let start: i32 = 0;
export let from: i32 = 0;
export let end: i32 = 0;
let atStart: bool = false;
export let ended: bool = false;
let answered: bool = false;
let established: bool = false;
export let suspicion: i32 = 0;
export let origin: usize = 0;

let wanted: i32 = 0;

/** The packet's payload is at hand. */
export let isPresent: bool = true;

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

/** Tells TypeScript what was found. */
export function tellFound(result: i32, hits: i32): void {
  store<i32>(FOUND, result, RESULT << 2);
  store<i32>(FOUND, hits, HIT_COUNT << 2);
  if (result === NOTHING) return;
  store<i32>(FOUND, start, START << 2);
  store<i32>(FOUND, from, FROM << 2);
  store<i32>(FOUND, end, END << 2);
  store<i32>(FOUND, <i32>atStart, AT_START << 2);
  store<i32>(FOUND, <i32>ended, ENDED << 2);
  store<i32>(FOUND, <i32>answered, WAS_ANSWERED << 2);
  store<i32>(FOUND, <i32>established, ESTABLISHED << 2);
  store<i32>(FOUND, suspicion, SUSPICION_ID << 2);
  store<usize>(FOUND, origin, ORIGIN << 2);
  store<i32>(FOUND, wanted, WANTED << 2);
}

/** Notes the suspicion of the flow that was found; `waiting`: an answer is to be told, not only the end. */
export function suspect(id: i32, waiting: bool): void {
  store<i32>(record, id, SUSPICION << 2);
  const flags = flagsOf(record);
  store<i32>(record, waiting ? flags | WAITING : flags & ~WAITING, FLAGS << 2);
}

export function isFinished(flow: usize): bool {
  return (flagsOf(flow) & FINISHED) !== 0;
}
