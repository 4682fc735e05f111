/** Where the module finds its tables. */

import {
  BUCKETS as BUCKETS_OFFSET,
  CAPTURE as CAPTURE_OFFSET,
  DATAGRAM_FILTER as DATAGRAM_FILTER_OFFSET,
  DATAGRAMS as DATAGRAMS_OFFSET,
  FILTER as FILTER_OFFSET,
  FOUND as FOUND_OFFSET,
  FRAGMENT_BLOCKS as FRAGMENT_BLOCKS_OFFSET,
  FRAGMENT_CHAINS as FRAGMENT_CHAINS_OFFSET,
  GRAM_BUCKETS as GRAM_BUCKETS_OFFSET,
  HANDSHAKES as HANDSHAKES_OFFSET,
  HEADERS as HEADERS_OFFSET,
  HELD_BLOCKS as HELD_BLOCKS_OFFSET,
  HELD_FLOWS as HELD_FLOWS_OFFSET,
  HITS as HITS_OFFSET,
  ICMP_GATE as ICMP_GATE_OFFSET,
  KEPT as KEPT_BYTES_OFFSET,
  KEPT_STATE as KEPT_STATE_OFFSET,
  LITERALS as LITERALS_OFFSET,
  PACKET as PACKET_OFFSET,
  REASSEMBLED as REASSEMBLED_OFFSET,
  RECORDS as RECORDS_OFFSET,
  SEGMENT_GATE as SEGMENT_GATE_OFFSET,
  SERVICE_PORTS as SERVICE_PORTS_OFFSET,
  SHORTS as SHORTS_OFFSET,
  STARTS as STARTS_OFFSET,
} from './layout.ts';

// As addresses.
export const BUCKETS: usize = BUCKETS_OFFSET;
export const CAPTURE: usize = CAPTURE_OFFSET;
export const DATAGRAM_FILTER: usize = DATAGRAM_FILTER_OFFSET;
export const DATAGRAMS: usize = DATAGRAMS_OFFSET;
export const FILTER: usize = FILTER_OFFSET;
export const FOUND: usize = FOUND_OFFSET;
export const FRAGMENT_BLOCKS: usize = FRAGMENT_BLOCKS_OFFSET;
export const FRAGMENT_CHAINS: usize = FRAGMENT_CHAINS_OFFSET;
export const GRAM_BUCKETS: usize = GRAM_BUCKETS_OFFSET;
export const HANDSHAKES: usize = HANDSHAKES_OFFSET;
export const HEADERS: usize = HEADERS_OFFSET;
export const HELD_BLOCKS: usize = HELD_BLOCKS_OFFSET;
export const HELD_FLOWS: usize = HELD_FLOWS_OFFSET;
export const HITS: usize = HITS_OFFSET;
export const ICMP_GATE: usize = ICMP_GATE_OFFSET;
export const KEPT: usize = KEPT_BYTES_OFFSET;
export const KEPT_STATE: usize = KEPT_STATE_OFFSET;
export const LITERALS: usize = LITERALS_OFFSET;
export const PACKET: usize = PACKET_OFFSET;
export const REASSEMBLED: usize = REASSEMBLED_OFFSET;
export const RECORDS: usize = RECORDS_OFFSET;
export const SEGMENT_GATE: usize = SEGMENT_GATE_OFFSET;
export const SERVICE_PORTS: usize = SERVICE_PORTS_OFFSET;
export const SHORTS: usize = SHORTS_OFFSET;
export const STARTS: usize = STARTS_OFFSET;

// Set by TypeScript: secrets, and where the tables of the search begin.
export let key0: i32 = 0;
export let key1: i32 = 0;
export let fragmentKey: i32 = 0;
export let headerKey: i32 = 0;
/** Not 0 once the header of a port scan was remembered. */
export let hasHeaders: i32 = 0;
export let grams: i32 = 0;
/** Literals that are the beginning of a message: words of literal-words.ts; the first is of none. */
export let beginnings: i32 = 0;
/** All literals' bytes, one after the other, letters as lower case; and bit 0x20 of each that is one: their case does not count. */
export let text: i32 = 0;
export let fold: i32 = 0;
/** Lists of ports, each ended by -1. */
export let ports: i32 = 0;
/**
 * How messages may begin, by signature: the number of openings; of each its length, with OPENING_WHOLE, and a word for each byte:
 * which bits are known, times 256, and these.
 */
export let openings: i32 = 0;
/** What the gate for packets without a message knows: of TCP, shape, first word of the options and window; of ICMP, words. */
export let gateShape: i32 = 0;
export let gateWord: i32 = 0;
export let gateWindow: i32 = 0;
export let gateSize: i32 = 0;
export let gateIcmpWord: i32 = 0;
export let gateIcmpId: i32 = 0;
export let gateIcmpSequence: i32 = 0;
export let gateIcmpSize: i32 = 0;
export let gateRouting: i32 = 0;
export let gateRoutingSize: i32 = 0;
