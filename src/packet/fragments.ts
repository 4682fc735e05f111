/**
 * Reassembly of IP fragments: hot-path/assembly/fragments.ts does it, this is how the decoder asks it. Bounds and their reasons
 * stand in limits.ts.
 */

import { WHOLE_END, WHOLE_HEADER, WHOLE_PAYLOAD, WHOLE_PROTOCOL } from '../hot-path/assembly/found-words.ts';
import { SCRATCH } from '../hot-path/assembly/layout.ts';
import { HotPath } from '../hot-path/hot-path.ts';
import { FragmentCounters } from './fragment-counters.ts';

/** The greatest IP datagram, and the longest IP header in units of eight bytes. */
const LONGEST_PAYLOAD = 65_535;
const LONGEST_HEADER = 64;

export class Fragments {
  // The whole datagram after `add` gave true: IP header, then the payload. Valid until 32 more have become whole.
  bytes: Uint8Array = new Uint8Array(0);
  headerStart = 0;
  payloadStart = 0;
  payloadEnd = 0;
  protocol = 0;

  /** Most captures have no fragments, and some decoders no engine: then it is opened with the first. */
  private hotPath: HotPath | undefined;

  constructor(hotPath?: HotPath) {
    this.hotPath = hotPath;
    hotPath?.set('fragmentKey', secret());
  }

  /** Incomplete datagrams at present. */
  get size(): number {
    return this.hotPath?.functions.incompleteDatagrams() ?? 0;
  }

  /** Memory that they take. */
  get memory(): number {
    return this.hotPath?.functions.incompleteBytes() ?? 0;
  }

  get counters(): FragmentCounters {
    const { hotPath } = this;
    const counters = new FragmentCounters();
    if (hotPath === undefined) return counters;
    counters.fragments = hotPath.count('fragments');
    counters.reassembled = hotPath.count('reassembled');
    counters.timedOut = hotPath.count('timedOut');
    counters.evicted = hotPath.count('fragmentsEvicted');
    counters.overlaps = hotPath.count('overlaps');
    counters.oversized = hotPath.count('oversized');
    counters.malformed = hotPath.count('malformed');
    counters.truncated = hotPath.count('fragmentsCut');
    return counters;
  }

  /**
   * Takes the fragment whose payload is [from, to) of `bytes`, `offset` bytes into its datagram's payload; its IP header is
   * [headerFrom, headerFrom + headerLength). `more`: it is not the last. `whole`: the snap length cut nothing. Gives true when
   * its datagram became whole: then the fields above tell where it is.
   */
  add(
    identification: number,
    protocol: number,
    bytes: Uint8Array,
    headerFrom: number,
    headerLength: number,
    from: number,
    to: number,
    offset: number,
    more: boolean,
    whole: boolean,
    seconds: number,
  ): boolean {
    this.hotPath ??= HotPath.open();
    const { hotPath } = this;
    const memory = hotPath.bytes;
    let header = bytes.byteOffset + headerFrom;
    let payload = bytes.byteOffset + from;
    if (bytes.buffer !== memory.buffer) {
      header = SCRATCH;
      payload = SCRATCH + LONGEST_HEADER;
      memory.set(bytes.subarray(headerFrom, headerFrom + headerLength), header);
      memory.set(bytes.subarray(from, Math.min(to, from + LONGEST_PAYLOAD)), payload);
    }
    const isWhole = hotPath.functions.addFragment(
      header,
      headerLength,
      identification,
      protocol,
      payload,
      to - from,
      offset,
      more ? 1 : 0,
      whole ? 0 : 1,
      seconds,
    );
    if (isWhole === 0) return false;
    this.takeWhole();
    return true;
  }

  /** The datagram that became whole last, also one that the hot path has put together by itself. */
  takeWhole(): void {
    const hotPath = this.hotPath!;
    this.bytes = hotPath.bytes;
    this.headerStart = hotPath.found[WHOLE_HEADER]!;
    this.payloadStart = hotPath.found[WHOLE_PAYLOAD]!;
    this.payloadEnd = hotPath.found[WHOLE_END]!;
    this.protocol = hotPath.found[WHOLE_PROTOCOL]!;
  }
}

/** Unknown to who sends the fragments, so that they cannot be aimed at one place. */
function secret(): number {
  return (Math.random() * 0x1_0000_0000) | 0;
}
