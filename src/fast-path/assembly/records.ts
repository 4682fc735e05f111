/** The flow table's buckets and records, and the memory for kept bytes: as flow/flow-table.ts and flow/kept-bytes.ts. */

import {
  BASE,
  BUCKET_SHIFT,
  CLASS_MASK,
  CLASS_SHIFT,
  DATAGRAMS,
  DONE,
  FLAGS,
  HAS_CHUNK,
  HELD,
  KEPT_FREE,
  KEPT_LIMIT,
  KEPT_OFFSET,
  KEPT_USED,
  NEXT,
  PLACES,
  RECORD_SHIFT,
  SPREAD,
  SUSPICION,
  TAG_HIGH,
  WAITING,
} from '../../flow/flow-record.ts';
import { countFlow, countForgotten } from './counters.ts';
import { high, low } from './flow-key.ts';
import { BUCKETS, KEPT, KEPT_STATE, RECORDS, shift } from './tables.ts';

export function begin(record: usize, flags: i32, sequence: i32): void {
  store<i32>(record, flags, FLAGS << 2);
  store<i32>(record, sequence, NEXT << 2);
  store<i32>(record, sequence, BASE << 2);
  store<i32>(record, 0, KEPT_OFFSET << 2);
  store<i32>(record, 0, SUSPICION << 2);
}

/** As FlowTable.find: address of the record, or 0. */
export function find(tag: i32, tagHigh: i32): usize {
  const bucket = bucketOf(tag);
  const line: usize = BUCKETS + (bucket << (BUCKET_SHIFT + 2));
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

/** As FlowTable.insert, where the place is free, its flow over, or a UDP conversation's; 0 for the long way. */
export function insert(now: i32): usize {
  const bucket = bucketOf(low);
  const line: usize = BUCKETS + (bucket << (BUCKET_SHIFT + 2));
  const none = i32x4.splat(0);
  const time = i32x4.splat(now);
  const places = freePlaces(line, none, time) | (freePlaces(line + 16, none, time) << 4);
  let place = 0;
  if (places !== 0) {
    place = ctz(places);
  } else {
    place = oldestConversation(bucket, line);
    if (place < 0) return 0;
    countForgotten();
  }
  const record = recordAt(bucket, place);
  if (load<i32>(line + ((<usize>place) << 2)) !== 0) {
    // As FlowTable.release, where nothing is left to be judged.
    const flags = flagsOf(record);
    if ((flags & HELD) !== 0 || ((flags & HAS_CHUNK) !== 0 && load<i32>(record, SUSPICION << 2) !== 0)) return 0;
    giveChunk(record, flags);
  }
  store<i32>(line + ((<usize>place) << 2), low);
  store<i32>(record, high, TAG_HIGH << 2);
  countFlow();
  return record;
}

function freePlaces(tags: usize, none: v128, time: v128): i32 {
  const unused = i32x4.eq(v128.load(tags), none);
  const over = i32x4.lt_s(i32x4.sub(v128.load(tags, PLACES << 2), time), none);
  return i32x4.bitmask(v128.or(unused, over));
}

/** As FlowTable.leastValuable, of UDP conversations only: the place of the oldest, or -1. */
function oldestConversation(bucket: usize, line: usize): i32 {
  let best = -1;
  let bestDeadline = 0;
  for (let place = 0; place < PLACES; place++) {
    if ((flagsOf(recordAt(bucket, place)) & DATAGRAMS) === 0) continue;
    const deadline = load<i32>(line + ((<usize>(PLACES + place)) << 2));
    if (best >= 0 && deadline - bestDeadline >= 0) continue;
    best = place;
    bestDeadline = deadline;
  }
  return best;
}

function bucketOf(tag: i32): usize {
  return <usize>((<u32>tag * <u32>SPREAD) >>> shift);
}

function recordAt(bucket: usize, place: i32): usize {
  return RECORDS + ((bucket * PLACES + <usize>place) << (RECORD_SHIFT + 2));
}

export function flagsOf(record: usize): i32 {
  return load<i32>(record, FLAGS << 2);
}

/** Where the record's deadline stands: eight words behind its tag. */
function deadlineAt(record: usize): usize {
  const index = (record - RECORDS) >> (RECORD_SHIFT + 2);
  return BUCKETS + ((index >> 3) << (BUCKET_SHIFT + 2)) + ((<usize>PLACES + (index & 7)) << 2);
}

export function deadlineOf(record: usize): i32 {
  return load<i32>(deadlineAt(record));
}

export function keep(record: usize, deadline: i32): void {
  store<i32>(deadlineAt(record), deadline);
}

/** As FlowTable.settle. */
export function settle(record: usize, flags: i32): void {
  store<i32>(record, flags, FLAGS << 2);
  giveChunk(record, flags);
  store<i32>(record, 0, SUSPICION << 2);
  store<i32>(record, (flagsOf(record) | DONE) & ~(WAITING | HELD), FLAGS << 2);
}

/** As FlowTable.reserve: where the chunk begins, or 0 when there is no memory. */
export function reserve(record: usize, flags: i32, kept: i32, length: i32): usize {
  const wanted = length <= 128 ? 0 : length <= 512 ? 1 : length <= 2048 ? 2 : 3;
  const old = load<i32>(record, KEPT_OFFSET << 2);
  const has = (flags & CLASS_MASK) >> CLASS_SHIFT;
  if ((flags & HAS_CHUNK) !== 0 && wanted <= has) return KEPT + <usize>old;
  const offset = takeChunk(wanted);
  if (offset < 0) return 0;
  if ((flags & HAS_CHUNK) !== 0) {
    memory.copy(KEPT + <usize>offset, KEPT + <usize>old, <usize>kept);
    addFree(old, has);
  }
  store<i32>(record, offset, KEPT_OFFSET << 2);
  store<i32>(record, (flags & ~CLASS_MASK) | HAS_CHUNK | (wanted << CLASS_SHIFT), FLAGS << 2);
  return KEPT + <usize>offset;
}

/** As KeptBytes.take, within what it has already. */
function takeChunk(sizeClass: i32): i32 {
  const head = load<i32>(KEPT_STATE + ((<usize>(KEPT_FREE + sizeClass)) << 2));
  if (head >= 0) {
    store<i32>(KEPT_STATE + ((<usize>(KEPT_FREE + sizeClass)) << 2), load<i32>(KEPT + <usize>head));
    return head;
  }
  const offset = load<i32>(KEPT_STATE, KEPT_USED << 2);
  const end = offset + (128 << (sizeClass << 1));
  if (end > load<i32>(KEPT_STATE, KEPT_LIMIT << 2)) return -1;
  store<i32>(KEPT_STATE, end, KEPT_USED << 2);
  return offset;
}

/** As FlowTable.giveChunk. */
function giveChunk(record: usize, flags: i32): void {
  if ((flags & HAS_CHUNK) === 0) return;
  addFree(load<i32>(record, KEPT_OFFSET << 2), (flags & CLASS_MASK) >> CLASS_SHIFT);
  store<i32>(record, flags & ~(HAS_CHUNK | CLASS_MASK), FLAGS << 2);
  store<i32>(record, 0, KEPT_OFFSET << 2);
}

function addFree(offset: i32, sizeClass: i32): void {
  const head: usize = KEPT_STATE + ((<usize>(KEPT_FREE + sizeClass)) << 2);
  store<i32>(KEPT + <usize>offset, load<i32>(head));
  store<i32>(head, offset);
}
