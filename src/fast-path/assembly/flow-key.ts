/** Which flow a packet belongs to: as FlowTable.accept. */

import { CLIENT_HIGH } from '../../flow/flow-record.ts';
import { rememberedHeaders } from '../../limits.ts';
import { big32 } from './big-endian.ts';
import { HEADERS, headerKey, key0, key1 } from './tables.ts';

/** Bytes of a remembered header's record, which begins with its tag. */
const HEADER_BYTES: usize = 20;

// The flow's tag, and which of its two endpoints the packet is from: as FlowTable.accept. Set by `identify`.
export let low: i32 = 0;
export let high: i32 = 0;
export let fromHigh: i32 = 0;

/** The packet's destination port. */
export let port: i32 = 0;
let header: usize = 0;
let isIpv6: bool = false;

export function identify(ip: usize, transport: usize, between: i32, protocol: i32): void {
  const sourcePort = <i32>(<u32>between >>> 16);
  const destinationPort = between & 0xffff;
  port = destinationPort;
  header = ip;
  isIpv6 = transport - ip === 40;
  let source: i32;
  let destination: i32;
  let sourceAgain: i32;
  let destinationAgain: i32;
  const first = key0;
  const second = key1;
  if (isIpv6) {
    source = foldAddress(ip + 8, first);
    sourceAgain = foldAddress(ip + 8, second);
    destination = foldAddress(ip + 24, first);
    destinationAgain = foldAddress(ip + 24, second);
  } else {
    source = big32(ip + 12);
    sourceAgain = source;
    destination = big32(ip + 16);
    destinationAgain = destination;
  }
  source = mix(source, sourcePort, first);
  destination = mix(destination, destinationPort, first);
  const sum = source + destination;
  low = sum === 0 ? 1 : sum;
  high = (mix(sourceAgain, sourcePort, second) + mix(destinationAgain, destinationPort, second)) ^ protocol;
  fromHigh = source > destination ? CLIENT_HIGH : 0;
}

/** As RememberedHeaders.find, but for what only the engine compares: true may be wrong, false is not. */
export function followsHeader(): bool {
  let hash = headerKey;
  if (isIpv6) {
    hash = mixWord(mixWord(hash, big32(header + 8)), big32(header + 24));
    hash = mixWord(mixWord(mixWord(hash, big32(header + 12)), big32(header + 16)), big32(header + 20));
    hash = mixWord(mixWord(mixWord(hash, big32(header + 28)), big32(header + 32)), big32(header + 36));
  } else {
    hash = mixWord(mixWord(hash, big32(header + 12)), big32(header + 16));
  }
  hash = mixWord(hash, port);
  const tag = hash === 0 ? 1 : hash;
  return load<i32>(HEADERS + <usize>(tag & (rememberedHeaders - 1)) * HEADER_BYTES) === tag;
}

function mixWord(hash: i32, word: i32): i32 {
  const mixed = (hash ^ word) * 0x85ebca6b;
  return ((mixed ^ (mixed >>> 15)) * 0xc2b2ae35) ^ (mixed >>> 13);
}

/** As mix of flow/flow-table.ts. */
function mix(address: i32, port: i32, key: i32): i32 {
  let hash = (address ^ key) * 0x85ebca6b;
  hash = ((hash ^ (hash >>> 15)) + port * 0x9e3779b1) * 0xc2b2ae35;
  return hash ^ (hash >>> 13);
}

/** As fold of flow/flow-table.ts. */
function foldAddress(at: usize, key: i32): i32 {
  let hash = (big32(at) ^ key) * 0x85ebca6b;
  hash = ((hash ^ (hash >>> 15)) + big32(at + 4)) * 0xc2b2ae35;
  hash = ((hash ^ (hash >>> 13)) + big32(at + 8)) * 0x27d4eb2f;
  hash = ((hash ^ (hash >>> 16)) + big32(at + 12)) * 0x85ebca6b;
  return hash ^ (hash >>> 15);
}
