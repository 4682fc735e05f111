/**
 * Reassembly of IPv4 (RFC 791) and IPv6 (RFC 8200 section 4.5) fragments, of any size and in any order. Where fragments
 * overlap, the bytes that arrived first stay. The payload is kept in blocks of 2,048 bytes, and put together when all is there.
 * Datagrams, memory and the time one may stay incomplete are bounded.
 */

import { fragmentBlock, fragmentedDatagrams, fragmentMemory, fragmentTimeout, reassembledKept } from '../../limits.ts';
import { big32 } from './big-endian.ts';
import {
  countFragment,
  countFragmentCut,
  countFragmentEvicted,
  countMalformed,
  countOverlap,
  countOversized,
  countReassembled,
  countTimedOut,
} from './counters.ts';
import { WHOLE_END, WHOLE_HEADER, WHOLE_PAYLOAD, WHOLE_PROTOCOL } from './found-words.ts';
import { DATAGRAMS, FOUND, FRAGMENT_BLOCKS, FRAGMENT_CHAINS, fragmentKey, REASSEMBLED } from './tables.ts';

/** The greatest IP datagram: RFC 791 section 3.1, RFC 8200 section 3. */
const MAXIMUM_LENGTH = 65_535;

// Words of an incomplete datagram. Numbers of datagrams and of blocks begin at 1; 0 is none.
const CHAIN = 0;
const OLDER = 1;
const NEWER = 2;
const BUCKET = 3;
/** Eight words: both addresses; of IPv4 the first of each four. */
const ADDRESSES = 4;
const IDENTIFICATION = 12;
/** IPv4: the protocol, part of the key (RFC 791 section 3.2). IPv6: -1, for there it is not (RFC 8200 section 4.5). */
const KEY_PROTOCOL = 13;
const STARTED = 14;
const UNITS_ARRIVED = 15;
/** Where the fragment that reaches farthest ends. */
const FARTHEST = 16;
/** Length of the payload plus one, known when the last fragment has arrived; else 0. */
const LENGTH = 17;
/** Length of the IP header that the first fragment brought; 0 before. */
const HEADER_LENGTH = 18;
/** The first fragment's word for what the payload is. */
const FIRST_PROTOCOL = 19;
/** Bytes: that header, at most 60 in IPv4 and 40 in IPv6. */
const HEADER: usize = 80;
/** Half-words: the blocks of the payload. */
const BLOCKS: usize = 144;
const MOST_BLOCKS: i32 = 65_536 / fragmentBlock;
const DATAGRAM_BYTES: usize = 256;

/** A block: its payload, then a bit for each unit of eight bytes that has arrived. Free: its first word is the next one. */
const BLOCK: i32 = fragmentBlock;
const BLOCK_BYTES: usize = fragmentBlock + fragmentBlock / 64;
const ALL_BLOCKS: i32 = fragmentMemory / fragmentBlock;

const CHAINS = 4096;

/** The payload of a whole datagram begins here, and its header ends here. */
const PAYLOAD: usize = 64;
const WHOLE_BYTES: usize = 0x1_1000;

let datagramsUsed: i32 = 0;
let freeDatagram: i32 = 0;
let datagrams: i32 = 0;
let blocksUsed: i32 = 0;
let freeBlock: i32 = 0;
let blocksLeft: i32 = ALL_BLOCKS;
let oldest: i32 = 0;
let newest: i32 = 0;
let whole: i32 = 0;

// The datagram that became whole last: its payload follows its header.
export let wholeHeader: usize = 0;
export let wholePayload: usize = 0;
export let wholeEnd: usize = 0;
export let wholeProtocol: i32 = 0;

/** As if no fragment had ever come. */
export function clearFragments(): void {
  memory.fill(FRAGMENT_CHAINS, 0, CHAINS << 2);
  memory.fill(DATAGRAMS, 0, <usize>datagramsUsed * DATAGRAM_BYTES);
  datagramsUsed = 0;
  freeDatagram = 0;
  datagrams = 0;
  blocksUsed = 0;
  freeBlock = 0;
  blocksLeft = ALL_BLOCKS;
  oldest = 0;
  newest = 0;
}

/** Incomplete datagrams at present. */
export function incompleteDatagrams(): i32 {
  return datagrams;
}

/** Bytes of their blocks. */
export function incompleteBytes(): i32 {
  return (ALL_BLOCKS - blocksLeft) * BLOCK;
}

/**
 * Takes the fragment whose payload is `size` bytes at `payload`, `offset` bytes into its datagram's payload; its IP header is
 * `headerLength` bytes at `header`. `more`: it is not the last. `isCut`: not all of it was captured. True when its datagram
 * became whole: where it is, is told at FOUND, too.
 */
export function addFragment(
  header: usize,
  headerLength: i32,
  identification: i32,
  protocol: i32,
  payload: usize,
  size: i32,
  offset: i32,
  more: bool,
  isCut: bool,
  seconds: i32,
): bool {
  countFragment();
  expire(seconds);
  if (isCut) {
    countFragmentCut();
    return false;
  }
  // Hosts ignore what a fragment that is not the last has beyond the last whole unit.
  const length = more ? size & ~7 : size;
  const end = offset + length;
  if (length <= 0) {
    countMalformed();
    return false;
  }
  if (headerLength + end > MAXIMUM_LENGTH) {
    countOversized();
    return false;
  }
  const datagram = findOrBegin(header, identification, protocol, seconds);
  const known = word(datagram, LENGTH) - 1;
  const contradicts = more
    ? known >= 0 && end > known
    : (known >= 0 && end !== known) || end < word(datagram, FARTHEST);
  if (contradicts) {
    countMalformed();
    return false;
  }
  if (!reserve(datagram, offset, end)) return false;

  if (!more) setWord(datagram, LENGTH, end + 1);
  if (end > word(datagram, FARTHEST)) setWord(datagram, FARTHEST, end);
  if (offset === 0 && word(datagram, HEADER_LENGTH) === 0) {
    setWord(datagram, HEADER_LENGTH, headerLength);
    setWord(datagram, FIRST_PROTOCOL, protocol);
    memory.copy(at(datagram) + HEADER, header, <usize>headerLength);
  }
  put(datagram, payload, offset, end);
  const total = word(datagram, LENGTH) - 1;
  if (total < 0 || word(datagram, UNITS_ARRIVED) < (total + 7) >> 3) return false;

  join(datagram, total);
  tellWhole();
  remove(datagram);
  countReassembled();
  return true;
}

/** Tells TypeScript where the datagram is that became whole. */
function tellWhole(): void {
  store<usize>(FOUND, wholeHeader, WHOLE_HEADER << 2);
  store<usize>(FOUND, wholePayload, WHOLE_PAYLOAD << 2);
  store<usize>(FOUND, wholeEnd, WHOLE_END << 2);
  store<i32>(FOUND, wholeProtocol, WHOLE_PROTOCOL << 2);
}

/** Copies the units that have not arrived yet, block by block. */
function put(datagram: i32, payload: usize, offset: i32, end: i32): void {
  let overlaps = false;
  let arrived = 0;
  let start = offset;
  while (start < end) {
    const stop = min(end, (start & ~(BLOCK - 1)) + BLOCK);
    const block = blockAt(load<u16>(blockOf(datagram, start)));
    const bytes = payload + <usize>(start - offset);
    const first = (start & (BLOCK - 1)) >> 3;
    const units = (stop - start + 7) >> 3;
    if (isNew(block, first, units)) {
      memory.copy(block + ((<usize>first) << 3), bytes, <usize>(stop - start));
      for (let unit = 0; unit < units; unit++) setArrived(block, first + unit);
      arrived += units;
    } else {
      overlaps = true;
      arrived += putNew(block, first, units, bytes, stop - start);
    }
    start = stop;
  }
  if (overlaps) countOverlap();
  setWord(datagram, UNITS_ARRIVED, word(datagram, UNITS_ARRIVED) + arrived);
}

/** Nothing of these units has arrived, as nearly always. */
function isNew(block: usize, first: i32, units: i32): bool {
  for (let unit = first; unit < first + units; unit++) if (hasArrived(block, unit)) return false;
  return true;
}

/** Of the `length` bytes, those of units that have not arrived yet; how many such there are. */
function putNew(block: usize, first: i32, units: i32, bytes: usize, length: i32): i32 {
  let arrived = 0;
  for (let unit = 0; unit < units; unit++) {
    if (hasArrived(block, first + unit)) continue;
    setArrived(block, first + unit);
    arrived++;
    const from = unit << 3;
    memory.copy(block + ((<usize>(first + unit)) << 3), bytes + <usize>from, <usize>min(8, length - from));
  }
  return arrived;
}

function hasArrived(block: usize, unit: i32): bool {
  return ((load<u8>(block + BLOCK + (unit >> 3)) >>> (<u8>unit & 7)) & 1) !== 0;
}

function setArrived(block: usize, unit: i32): void {
  const at = block + BLOCK + (unit >> 3);
  store<u8>(at, load<u8>(at) | ((<u8>1) << (<u8>unit & 7)));
}

/** The whole datagram. Those before it are still there, for it may be a tunnel with fragments inside, and so on. */
function join(datagram: i32, length: i32): void {
  const headerLength = <usize>word(datagram, HEADER_LENGTH);
  whole = whole === <i32>reassembledKept - 1 ? 0 : whole + 1;
  wholePayload = REASSEMBLED + <usize>whole * WHOLE_BYTES + PAYLOAD;
  wholeHeader = wholePayload - headerLength;
  wholeEnd = wholePayload + <usize>length;
  wholeProtocol = word(datagram, FIRST_PROTOCOL);
  memory.copy(wholeHeader, at(datagram) + HEADER, headerLength);
  for (let start = 0; start < length; start += BLOCK) {
    const block = blockAt(load<u16>(blockOf(datagram, start)));
    memory.copy(wholePayload + <usize>start, block, <usize>min(BLOCK, length - start));
  }
}

function findOrBegin(header: usize, identification: i32, protocol: i32, seconds: i32): i32 {
  const isIpv6 = load<u8>(header) >> 4 === 6;
  const keyProtocol = isIpv6 ? -1 : protocol;
  // Unknown to who sends the fragments, so that they cannot be aimed at one chain.
  let hash = (fragmentKey ^ identification ^ keyProtocol) * 0x9e3779b1;
  for (let index = 0; index < 8; index++) {
    hash = ((hash ^ (hash >>> 15)) + addressWord(header, isIpv6, index)) * 0x85ebca6b;
  }
  const bucket = (hash ^ (hash >>> 16)) & (CHAINS - 1);
  const chain = FRAGMENT_CHAINS + ((<usize>bucket) << 2);
  for (let found = load<i32>(chain); found !== 0; found = word(found, CHAIN)) {
    if (word(found, IDENTIFICATION) !== identification || word(found, KEY_PROTOCOL) !== keyProtocol) continue;
    let index = 0;
    while (index < 8 && word(found, ADDRESSES + index) === addressWord(header, isIpv6, index)) index++;
    if (index === 8) return found;
  }
  if (datagrams === <i32>fragmentedDatagrams) evict();
  let datagram = freeDatagram;
  if (datagram !== 0) {
    freeDatagram = word(datagram, CHAIN);
    memory.fill(at(datagram), 0, DATAGRAM_BYTES);
  } else {
    datagram = ++datagramsUsed;
  }
  datagrams++;
  for (let index = 0; index < 8; index++) setWord(datagram, ADDRESSES + index, addressWord(header, isIpv6, index));
  setWord(datagram, IDENTIFICATION, identification);
  setWord(datagram, KEY_PROTOCOL, keyProtocol);
  setWord(datagram, STARTED, seconds);
  setWord(datagram, BUCKET, bucket);
  setWord(datagram, CHAIN, load<i32>(chain));
  store<i32>(chain, datagram);
  setWord(datagram, OLDER, newest);
  if (newest !== 0) setWord(newest, NEWER, datagram);
  else oldest = datagram;
  newest = datagram;
  return datagram;
}

function addressWord(header: usize, isIpv6: bool, index: i32): i32 {
  if (isIpv6) return big32(header + 8 + ((<usize>index) << 2));
  return index === 0 ? big32(header + 12) : index === 4 ? big32(header + 16) : 0;
}

/** Blocks for the payload's bytes [offset, end), at the cost of older datagrams. False: it had to go itself. */
function reserve(datagram: i32, offset: i32, end: i32): bool {
  for (let start = offset & ~(BLOCK - 1); start < end; start += BLOCK) {
    const place = blockOf(datagram, start);
    if (load<u16>(place) !== 0) continue;
    while (blocksLeft === 0) {
      const goes = oldest;
      evict();
      if (goes === datagram) return false;
    }
    store<u16>(place, <u16>takeBlock());
  }
  return true;
}

function takeBlock(): i32 {
  blocksLeft--;
  let block = freeBlock;
  if (block !== 0) freeBlock = load<i32>(blockAt(block));
  else block = ++blocksUsed;
  memory.fill(blockAt(block) + BLOCK, 0, BLOCK_BYTES - BLOCK);
  return block;
}

function evict(): void {
  if (oldest === 0) return;
  countFragmentEvicted();
  remove(oldest);
}

function expire(seconds: i32): void {
  while (oldest !== 0 && seconds - word(oldest, STARTED) > <i32>fragmentTimeout) {
    countTimedOut();
    remove(oldest);
  }
}

function remove(datagram: i32): void {
  for (let index = 0; index < MOST_BLOCKS; index++) {
    const block = load<u16>(blockOf(datagram, index * BLOCK));
    if (block === 0) continue;
    store<i32>(blockAt(block), freeBlock);
    freeBlock = block;
    blocksLeft++;
  }
  const chain = FRAGMENT_CHAINS + ((<usize>word(datagram, BUCKET)) << 2);
  let before = load<i32>(chain);
  if (before === datagram) {
    store<i32>(chain, word(datagram, CHAIN));
  } else {
    while (word(before, CHAIN) !== datagram) before = word(before, CHAIN);
    setWord(before, CHAIN, word(datagram, CHAIN));
  }
  const older = word(datagram, OLDER);
  const newer = word(datagram, NEWER);
  if (older !== 0) setWord(older, NEWER, newer);
  else oldest = newer;
  if (newer !== 0) setWord(newer, OLDER, older);
  else newest = older;
  setWord(datagram, CHAIN, freeDatagram);
  freeDatagram = datagram;
  datagrams--;
}

function at(datagram: i32): usize {
  return DATAGRAMS + <usize>(datagram - 1) * DATAGRAM_BYTES;
}

function word(datagram: i32, name: i32): i32 {
  return load<i32>(at(datagram) + ((<usize>name) << 2));
}

function setWord(datagram: i32, name: i32, value: i32): void {
  store<i32>(at(datagram) + ((<usize>name) << 2), value);
}

/** Where the number of the block stands that holds the payload's byte `offset`. */
function blockOf(datagram: i32, offset: i32): usize {
  return at(datagram) + BLOCKS + ((<usize>(offset / BLOCK)) << 1);
}

function blockAt(block: i32): usize {
  return FRAGMENT_BLOCKS + <usize>(block - 1) * BLOCK_BYTES;
}
