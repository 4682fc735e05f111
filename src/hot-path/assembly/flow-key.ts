/** Which flow a packet belongs to. */

import { rememberedHeaders } from '../../limits.ts';
import { big32 } from './big-endian.ts';
import { CLIENT_HIGH } from './flow-record.ts';
import { DESTINATION, DESTINATION_PORT, IP_VERSION, PROTOCOL, SECONDS, SOURCE, SOURCE_PORT } from './packet-words.ts';
import { HEADERS, hasHeaders, headerKey, key0, key1, PACKET } from './tables.ts';

/** Bytes of a remembered header's record, which begins with its tag. */
const HEADER_BYTES: usize = 20;

/**
 * The flow's tag, and which of its two endpoints the packet is from. Each endpoint is hashed twice, with different keys; the
 * sums are the same in both directions. 64 bits of them stand for the whole key: that two of a million flows agree is a
 * chance of 1 in 37 million. `low` is never 0, which marks a place that was never used.
 */
export let low: i32 = 0;
export let high: i32 = 0;
export let fromHigh: i32 = 0;

/** The packet's destination port. */
export let port: i32 = 0;
let protocol: i32 = 0;
let sourcePort: i32 = 0;
let isIpv6: bool = false;
/** Where its addresses stand: in its IP header, or, once it is described, at PACKET. */
let header: usize = 0;
/** The packet's destination port while other bytes are searched. */
let packetPort: i32 = 0;
/** Whoever is asked for bears with too many: the packet is not that whose bytes are searched. */
let isAnyHeader: bool = false;

/** From the packet's headers. `between`: both ports. */
export function identify(ip: usize, between: i32, number: i32): void {
  header = ip;
  isIpv6 = load<u8>(ip) >> 4 === 6;
  protocol = number;
  sourcePort = <i32>(<u32>between >>> 16);
  port = between & 0xffff;
  // Nearly all of the hot path's packets.
  if (!isIpv6) setTagOf(big32(ip + 12), big32(ip + 12), big32(ip + 16), big32(ip + 16));
  else setTag();
}

/** From the packet at PACKET. */
export function identifyDescribed(): void {
  header = 0;
  isIpv6 = load<i32>(PACKET, IP_VERSION << 2) === 6;
  protocol = load<i32>(PACKET, PROTOCOL << 2);
  sourcePort = load<i32>(PACKET, SOURCE_PORT << 2);
  port = load<i32>(PACKET, DESTINATION_PORT << 2);
  setTag();
}

/** Puts the identity of the packet to PACKET, if it is not there; not its time within the second. */
export function describe(now: i32): void {
  if (header === 0) return;
  store<i32>(PACKET, isIpv6 ? 6 : 4, IP_VERSION << 2);
  store<i32>(PACKET, protocol, PROTOCOL << 2);
  for (let word = 0; word < 4; word++) {
    const at = PACKET + ((<usize>word) << 2);
    store<i32>(at, sourceWord(word), SOURCE << 2);
    store<i32>(at, destinationWord(word), DESTINATION << 2);
  }
  store<i32>(PACKET, sourcePort, SOURCE_PORT << 2);
  store<i32>(PACKET, port, DESTINATION_PORT << 2);
  store<i32>(PACKET, now, SECONDS << 2);
  header = 0;
}

/** For the search of bytes that are not of this packet, but of one to `destinationPort`. */
export function searchFor(destinationPort: i32): void {
  packetPort = port;
  port = destinationPort;
  isAnyHeader = true;
}

export function searchForPacket(): void {
  port = packetPort;
  isAnyHeader = false;
}

function setTag(): void {
  if (isIpv6) {
    setTagOf(
      fold(sourceWord(0), sourceWord(1), sourceWord(2), sourceWord(3), key0),
      fold(sourceWord(0), sourceWord(1), sourceWord(2), sourceWord(3), key1),
      fold(destinationWord(0), destinationWord(1), destinationWord(2), destinationWord(3), key0),
      fold(destinationWord(0), destinationWord(1), destinationWord(2), destinationWord(3), key1),
    );
  } else {
    const source = sourceWord(0);
    const destination = destinationWord(0);
    setTagOf(source, source, destination, destination);
  }
}

function setTagOf(source: i32, sourceAgain: i32, destination: i32, destinationAgain: i32): void {
  const from = mix(source, sourcePort, key0);
  const to = mix(destination, port, key0);
  const sum = from + to;
  low = sum === 0 ? 1 : sum;
  high = (mix(sourceAgain, sourcePort, key1) + mix(destinationAgain, port, key1)) ^ protocol;
  fromHigh = from > to ? CLIENT_HIGH : 0;
}

function sourceWord(word: i32): i32 {
  const at = (<usize>word) << 2;
  if (header === 0) return load<i32>(PACKET + at, SOURCE << 2);
  if (isIpv6) return big32(header + 8 + at);
  return word === 0 ? big32(header + 12) : 0;
}

function destinationWord(word: i32): i32 {
  const at = (<usize>word) << 2;
  if (header === 0) return load<i32>(PACKET + at, DESTINATION << 2);
  if (isIpv6) return big32(header + 24 + at);
  return word === 0 ? big32(header + 16) : 0;
}

/** As RememberedHeaders.find, but for what only the engine compares: true may be wrong, false is not. */
export function followsHeader(): bool {
  if (isAnyHeader) return true;
  // Most captures hold no port scan.
  if (hasHeaders === 0) return false;
  let hash = mixWord(mixWord(headerKey, sourceWord(0)), destinationWord(0));
  if (isIpv6) {
    hash = mixWord(mixWord(mixWord(hash, sourceWord(1)), sourceWord(2)), sourceWord(3));
    hash = mixWord(mixWord(mixWord(hash, destinationWord(1)), destinationWord(2)), destinationWord(3));
  }
  hash = mixWord(hash, port);
  const tag = hash === 0 ? 1 : hash;
  return load<i32>(HEADERS + <usize>(tag & (rememberedHeaders - 1)) * HEADER_BYTES) === tag;
}

function mixWord(hash: i32, word: i32): i32 {
  const mixed = (hash ^ word) * 0x85ebca6b;
  return ((mixed ^ (mixed >>> 15)) * 0xc2b2ae35) ^ (mixed >>> 13);
}

/** An endpoint to 32 bits: each bit of address and port changes about half of them, in a way that the key decides. */
function mix(address: i32, port: i32, key: i32): i32 {
  let hash = (address ^ key) * 0x85ebca6b;
  hash = ((hash ^ (hash >>> 15)) + port * 0x9e3779b1) * 0xc2b2ae35;
  return hash ^ (hash >>> 13);
}

/** 128 bits of an IPv6 address to 32. */
function fold(word0: i32, word1: i32, word2: i32, word3: i32, key: i32): i32 {
  let hash = (word0 ^ key) * 0x85ebca6b;
  hash = ((hash ^ (hash >>> 15)) + word1) * 0xc2b2ae35;
  hash = ((hash ^ (hash >>> 13)) + word2) * 0x27d4eb2f;
  hash = ((hash ^ (hash >>> 16)) + word3) * 0x85ebca6b;
  return hash ^ (hash >>> 15);
}
