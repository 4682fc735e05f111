/** Flows that end before all of them was judged: what they have said goes to the engine. */

import { flowDepth } from '../../limits.ts';
import {
  BASE,
  DATAGRAMS,
  GAPPED,
  HAS_CHUNK,
  HELD,
  KEPT_OFFSET,
  NEXT,
  RESTART,
  SUSPICION,
  WAITING,
} from './flow-record.ts';
import {
  copyHeld,
  firstSegment,
  forgetHeld,
  heldOf,
  keptLengthOf,
  originOf,
  segmentAfter,
  sequenceOf,
} from './held-segments.ts';
import { SCRATCH, SCRATCH_BYTES } from './layout.ts';
import { capacity, flagsOf, forgetKept, recordNumbered, setFlags, tagOf } from './records.ts';
import { KEPT } from './tables.ts';

/**
 * The engine takes a copy of `length` bytes at `address`. `suspicion`: its number, or 0, and then `origin` is where the words
 * of the packet stand (packet-words.ts) that the first of them came in.
 */
declare function takeReleased(
  suspicion: i32,
  address: usize,
  length: i32,
  atStart: bool,
  ended: bool,
  origin: usize,
): void;

/** Something was handed over since it was last asked. */
export let wasReleased: bool = false;

export function forgetWasReleased(): void {
  wasReleased = false;
}

/** Longest run of held segments that is handed over at once: the second half of the scratch memory. */
const RUN: usize = SCRATCH + SCRATCH_BYTES / 2;
const LONGEST_RUN: i32 = SCRATCH_BYTES / 2;

/** Ends the record's flow. */
export function release(record: usize): void {
  if ((flagsOf(record) & (HAS_CHUNK | HELD)) === 0) return;
  handOver(record, true);
  releaseHeld(record);
  forgetKept(record);
}

/** All flows end: the capture is over. Their memory is not given back, for it is cleared before it is used again. */
export function releaseAll(): void {
  const flows = capacity();
  for (let number = 0; number < flows; number++) {
    const record = recordNumbered(number);
    if ((flagsOf(record) & (HAS_CHUNK | HELD)) === 0 || tagOf(record) === 0) continue;
    handOver(record, true);
    releaseHeld(record);
  }
}

/** What is kept of a suspected flow is judged as it is. `ended`: nothing follows. */
export function handOver(record: usize, ended: bool): void {
  const suspicion = load<i32>(record, SUSPICION << 2);
  const flags = flagsOf(record);
  if (suspicion === 0 || (flags & DATAGRAMS) !== 0) return;
  const kept = KEPT + <usize>load<i32>(record, KEPT_OFFSET << 2);
  tell(suspicion, kept, keptOf(record), (flags & GAPPED) === 0, ended && (flags & RESTART) === 0, 0);
  store<i32>(record, 0, SUSPICION << 2);
  setFlags(record, flags & ~WAITING);
}

/** Bytes that are kept of the flow. */
export function keptOf(record: usize): i32 {
  return min(load<i32>(record, NEXT << 2) - load<i32>(record, BASE << 2), <i32>flowDepth);
}

/** The hole was never filled: what came behind it is still judged, in runs without a hole, overlaps counted once. */
function releaseHeld(record: usize): void {
  const flow = heldOf(record);
  if (flow === 0) return;
  let run = 0;
  let next = 0;
  for (let segment = firstSegment(flow); segment !== 0; segment = segmentAfter(segment)) {
    const sequence = sequenceOf(segment);
    const kept = keptLengthOf(segment);
    if (run > 0 && (sequence - next > 0 || run + kept > LONGEST_RUN)) {
      tell(0, RUN, run, false, true, originOf(flow));
      run = 0;
    }
    if (run === 0) next = sequence;
    const known = next - sequence;
    if (known >= kept) continue;
    copyHeld(segment, known, kept, RUN + <usize>run);
    run += kept - known;
    next = sequence + kept;
  }
  if (run > 0) tell(0, RUN, run, false, true, originOf(flow));
  forgetHeld(record);
}

function tell(suspicion: i32, address: usize, length: i32, atStart: bool, ended: bool, origin: usize): void {
  wasReleased = true;
  takeReleased(suspicion, address, length, atStart, ended, origin);
}
