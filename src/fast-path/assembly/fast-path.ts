/**
 * The fast path: one loop over the records of a capture that settles the frames which nothing speaks of: acknowledgements,
 * handshakes, servers' bytes, flows that are done, and clients' bytes without a literal of any signature. At the first
 * frame that is anything else it stops, and the engine takes that one the long way (decoder, flow table, search, judge).
 *
 * It works on the tables of the flow table itself. What it does to them is what the long way would do, or nothing: where it
 * gives up on a frame half-way, the long way does the same steps again with the same result. Each part names the code that
 * it repeats; fast-path.test.ts holds both against each other over all captures and over random ones.
 *
 * This file is AssemblyScript (TypeScript's syntax with the machine's types) and becomes WebAssembly: integers of 32 bits,
 * loads without bounds checks or views, eight tags compared by two instructions, and compiled in a millisecond, where
 * JavaScript spends longer on warming up than on all packets of a capture.
 */

import {
  ACK,
  ANSWERED,
  BASE,
  BUCKET_SHIFT,
  CLASS_MASK,
  CLASS_SHIFT,
  CLIENT_HIGH,
  CLOSED,
  DATAGRAMS,
  DONE,
  FIN,
  FINISHED,
  FLAGS,
  HANDSHAKE_HIGH,
  HANDSHAKE_SEQUENCE,
  HANDSHAKE_SHIFT,
  HANDSHAKE_SIDE,
  HAS_CHUNK,
  HELD,
  KEPT_FREE,
  KEPT_LIMIT,
  KEPT_OFFSET,
  KEPT_USED,
  NEXT,
  PLACES,
  RECORD_SHIFT,
  RESTART,
  ROLE_UNKNOWN,
  RST,
  SPREAD,
  SUSPICION,
  SYN,
  SYN_ANSWERED,
  SYN_SEEN,
  TAG_HIGH,
  WAITING,
} from '../../flow/flow-record.ts';
import {
  answeredTimeout,
  closedTimeout,
  datagramTimeout,
  flowDepth,
  handshakes,
  rememberedHeaders,
  sequenceJump,
  streamTimeout,
} from '../../limits.ts';
import {
  BUCKETS as BUCKETS_OFFSET,
  CAPTURE_BYTES,
  CAPTURE as CAPTURE_OFFSET,
  FILTER as FILTER_OFFSET,
  GRAM_BUCKETS as GRAM_BUCKETS_OFFSET,
  HANDSHAKES as HANDSHAKES_OFFSET,
  HEADERS as HEADERS_OFFSET,
  ICMP_GATE as ICMP_GATE_OFFSET,
  KEPT as KEPT_BYTES_OFFSET,
  KEPT_STATE as KEPT_STATE_OFFSET,
  RECORDS as RECORDS_OFFSET,
  SEGMENT_GATE as SEGMENT_GATE_OFFSET,
  SERVICE_PORTS as SERVICE_PORTS_OFFSET,
  SHORTS as SHORTS_OFFSET,
  STARTS as STARTS_OFFSET,
} from './layout.ts';

// As addresses.
const BUCKETS: usize = BUCKETS_OFFSET;
const CAPTURE: usize = CAPTURE_OFFSET;
const FILTER: usize = FILTER_OFFSET;
const GRAM_BUCKETS: usize = GRAM_BUCKETS_OFFSET;
const HANDSHAKES: usize = HANDSHAKES_OFFSET;
const HEADERS: usize = HEADERS_OFFSET;
const ICMP_GATE: usize = ICMP_GATE_OFFSET;
const KEPT: usize = KEPT_BYTES_OFFSET;
const KEPT_STATE: usize = KEPT_STATE_OFFSET;
const RECORDS: usize = RECORDS_OFFSET;
const SEGMENT_GATE: usize = SEGMENT_GATE_OFFSET;
const SERVICE_PORTS: usize = SERVICE_PORTS_OFFSET;
const SHORTS: usize = SHORTS_OFFSET;
const STARTS: usize = STARTS_OFFSET;

// Set by the engine: of the flow table, and where the search's tables begin.
export let shift: i32 = 0;
export let key0: i32 = 0;
export let key1: i32 = 0;
export let gramNext: i32 = 0;
export let gramValue: i32 = 0;
export let gramEntry: i32 = 0;
export let gramOffset: i32 = 0;
export let entryNext: i32 = 0;
export let entryStart: i32 = 0;
export let entryEnd: i32 = 0;
export let text: i32 = 0;
export let fold: i32 = 0;
export let headerKey: i32 = 0;
/** Per entry: bits of the transports on which its signature speaks, and where its list of ports begins (0: any port). */
export let entryTransports: i32 = 0;
export let entryPorts: i32 = 0;
export let ports: i32 = 0;
/** What the gate for packets without a message knows: of TCP, shape, first word of the options and window; of ICMP, words. */
export let gateShape: i32 = 0;
export let gateWord: i32 = 0;
export let gateWindow: i32 = 0;
export let gateSize: i32 = 0;

// Read by the engine: what was settled here.
export let frames: f64 = 0;
export let packets: f64 = 0;
export let payloads: f64 = 0;
export let notIp: f64 = 0;
export let otherProtocol: f64 = 0;
export let flows: f64 = 0;
export let forgotten: f64 = 0;

// EtherTypes and a VLAN's, as a little-endian load sees them.
const IPV4: u16 = 0x0008;
const IPV6: u16 = 0xdd86;
const VLAN: u16 = 0x0081;
const QINQ: u16 = 0xa888;

const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;

// Bits of the transports, as the engine's tables have them.
const BY_TCP: u8 = 1;
const BY_UDP: u8 = 2;
const BY_ICMP: u8 = 4;
/** Bit of a signature that counts only after the header of a port scan. */
const AFTER_HEADER = 128;

/** Bytes of a remembered header's record, which begins with its tag. */
const HEADER_BYTES: usize = 20;

const GRAM: usize = 4;
const STRIDE: usize = 5;
const WINDOW = 8;
const FILTER_BITS = 17;
const BUCKET_BITS = 12;
const FOLD: u32 = 0x20202020;
const GRAM_SPREAD: u32 = 0x9e3779b1;

/**
 * Settles frames of the pcap records (little endian, microseconds, Ethernet) at [position, filled) of the capture's bytes, as
 * long as they were captured in `second`. Returns the position of the first that it leaves.
 */
export function run(position: i32, filled: i32, second: i32): i32 {
  const limit: usize = CAPTURE + <usize>filled;
  let at: usize = CAPTURE + <usize>position;
  let settled = 0;
  let others = 0;
  let unknown = 0;
  for (;;) {
    const start = at + 16;
    if (start > limit) break;
    const captured = load<u32>(at, 8);
    // What is unusual is judged by the reader.
    if (captured > <u32>CAPTURE_BYTES || captured < 42) break;
    const end = start + captured;
    if (end > limit || load<i32>(at, 12) < <i32>captured || load<u32>(at, 4) >= 1_000_000) break;
    if (load<i32>(at) !== second) break;

    // As PacketDecoder.decode reads what is straightforward.
    let ip = start + 14;
    let type = load<u16>(start, 12);
    if (type === VLAN || type === QINQ) {
      ip += 4;
      type = load<u16>(start, 16);
    }
    let transport: usize = 0;
    let ipEnd: usize = 0;
    let protocol: u8 = 0;
    if (type === IPV4) {
      if (end - ip < 28 || load<u8>(ip) !== 0x45 || (load<u16>(ip, 6) & 0xff3f) !== 0) break;
      protocol = load<u8>(ip, 9);
      ipEnd = ip + big16(ip + 2);
      transport = ip + 20;
    } else if (type === IPV6) {
      if (end - ip < 48 || load<u8>(ip) >> 4 !== 6) break;
      protocol = load<u8>(ip, 6);
      ipEnd = ip + 40 + big16(ip + 4);
      transport = ip + 40;
    } else if (isNoIp(bswap<u16>(type), ip, end)) {
      others++;
      settled++;
      at = end;
      continue;
    } else {
      break;
    }

    if (protocol === TCP) {
      if (end - transport < 20) break;
      const offsetAndFlags = big16(transport + 12);
      const header = (offsetAndFlags >> 10) & 0x3c;
      const payloadStart = transport + header;
      if (header < 20 || payloadStart > ipEnd || payloadStart > end) break;
      const length = <i32>(min(ipEnd, end) - payloadStart);
      const flags = offsetAndFlags & 0xff;
      if (length === 0) {
        const shape = ((offsetAndFlags & 0xf000) >> 4) | flags;
        if (load<u8>(SEGMENT_GATE + shape) !== 0 && isWanted(transport, shape)) break;
      }
      // A pure ACK says nothing.
      if (length !== 0 || (flags & (SYN | FIN | RST)) !== 0) {
        identify(ip, transport, big32(transport), TCP);
        if (!segment(transport, payloadStart, length, flags, ipEnd > end, second)) break;
      }
    } else if (protocol === UDP) {
      const udpEnd = transport + big16(transport + 4);
      if (udpEnd < transport + 8 || udpEnd > ipEnd) break;
      const between = big32(transport);
      if (isTunnelPort(<u32>between >>> 16, between & 0xffff)) break;
      const length = <i32>(min(udpEnd, end) - transport - 8);
      if (length > 0) {
        identify(ip, transport, between, UDP);
        speaks = BY_UDP;
        if (!datagram(transport + 8, length, between, second)) break;
      }
    } else if (type !== IPV4) {
      break;
    } else if (protocol === ICMP) {
      if (ipEnd < transport + 8 || load<u8>(ICMP_GATE + load<u8>(transport)) !== 0) break;
      const length = <i32>(min(ipEnd, end) - transport - 8);
      if (length > 0) {
        identify(ip, transport, 0, ICMP);
        speaks = BY_ICMP;
        if (!datagram(transport + 8, length, 0, second)) break;
      }
    } else if (ipEnd >= transport && isOtherProtocol(protocol)) {
      unknown++;
    } else {
      break;
    }
    settled++;
    at = end;
  }
  frames += <f64>settled;
  packets += <f64>(settled - others - unknown);
  notIp += <f64>others;
  otherProtocol += <f64>unknown;
  return <i32>(at - CAPTURE);
}

/** As layerOfEtherType and llcLayer of packet/ethernet-layers.ts: true if no IP packet can follow. */
function isNoIp(etherType: u16, at: usize, end: usize): bool {
  if (etherType >= 0x600) {
    switch (etherType) {
      case 0x8100:
      case 0x88a8:
      case 0x9100:
      case 0x8847:
      case 0x8848:
      case 0x8864:
      case 0x6558:
      case 0x88e7:
      case 0x8926:
      case 0x893f:
        return false;
      default:
        return true;
    }
  }
  if (end - at < 3) return false;
  if (load<u8>(at, 2) !== 3) return true;
  const points = load<u16>(at);
  return points !== 0x0606 && points !== 0xaaaa;
}

/** As transportLayer of packet/transport-layers.ts, for IPv4: true if it goes no further. */
function isOtherProtocol(protocol: u8): bool {
  switch (protocol) {
    case 1:
    case 4:
    case 6:
    case 17:
    case 41:
    case 47:
    case 51:
    case 97:
    case 132:
    case 137:
    case 143:
      return false;
    default:
      return true;
  }
}

/** As PacketGate.tcp. */
function isWanted(transport: usize, shape: u32): bool {
  const word = big32(transport + 20);
  const window = <i32>big16(transport + 14);
  for (let index: usize = 0; index < <usize>gateSize; index += 4) {
    if (load<u32>(<usize>gateShape + index) !== shape || load<i32>(<usize>gateWord + index) !== word) continue;
    const wanted = load<i32>(<usize>gateWindow + index);
    if (wanted === -1 || wanted === window) return true;
  }
  return false;
}

/** As isTunnelPort of packet/tunnel-port.ts. */
function isTunnelPort(source: u32, destination: u32): bool {
  return (
    destination === 4789 ||
    destination === 8472 ||
    destination === 4790 ||
    destination === 6081 ||
    destination === 2152 ||
    destination === 3544 ||
    source === 3544
  );
}

// The flow's tag, and which of its two endpoints the packet is from: as FlowTable.accept. Set by `identify`.
let low: i32 = 0;
let high: i32 = 0;
let fromHigh: i32 = 0;

// What the search may find here: literals of signatures for this transport and port.
let speaks: u8 = 0;
let port: i32 = 0;
let header: usize = 0;
let isIpv6: bool = false;

function identify(ip: usize, transport: usize, between: i32, protocol: i32): void {
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

/** As FlowTable.segment, with its parts. False: the long way. */
function segment(transport: usize, payloadStart: usize, length: i32, tcpFlags: u32, missing: bool, now: i32): bool {
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
  speaks = BY_TCP;
  if (kept < <i32>GRAM && startsAnyLiteral(chunk, last, finish)) return false;
  if (holdsAnyLiteral(chunk, kept < WINDOW ? chunk : chunk + <usize>(kept - WINDOW + 1), last)) return false;

  payloads += 1;
  store<i32>(record, next + added, NEXT << 2);
  flags = flagsOf(record);
  if (finish || kept + copied >= flowDepth) settle(record, finish ? flags | FINISHED : flags);
  return true;
}

/** As FlowTable.datagram and the search of Engine.frame. */
function datagram(start: usize, length: i32, between: i32, now: i32): bool {
  let record = find(low, high);
  if (record === 0) {
    record = insert(now);
    if (record === 0) return false;
    beginDatagrams(record, between, now);
  } else if (deadlineOf(record) - now < 0) {
    beginDatagrams(record, between, now);
  }
  const flags = flagsOf(record);
  if ((flags & CLIENT_HIGH) !== fromHigh) {
    store<i32>(record, flags | ANSWERED, FLAGS << 2);
    keep(record, now + answeredTimeout);
    return true;
  }
  if ((flags & DONE) !== 0) return true;
  keep(record, now + datagramTimeout);
  const end = start + <usize>length;
  if (startsAnyLiteral(start, end, true) || holdsAnyLiteral(start, start, end)) return false;
  payloads += 1;
  const searched = load<i32>(record, BASE << 2) + length;
  store<i32>(record, searched, BASE << 2);
  if (searched >= flowDepth) store<i32>(record, flags | DONE, FLAGS << 2);
  return true;
}

/** As FlowTable.begunDatagrams: a datagram from a server's port to nobody's is an answer. */
function beginDatagrams(record: usize, between: i32, now: i32): void {
  const bySource = load<u8>(SERVICE_PORTS + (<u32>between >>> 16));
  const byDestination = load<u8>(SERVICE_PORTS + (between & 0xffff));
  begin(record, DATAGRAMS | (bySource > byDestination ? fromHigh ^ CLIENT_HIGH : fromHigh), 0);
  keep(record, now + datagramTimeout);
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

function begin(record: usize, flags: i32, sequence: i32): void {
  store<i32>(record, flags, FLAGS << 2);
  store<i32>(record, sequence, NEXT << 2);
  store<i32>(record, sequence, BASE << 2);
  store<i32>(record, 0, KEPT_OFFSET << 2);
  store<i32>(record, 0, SUSPICION << 2);
}

/** As FlowTable.find: address of the record, or 0. */
function find(tag: i32, tagHigh: i32): usize {
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
function insert(now: i32): usize {
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
    forgotten += 1;
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
  flows += 1;
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

function flagsOf(record: usize): i32 {
  return load<i32>(record, FLAGS << 2);
}

/** Where the record's deadline stands: eight words behind its tag. */
function deadlineAt(record: usize): usize {
  const index = (record - RECORDS) >> (RECORD_SHIFT + 2);
  return BUCKETS + ((index >> 3) << (BUCKET_SHIFT + 2)) + ((<usize>PLACES + (index & 7)) << 2);
}

function deadlineOf(record: usize): i32 {
  return load<i32>(deadlineAt(record));
}

function keep(record: usize, deadline: i32): void {
  store<i32>(deadlineAt(record), deadline);
}

/** As FlowTable.settle. */
function settle(record: usize, flags: i32): void {
  store<i32>(record, flags, FLAGS << 2);
  giveChunk(record, flags);
  store<i32>(record, 0, SUSPICION << 2);
  store<i32>(record, (flagsOf(record) | DONE) & ~(WAITING | HELD), FLAGS << 2);
}

/** As FlowTable.reserve: where the chunk begins, or 0 when there is no memory. */
function reserve(record: usize, flags: i32, kept: i32, length: i32): usize {
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

/** As LiteralSearch.scan, up to the first literal. */
function holdsAnyLiteral(start: usize, from: usize, end: usize): bool {
  const last = end - GRAM;
  if (end < from + GRAM) return false;
  for (let at = from; at <= last; at += STRIDE) {
    const gram = load<u32>(at) | FOLD;
    const hash = (gram * GRAM_SPREAD) >>> (32 - FILTER_BITS);
    if (((load<u32>(FILTER + ((hash >>> 5) << 2)) >>> (hash & 31)) & 1) !== 0) {
      if (compare(start, end, at, gram, hash)) return true;
    }
  }
  return false;
}

/** As LiteralSearch.compare. */
function compare(start: usize, end: usize, at: usize, gram: u32, hash: u32): bool {
  let index = load<i32>(GRAM_BUCKETS + ((hash >>> (FILTER_BITS - BUCKET_BITS)) << 2));
  for (; index >= 0; index = load<i32>(<usize>gramNext + ((<usize>index) << 2))) {
    if (load<u32>(<usize>gramValue + ((<usize>index) << 2)) !== gram) continue;
    const entry = (<usize>load<i32>(<usize>gramEntry + ((<usize>index) << 2))) << 2;
    const place = at - <usize>load<i32>(<usize>gramOffset + ((<usize>index) << 2));
    if (place < start) continue;
    const literal = <usize>text + <usize>load<i32>(<usize>entryStart + entry);
    const literalEnd = <usize>text + <usize>load<i32>(<usize>entryEnd + entry);
    if (agrees(place, end, literal, literalEnd) && mayBeHere(entry)) return true;
  }
  return false;
}

/** As LiteralSearch.scanStart, up to the first literal. */
function startsAnyLiteral(start: usize, end: usize, complete: bool): bool {
  if (end <= start) return false;
  const there = end - start;
  for (
    let entry = load<i32>(SHORTS + ((<usize>(load<u8>(start) | 0x20)) << 2));
    entry >= 0;
    entry = load<i32>(<usize>entryNext + ((<usize>entry) << 2))
  ) {
    const literal = load<i32>(<usize>entryStart + ((<usize>entry) << 2));
    const literalEnd = load<i32>(<usize>entryEnd + ((<usize>entry) << 2));
    if (<usize>(literalEnd - literal) > there) continue;
    if (agrees(start, end, <usize>(text + literal), <usize>(text + literalEnd)) && mayBeHere((<usize>entry) << 2)) {
      return true;
    }
  }
  if (there < GRAM) return false;
  const gram = load<u32>(start) | FOLD;
  const bucket = (gram * GRAM_SPREAD) >>> (32 - BUCKET_BITS);
  for (
    let entry = load<i32>(STARTS + ((<usize>bucket) << 2));
    entry >= 0;
    entry = load<i32>(<usize>entryNext + ((<usize>entry) << 2))
  ) {
    const literal = load<i32>(<usize>entryStart + ((<usize>entry) << 2));
    const literalEnd = load<i32>(<usize>entryEnd + ((<usize>entry) << 2));
    if (complete && there < <usize>(literalEnd - literal)) continue;
    if (agrees(start, end, <usize>(text + literal), <usize>(text + literalEnd)) && mayBeHere((<usize>entry) << 2)) {
      return true;
    }
  }
  return false;
}

/** As Engine.newSuspects: is the entry's signature one for this transport and port? */
function mayBeHere(entry: usize): bool {
  const rule = load<i32>(<usize>entryTransports + entry);
  if ((rule & speaks) === 0 || ((rule & AFTER_HEADER) !== 0 && !followsHeader())) return false;
  let place = load<i32>(<usize>entryPorts + entry);
  if (place < 0) return true;
  let listed = load<i32>(<usize>ports + ((<usize>place) << 2));
  while (listed >= 0 && listed !== port) {
    place++;
    listed = load<i32>(<usize>ports + ((<usize>place) << 2));
  }
  return listed === port;
}

/** As RememberedHeaders.find, but for what only the engine compares: true may be wrong, false is not. */
function followsHeader(): bool {
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

/** Do the bytes agree with the literal as far as both go? The case of letters does not count. */
function agrees(place: usize, end: usize, literal: usize, literalEnd: usize): bool {
  const folds = <usize>(fold - text);
  while (literal < literalEnd && place < end) {
    if ((load<u8>(place) | load<u8>(literal + folds)) !== load<u8>(literal)) return false;
    literal++;
    place++;
  }
  return true;
}

function big16(at: usize): u32 {
  return <u32>bswap<u16>(load<u16>(at));
}

function big32(at: usize): i32 {
  return bswap<i32>(load<i32>(at));
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
