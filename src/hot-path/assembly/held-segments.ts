/**
 * Segments that came before their turn, until the hole before them is filled, and where a FIN stands that came too early. A
 * cold path, for most flows never come here. A segment is kept in blocks of 256 bytes, at most `flowDepth` of it, which is all
 * that is ever looked at; flows that hold some are remembered in order of their first. Both tables are bounded: the flow
 * that held one first gives way, but never to itself.
 */

import { flowDepth, heldBlock, heldBytes, heldFlows, heldSegmentsPerFlow } from '../../limits.ts';
import { countHeldDropped } from './counters.ts';
import { describe } from './flow-key.ts';
import { FLAGS, HELD, HELD_FLOW, TAG_HIGH } from './flow-record.ts';
import { IDENTITY_WORDS } from './packet-words.ts';
import { find, flagsOf, setFlags, tagOf } from './records.ts';
import { HELD_BLOCKS, HELD_FLOWS, PACKET } from './tables.ts';

// Words of a flow that holds segments. Numbers of flows and of blocks begin at 1; 0 is none.
const OLDER = 0;
const NEWER = 1;
const LOW = 2;
const HIGH = 3;
const FIRST = 4;
const LAST = 5;
const SEGMENTS = 6;
const FINISH = 7;
/** 1: FINISH is the number after the client's last byte. */
const HAS_FINISH = 8;
/** The packet whose segment was the first: words of packet-words.ts. */
const ORIGIN = 9;
const FLOW_BYTES: usize = 128;

// Words of a segment's first block, and where its bytes begin in it; later blocks have only the first word.
const BLOCK_NEXT = 0;
const SEGMENT_NEXT = 1;
const SEGMENT_BEFORE = 2;
const SEQUENCE = 3;
/** Bytes that it had, and those that are kept of it. */
const LENGTH = 4;
const KEPT_LENGTH = 5;
const FIRST_BYTES: i32 = 24;
const LATER_BYTES: i32 = 4;
const BLOCK: i32 = heldBlock;

const MOST_FLOWS: i32 = heldFlows;
const MOST_BLOCKS: i32 = heldBytes / heldBlock;

// Of flows and of blocks: how many were ever given out, and the first that was given back.
let flowsUsed: i32 = 0;
let freeFlow: i32 = 0;
let blocksUsed: i32 = 0;
let freeBlock: i32 = 0;
/** Blocks that may be taken. */
let blocksLeft: i32 = MOST_BLOCKS;
let oldest: i32 = 0;
let newest: i32 = 0;

/** As if nothing had ever been held. */
export function clearHeld(): void {
  memory.fill(HELD_FLOWS, 0, <usize>flowsUsed * FLOW_BYTES);
  flowsUsed = 0;
  freeFlow = 0;
  blocksUsed = 0;
  freeBlock = 0;
  blocksLeft = MOST_BLOCKS;
  oldest = 0;
  newest = 0;
}

/** Is a segment held, of whatever flow? */
export function holdsSegments(): bool {
  return blocksLeft !== MOST_BLOCKS;
}

/** The number of the record's held flow, or 0. */
export function heldOf(record: usize): i32 {
  return (flagsOf(record) & HELD) !== 0 ? load<i32>(record, HELD_FLOW << 2) : 0;
}

/** Holds a copy of a segment that begins with `sequence`. */
export function hold(record: usize, sequence: i32, payload: usize, length: i32, now: i32): void {
  const flow = heldFlowOf(record, now);
  const kept = min(length, <i32>flowDepth);
  const wanted = blocksFor(kept);
  if (flowWord(flow, SEGMENTS) >= <i32>heldSegmentsPerFlow || !makeRoom(wanted, flow)) {
    countHeldDropped(1);
    return;
  }
  const segment = takeBlock();
  setWord(segment, SEQUENCE, sequence);
  setWord(segment, LENGTH, length);
  setWord(segment, KEPT_LENGTH, kept);
  let block = segment;
  let header = FIRST_BYTES;
  for (let done = 0; ; header = LATER_BYTES) {
    const part = min(kept - done, BLOCK - header);
    memory.copy(blockAt(block) + <usize>header, payload + <usize>done, <usize>part);
    done += part;
    if (done >= kept) break;
    const next = takeBlock();
    setWord(block, BLOCK_NEXT, next);
    block = next;
  }
  setWord(block, BLOCK_NEXT, 0);
  link(flow, segment, sequence);
}

/** Notes that the client's stream ends before `end`. */
export function holdFinish(record: usize, end: i32, now: i32): void {
  const flow = heldFlowOf(record, now);
  setFlowWord(flow, FINISH, end);
  setFlowWord(flow, HAS_FINISH, 1);
}

/** Nothing is held for the record's flow any more. */
export function forgetHeld(record: usize): void {
  const flow = heldOf(record);
  if (flow !== 0) forgetFlow(flow, record);
}

export function firstSegment(flow: i32): i32 {
  return flowWord(flow, FIRST);
}

export function lastSegment(flow: i32): i32 {
  return flowWord(flow, LAST);
}

export function segmentAfter(segment: i32): i32 {
  return word(segment, SEGMENT_NEXT);
}

export function segmentBefore(segment: i32): i32 {
  return word(segment, SEGMENT_BEFORE);
}

export function sequenceOf(segment: i32): i32 {
  return word(segment, SEQUENCE);
}

export function lengthOf(segment: i32): i32 {
  return word(segment, LENGTH);
}

/** Bytes that are kept of it; less than its length where that is more than the depth. */
export function keptLengthOf(segment: i32): i32 {
  return word(segment, KEPT_LENGTH);
}

export function originOf(flow: i32): usize {
  return flowAt(flow) + (ORIGIN << 2);
}

/** True if the client's stream ends at `sequence`; then that is told, and not held any longer. */
export function takeFinish(flow: i32, sequence: i32): bool {
  if (flowWord(flow, HAS_FINISH) === 0 || flowWord(flow, FINISH) !== sequence) return false;
  setFlowWord(flow, HAS_FINISH, 0);
  return true;
}

export function holdsNothing(flow: i32): bool {
  return flowWord(flow, FIRST) === 0 && flowWord(flow, HAS_FINISH) === 0;
}

/** Copies the segment's bytes [from, to), of those that are kept of it. */
export function copyHeld(segment: i32, from: i32, to: i32, target: usize): void {
  let block = segment;
  let header = FIRST_BYTES;
  let start = 0;
  while (block !== 0 && start < to) {
    const end = start + BLOCK - header;
    const first = max(from, start);
    const last = min(to, end);
    if (first < last) {
      const source = blockAt(block) + <usize>(header + first - start);
      memory.copy(target + <usize>(first - from), source, <usize>(last - first));
    }
    start = end;
    header = LATER_BYTES;
    block = word(block, BLOCK_NEXT);
  }
}

/** The segment is done. */
export function dropSegment(flow: i32, segment: i32): void {
  const before = word(segment, SEGMENT_BEFORE);
  const after = word(segment, SEGMENT_NEXT);
  if (before !== 0) setWord(before, SEGMENT_NEXT, after);
  else setFlowWord(flow, FIRST, after);
  if (after !== 0) setWord(after, SEGMENT_BEFORE, before);
  else setFlowWord(flow, LAST, before);
  setFlowWord(flow, SEGMENTS, flowWord(flow, SEGMENTS) - 1);
  giveBlocks(segment);
}

/** In order of sequence numbers; equal ones keep the order of arrival: the first to come wins where they differ. */
function link(flow: i32, segment: i32, sequence: i32): void {
  let before = flowWord(flow, LAST);
  const first = flowWord(flow, FIRST);
  // In reverse order of arrival, the end is far.
  if (first !== 0 && sequence - sequenceOf(first) < 0) before = 0;
  while (before !== 0 && sequence - sequenceOf(before) < 0) before = word(before, SEGMENT_BEFORE);
  const after = before === 0 ? first : word(before, SEGMENT_NEXT);
  setWord(segment, SEGMENT_BEFORE, before);
  setWord(segment, SEGMENT_NEXT, after);
  if (before !== 0) setWord(before, SEGMENT_NEXT, segment);
  else setFlowWord(flow, FIRST, segment);
  if (after !== 0) setWord(after, SEGMENT_BEFORE, segment);
  else setFlowWord(flow, LAST, segment);
  setFlowWord(flow, SEGMENTS, flowWord(flow, SEGMENTS) + 1);
}

function heldFlowOf(record: usize, now: i32): i32 {
  const known = heldOf(record);
  if (known !== 0) return known;
  if (freeFlow === 0 && flowsUsed === MOST_FLOWS) forgetOldest(0);
  let flow = freeFlow;
  if (flow !== 0) {
    freeFlow = flowWord(flow, NEWER);
    memory.fill(flowAt(flow), 0, FLOW_BYTES);
  } else {
    flow = ++flowsUsed;
  }
  setFlowWord(flow, LOW, tagOf(record));
  setFlowWord(flow, HIGH, load<i32>(record, TAG_HIGH << 2));
  setFlowWord(flow, OLDER, newest);
  if (newest !== 0) setFlowWord(newest, NEWER, flow);
  else oldest = flow;
  newest = flow;
  describe(now);
  memory.copy(originOf(flow), PACKET, IDENTITY_WORDS << 2);
  store<i32>(record, flow, HELD_FLOW << 2);
  setFlags(record, flagsOf(record) | HELD);
  return flow;
}

/** So many blocks, at the cost of the flows that held segments first, but not of this one. False: there is no room. */
function makeRoom(blocks: i32, flow: i32): bool {
  while (blocksLeft < blocks) if (!forgetOldest(flow)) return false;
  return true;
}

function forgetOldest(but: i32): bool {
  const flow = oldest === but ? flowWord(oldest, NEWER) : oldest;
  if (flow === 0) return false;
  countHeldDropped(flowWord(flow, SEGMENTS));
  forgetFlow(flow, find(flowWord(flow, LOW), flowWord(flow, HIGH)));
  return true;
}

function forgetFlow(flow: i32, record: usize): void {
  for (let segment = firstSegment(flow); segment !== 0; ) {
    const after = segmentAfter(segment);
    giveBlocks(segment);
    segment = after;
  }
  const older = flowWord(flow, OLDER);
  const newer = flowWord(flow, NEWER);
  if (older !== 0) setFlowWord(older, NEWER, newer);
  else oldest = newer;
  if (newer !== 0) setFlowWord(newer, OLDER, older);
  else newest = older;
  setFlowWord(flow, NEWER, freeFlow);
  freeFlow = flow;
  if (record === 0) return;
  store<i32>(record, 0, HELD_FLOW << 2);
  store<i32>(record, flagsOf(record) & ~HELD, FLAGS << 2);
}

function blocksFor(length: i32): i32 {
  const later = max(0, length - (BLOCK - FIRST_BYTES));
  return 1 + (later + BLOCK - LATER_BYTES - 1) / (BLOCK - LATER_BYTES);
}

function takeBlock(): i32 {
  blocksLeft--;
  const block = freeBlock;
  if (block === 0) return ++blocksUsed;
  freeBlock = word(block, BLOCK_NEXT);
  return block;
}

function giveBlocks(segment: i32): void {
  for (let block = segment; block !== 0; ) {
    const next = word(block, BLOCK_NEXT);
    setWord(block, BLOCK_NEXT, freeBlock);
    freeBlock = block;
    blocksLeft++;
    block = next;
  }
}

function flowAt(flow: i32): usize {
  return HELD_FLOWS + <usize>(flow - 1) * FLOW_BYTES;
}

function flowWord(flow: i32, name: usize): i32 {
  return load<i32>(flowAt(flow) + (name << 2));
}

function setFlowWord(flow: i32, name: usize, value: i32): void {
  store<i32>(flowAt(flow) + (name << 2), value);
}

function blockAt(block: i32): usize {
  return HELD_BLOCKS + <usize>(block - 1) * <usize>BLOCK;
}

function word(block: i32, name: usize): i32 {
  return load<i32>(blockAt(block) + (name << 2));
}

function setWord(block: i32, name: usize, value: i32): void {
  store<i32>(blockAt(block) + (name << 2), value);
}
