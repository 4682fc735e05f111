/**
 * The flow table. A flow's tag (a hash of both endpoints) chooses a bucket of eight places: the tags of the eight flows and the
 * seconds at which each may give way, together one cache line. A flow's record, eight words, stands in a second array and is
 * touched only when the tag agrees. So a packet costs two cache lines, whatever the number of flows.
 */

import { datagramTimeout, flowCapacity, flowCapacityAtStart, streamTimeout } from '../../limits.ts';
import { countEvicted, countFlow, countForgotten } from './counters.ts';
import {
  BASE,
  BUCKET_SHIFT,
  CLASS_MASK,
  CLASS_SHIFT,
  CUT_LITERAL,
  DATAGRAMS,
  DONE,
  FLAGS,
  HAS_CHUNK,
  HELD_FLOW,
  KEPT_OFFSET,
  NEXT,
  PLACES,
  RECORD_SHIFT,
  SPREAD,
  SUSPICION,
  TAG_HIGH,
} from './flow-record.ts';
import { giveChunk, sizeClassOf, takeChunk } from './kept-bytes.ts';
import { release } from './released.ts';
import { BUCKETS, KEPT, RECORDS } from './tables.ts';

const BUCKET_BYTES: usize = 1 << (BUCKET_SHIFT + 2);
const RECORD_BYTES: usize = 1 << (RECORD_SHIFT + 2);
/** Binary logarithms of the number of buckets. */
const AT_START: i32 = 31 - clz<i32>(flowCapacityAtStart / PLACES);
const AT_MOST: i32 = 31 - clz<i32>(flowCapacity / PLACES);

let size: i32 = AT_START;

/** Rank of a flow that loses little when it is forgotten. */
const FORGETTABLE = 3;

/** Flows that there is room for now. */
export function capacity(): i32 {
  return PLACES << size;
}

/** As if there had never been a flow. */
export function clearFlows(): void {
  memory.fill(BUCKETS, 0, BUCKET_BYTES << size);
  size = AT_START;
}

export function begin(record: usize, flags: i32, sequence: i32, now: i32): void {
  store<i32>(record, flags, FLAGS << 2);
  keep(record, now + ((flags & DATAGRAMS) === 0 ? streamTimeout : datagramTimeout));
  store<i32>(record, sequence, NEXT << 2);
  store<i32>(record, sequence, BASE << 2);
  store<i32>(record, 0, KEPT_OFFSET << 2);
  store<i32>(record, 0, SUSPICION << 2);
  store<i32>(record, 0, HELD_FLOW << 2);
  store<i32>(record, 0, CUT_LITERAL << 2);
}

/** Address of the flow's record, or 0. */
export function find(tag: i32, tagHigh: i32): usize {
  const bucket = bucketOf(tag);
  const line: usize = BUCKETS + bucket * BUCKET_BYTES;
  const wanted = i32x4.splat(tag);
  let places =
    i32x4.bitmask(i32x4.eq(v128.load(line), wanted)) | (i32x4.bitmask(i32x4.eq(v128.load(line, 16), wanted)) << 4);
  while (places !== 0) {
    const record = recordAt(bucket, ctz(places));
    if (load<i32>(record, TAG_HIGH << 2) === tagHigh) return record;
    places &= places - 1;
  }
  return 0;
}

/** A record for a new flow: a place that was never used or whose flow is over, else that of a less valuable flow. */
export function insert(tag: i32, tagHigh: i32, now: i32): usize {
  countFlow();
  for (;;) {
    const bucket = bucketOf(tag);
    const line: usize = BUCKETS + bucket * BUCKET_BYTES;
    const none = i32x4.splat(0);
    const time = i32x4.splat(now);
    // A clock that steps back makes every deadline seem far: flows then give way by value only.
    const places = freePlaces(line, none, time) | (freePlaces(line + 16, none, time) << 4);
    const place = places !== 0 ? ctz(places) : leastValuable(bucket, line);
    if (place < 0) {
      grow();
      continue;
    }
    const record = recordAt(bucket, place);
    if (load<i32>(line + ((<usize>place) << 2)) !== 0) release(record);
    store<i32>(line + ((<usize>place) << 2), tag);
    store<i32>(record, tagHigh, TAG_HIGH << 2);
    return record;
  }
}

function freePlaces(tags: usize, none: v128, time: v128): i32 {
  const unused = i32x4.eq(v128.load(tags), none);
  const over = i32x4.lt_s(i32x4.sub(v128.load(tags, PLACES << 2), time), none);
  return i32x4.bitmask(v128.or(unused, over));
}

/**
 * In a full bucket: the place of the oldest UDP conversation, for it keeps no bytes and little is lost. If there is none,
 * the table grows (-1); at its bound, flows that need no more searching go first, then those without a suspicion.
 */
function leastValuable(bucket: usize, line: usize): i32 {
  let best = -1;
  let bestRank = 0;
  let bestDeadline = 0;
  for (let place = 0; place < PLACES; place++) {
    const rank = worthOf(recordAt(bucket, place));
    const deadline = load<i32>(line + ((<usize>(PLACES + place)) << 2));
    if (best >= 0 && (rank < bestRank || (rank === bestRank && deadline - bestDeadline >= 0))) continue;
    best = place;
    bestRank = rank;
    bestDeadline = deadline;
  }
  if (bestRank === FORGETTABLE) countForgotten();
  else if (size < AT_MOST) return -1;
  else countEvicted();
  return best;
}

function worthOf(record: usize): i32 {
  const flags = flagsOf(record);
  if ((flags & DATAGRAMS) !== 0) return FORGETTABLE;
  return (flags & DONE) !== 0 ? 2 : load<i32>(record, SUSPICION << 2) === 0 ? 1 : 0;
}

/** One bucket and its records, while they are spread. */
const ASIDE: usize = memory.data(64 + 256, 16);

/**
 * Twice the places. Every bucket's flows are spread over two, so that all find room; the last bucket first, so that it is done
 * before another's flows come to where it stood.
 */
function grow(): void {
  const buckets: usize = 1 << size;
  size++;
  for (let bucket = buckets - 1; <isize>bucket >= 0; bucket--) {
    memory.copy(ASIDE, BUCKETS + bucket * BUCKET_BYTES, BUCKET_BYTES);
    memory.copy(ASIDE + BUCKET_BYTES, recordAt(bucket, 0), <usize>PLACES * RECORD_BYTES);
    memory.fill(BUCKETS + 2 * bucket * BUCKET_BYTES, 0, 2 * BUCKET_BYTES);
    for (let place = 0; place < PLACES; place++) {
      const from = ASIDE + ((<usize>place) << 2);
      const tag = load<i32>(from);
      if (tag === 0) continue;
      const target = bucketOf(tag);
      const line = BUCKETS + target * BUCKET_BYTES;
      let free = 0;
      while (load<i32>(line + ((<usize>free) << 2)) !== 0) free++;
      store<i32>(line + ((<usize>free) << 2), tag);
      store<i32>(line + ((<usize>(PLACES + free)) << 2), load<i32>(from, PLACES << 2));
      memory.copy(recordAt(target, free), ASIDE + BUCKET_BYTES + <usize>place * RECORD_BYTES, RECORD_BYTES);
    }
  }
}

function bucketOf(tag: i32): usize {
  return <usize>((<u32>tag * <u32>SPREAD) >>> (32 - size));
}

function recordAt(bucket: usize, place: i32): usize {
  return RECORDS + (bucket * PLACES + <usize>place) * RECORD_BYTES;
}

/** By its number, from 0 to the capacity. */
export function recordNumbered(number: i32): usize {
  return RECORDS + <usize>number * RECORD_BYTES;
}

export function flagsOf(record: usize): i32 {
  return load<i32>(record, FLAGS << 2);
}

export function setFlags(record: usize, flags: i32): void {
  store<i32>(record, flags, FLAGS << 2);
}

/** Where the record's tag stands; its deadline stands eight words on. */
function placeOf(record: usize): usize {
  const index = (record - RECORDS) >> (RECORD_SHIFT + 2);
  return BUCKETS + ((index >> 3) << (BUCKET_SHIFT + 2)) + ((index & 7) << 2);
}

export function tagOf(record: usize): i32 {
  return load<i32>(placeOf(record));
}

/** The record's place is free from now on. */
export function leave(record: usize): void {
  store<i32>(placeOf(record), 0);
}

export function deadlineOf(record: usize): i32 {
  return load<i32>(placeOf(record), PLACES << 2);
}

/** The record's place is its own until then. */
export function keep(record: usize, deadline: i32): void {
  store<i32>(placeOf(record), deadline, PLACES << 2);
}

/** Makes the record's chunk, which has `kept` bytes, hold `length`: where it begins, or 0 when there is no memory. */
export function reserve(record: usize, kept: i32, length: i32): usize {
  const flags = flagsOf(record);
  const wanted = sizeClassOf(length);
  const old = load<i32>(record, KEPT_OFFSET << 2);
  const has = (flags & CLASS_MASK) >> CLASS_SHIFT;
  if ((flags & HAS_CHUNK) !== 0 && wanted <= has) return KEPT + <usize>old;
  const offset = takeChunk(wanted);
  if (offset < 0) return 0;
  if ((flags & HAS_CHUNK) !== 0) {
    memory.copy(KEPT + <usize>offset, KEPT + <usize>old, <usize>kept);
    giveChunk(old, has);
  }
  store<i32>(record, offset, KEPT_OFFSET << 2);
  store<i32>(record, (flags & ~CLASS_MASK) | HAS_CHUNK | (wanted << CLASS_SHIFT), FLAGS << 2);
  return KEPT + <usize>offset;
}

/** The bytes that are kept of the flow are not needed any longer. */
export function forgetKept(record: usize): void {
  const flags = flagsOf(record);
  if ((flags & HAS_CHUNK) === 0) return;
  giveChunk(load<i32>(record, KEPT_OFFSET << 2), (flags & CLASS_MASK) >> CLASS_SHIFT);
  store<i32>(record, flags & ~(HAS_CHUNK | CLASS_MASK), FLAGS << 2);
  store<i32>(record, 0, KEPT_OFFSET << 2);
}
