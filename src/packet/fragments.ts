import { FragmentCounters } from './fragment-counters.ts';
import type { Packet } from './packet.ts';

/**
 * How long a datagram may stay incomplete, in seconds of capture time: RFC 8200 section 4.5 and Windows say 60, Linux 30.
 * The longest, for a scanner that dawdles as long as its target permits.
 */
export const FRAGMENT_TIMEOUT_SECONDS = 60;
/** Incomplete datagrams at a time: a scan with `nmap -f` has some hundreds in flight; a flood of first fragments any number. */
export const MAXIMUM_DATAGRAMS = 4096;
/** Bytes of all their buffers: 256 datagrams of the greatest length, or the whole table of those that scanners cut. */
export const MAXIMUM_FRAGMENT_MEMORY = 16 * 1024 * 1024;
/** The greatest IP datagram: RFC 791 section 3.1, RFC 8200 section 3. */
const MAXIMUM_DATAGRAM_LENGTH = 65_535;
/**
 * The payload begins here in a reassembly buffer, and the IP header (at most 60 bytes in IPv4, 40 in IPv6) ends here, so that
 * the payload can be put in place before the first fragment's header is known.
 */
export const REASSEMBLED_PAYLOAD = 64;
/** Enough for the datagrams that scanners cut, without growing. */
const SMALLEST_BUFFER = 1024;
/** Power of two. */
const BUCKETS = 4096;
/** Datagrams that are done, so many of them and no larger than this, wait for being used again. */
const SPARE_DATAGRAMS = 128;
const SPARE_BUFFER = 8192;
/**
 * The last that were done are not used again yet, for their bytes may still be read: a reassembled packet may be a tunnel
 * with fragments inside, as deep as the decoder follows.
 */
const STILL_READ = 64;

/** A datagram of which some fragments have arrived. */
class Datagram {
  key0 = 0;
  key1 = 0;
  key2 = 0;
  key3 = 0;
  key4 = 0;
  key5 = 0;
  key6 = 0;
  key7 = 0;
  identification = 0;
  /** IPv4: the protocol, part of the key (RFC 791 section 3.2). IPv6: -1, for there it is not (RFC 8200 section 4.5). */
  keyProtocol = 0;
  bucket = 0;
  started = 0;
  bytes = new Uint8Array(SMALLEST_BUFFER);
  /** One byte per unit of eight payload bytes: 1 when it has arrived. */
  arrived = new Uint8Array((SMALLEST_BUFFER - REASSEMBLED_PAYLOAD) >> 3);
  unitsArrived = 0;
  /** Where the fragment that reaches farthest ends. */
  farthest = 0;
  /** Length of the payload, known when the last fragment has arrived; else -1. */
  length = -1;
  /** Length of the IP header that the first fragment brought; 0 before. */
  headerLength = 0;
  /** The first fragment's word for what the payload is. */
  protocol = 0;
  inBucket: Datagram | undefined;
  older: Datagram | undefined;
  newer: Datagram | undefined;
}

/**
 * Reassembly of IPv4 (RFC 791) and IPv6 (RFC 8200 section 4.5) fragments, of any size and in any order. Where fragments
 * overlap, the bytes that arrived first stay. Its table, its memory and the time it keeps a datagram are bounded.
 */
export class Fragments {
  readonly counters = new FragmentCounters();
  /** The whole datagram after `add` gave true: IP header, then the payload from REASSEMBLED_PAYLOAD to `payloadEnd`. */
  bytes: Uint8Array = new Uint8Array(0);
  headerStart = 0;
  payloadEnd = 0;
  protocol = 0;

  readonly #buckets = new Array<Datagram | undefined>(BUCKETS).fill(undefined);
  /** Unknown to who sends the fragments, so that they cannot be aimed at one bucket. */
  readonly #seed = (Math.random() * 0x1_0000_0000) | 0;
  #oldest: Datagram | undefined;
  #newest: Datagram | undefined;
  #datagrams = 0;
  #memory = 0;
  /** First in, first out. */
  readonly #spare: Datagram[] = [];

  /** Incomplete datagrams at present. */
  get size(): number {
    return this.#datagrams;
  }

  /** Bytes of their buffers. */
  get memory(): number {
    return this.#memory;
  }

  /**
   * Takes the fragment whose payload is [from, to) of `bytes`, `offset` bytes into its datagram's payload; the addresses are
   * in `packet`, the IP header is [headerFrom, headerFrom + headerLength). `more`: it is not the last. `whole`: the snap
   * length cut nothing. Gives true when its datagram became whole: then the fields above tell where it is.
   */
  add(
    packet: Packet,
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
    const { counters } = this;
    counters.fragments++;
    this.#expire(seconds);
    if (!whole) {
      counters.truncated++;
      return false;
    }
    // Hosts ignore what a fragment that is not the last has beyond the last whole unit.
    const length = more ? (to - from) & ~7 : to - from;
    const end = offset + length;
    if (length <= 0) {
      counters.malformed++;
      return false;
    }
    if (headerLength + end > MAXIMUM_DATAGRAM_LENGTH) {
      counters.oversized++;
      return false;
    }
    const datagram = this.#find(packet, identification, protocol, seconds);
    const firstUnit = offset >> 3;
    const endUnit = (end + 7) >> 3;
    const contradicts = more
      ? datagram.length >= 0 && end > datagram.length
      : (datagram.length >= 0 && end !== datagram.length) || end < datagram.farthest;
    if (contradicts) {
      counters.malformed++;
      return false;
    }
    if (!this.#reserve(datagram, REASSEMBLED_PAYLOAD + end)) return false;

    if (!more) datagram.length = end;
    if (end > datagram.farthest) datagram.farthest = end;
    if (offset === 0 && datagram.headerLength === 0) {
      datagram.headerLength = headerLength;
      datagram.protocol = protocol;
      datagram.bytes.set(bytes.subarray(headerFrom, headerFrom + headerLength), REASSEMBLED_PAYLOAD - headerLength);
    }
    this.#copy(datagram, bytes, from, firstUnit, endUnit, length);
    if (datagram.length < 0 || datagram.unitsArrived < (datagram.length + 7) >> 3) return false;

    this.#remove(datagram);
    counters.reassembled++;
    this.bytes = datagram.bytes;
    this.headerStart = REASSEMBLED_PAYLOAD - datagram.headerLength;
    this.payloadEnd = REASSEMBLED_PAYLOAD + datagram.length;
    this.protocol = datagram.protocol;
    return true;
  }

  /** Copies the units that have not arrived yet. */
  #copy(datagram: Datagram, bytes: Uint8Array, from: number, firstUnit: number, endUnit: number, length: number): void {
    const target = REASSEMBLED_PAYLOAD + (firstUnit << 3);
    const { arrived } = datagram;
    const already = arrived.indexOf(1, firstUnit);
    if (already < 0 || already >= endUnit) {
      // Nothing overlaps, as nearly always.
      arrived.fill(1, firstUnit, endUnit);
      datagram.unitsArrived += endUnit - firstUnit;
      datagram.bytes.set(bytes.subarray(from, from + length), target);
      return;
    }
    this.counters.overlaps++;
    for (let unit = firstUnit; unit < endUnit; unit++) {
      if (arrived[unit] === 1) continue;
      arrived[unit] = 1;
      datagram.unitsArrived++;
      const start = (unit - firstUnit) << 3;
      const stop = Math.min(start + 8, length);
      for (let index = start; index < stop; index++) datagram.bytes[target + index] = bytes[from + index]!;
    }
  }

  #find(packet: Packet, identification: number, protocol: number, seconds: number): Datagram {
    const keyProtocol = packet.ipVersion === 4 ? protocol : -1;
    const bucket = this.#hash(packet, identification, keyProtocol);
    for (let found = this.#buckets[bucket]; found !== undefined; found = found.inBucket) {
      if (
        found.identification === identification &&
        found.keyProtocol === keyProtocol &&
        found.key0 === packet.source0 &&
        found.key1 === packet.source1 &&
        found.key2 === packet.source2 &&
        found.key3 === packet.source3 &&
        found.key4 === packet.destination0 &&
        found.key5 === packet.destination1 &&
        found.key6 === packet.destination2 &&
        found.key7 === packet.destination3
      ) {
        return found;
      }
    }
    if (this.#datagrams >= MAXIMUM_DATAGRAMS) this.#evict();
    const datagram = this.#spare.length > STILL_READ ? cleared(this.#spare.shift() as Datagram) : new Datagram();
    datagram.key0 = packet.source0;
    datagram.key1 = packet.source1;
    datagram.key2 = packet.source2;
    datagram.key3 = packet.source3;
    datagram.key4 = packet.destination0;
    datagram.key5 = packet.destination1;
    datagram.key6 = packet.destination2;
    datagram.key7 = packet.destination3;
    datagram.identification = identification;
    datagram.keyProtocol = keyProtocol;
    datagram.bucket = bucket;
    datagram.started = seconds;
    datagram.inBucket = this.#buckets[bucket];
    this.#buckets[bucket] = datagram;
    datagram.older = this.#newest;
    if (this.#newest !== undefined) this.#newest.newer = datagram;
    else this.#oldest = datagram;
    this.#newest = datagram;
    this.#datagrams++;
    this.#memory += datagram.bytes.length;
    return datagram;
  }

  #hash(packet: Packet, identification: number, keyProtocol: number): number {
    let hash = this.#seed ^ identification;
    hash = Math.imul(hash ^ keyProtocol, 0x9e3779b1);
    hash = Math.imul((hash ^ (hash >>> 15)) + packet.source0, 0x85ebca6b);
    hash = Math.imul((hash ^ (hash >>> 13)) + packet.source1, 0xc2b2ae35);
    hash = Math.imul((hash ^ (hash >>> 16)) + packet.source2, 0x9e3779b1);
    hash = Math.imul((hash ^ (hash >>> 15)) + packet.source3, 0x85ebca6b);
    hash = Math.imul((hash ^ (hash >>> 13)) + packet.destination0, 0xc2b2ae35);
    hash = Math.imul((hash ^ (hash >>> 16)) + packet.destination1, 0x9e3779b1);
    hash = Math.imul((hash ^ (hash >>> 15)) + packet.destination2, 0x85ebca6b);
    hash = Math.imul((hash ^ (hash >>> 13)) + packet.destination3, 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) & (BUCKETS - 1);
  }

  /** Makes the datagram's buffer hold `length` bytes, at the cost of older datagrams. False: it had to go itself. */
  #reserve(datagram: Datagram, length: number): boolean {
    if (length > datagram.bytes.length) {
      let capacity = datagram.bytes.length;
      while (capacity < length) capacity *= 2;
      capacity = Math.min(capacity, REASSEMBLED_PAYLOAD + MAXIMUM_DATAGRAM_LENGTH + 1);
      const bytes = new Uint8Array(capacity);
      bytes.set(datagram.bytes);
      const arrived = new Uint8Array((capacity - REASSEMBLED_PAYLOAD + 7) >> 3);
      arrived.set(datagram.arrived);
      this.#memory += capacity - datagram.bytes.length;
      datagram.bytes = bytes;
      datagram.arrived = arrived;
    }
    while (this.#memory > MAXIMUM_FRAGMENT_MEMORY) {
      const goes = this.#oldest;
      this.#evict();
      if (goes === datagram) return false;
    }
    return true;
  }

  #evict(): void {
    if (this.#oldest === undefined) return;
    this.counters.evicted++;
    this.#remove(this.#oldest);
  }

  #expire(seconds: number): void {
    while (this.#oldest !== undefined && seconds - this.#oldest.started > FRAGMENT_TIMEOUT_SECONDS) {
      this.counters.timedOut++;
      this.#remove(this.#oldest);
    }
  }

  #remove(datagram: Datagram): void {
    if (this.#buckets[datagram.bucket] === datagram) {
      this.#buckets[datagram.bucket] = datagram.inBucket;
    } else {
      let before = this.#buckets[datagram.bucket];
      while (before !== undefined && before.inBucket !== datagram) before = before.inBucket;
      if (before !== undefined) before.inBucket = datagram.inBucket;
    }
    if (datagram.older !== undefined) datagram.older.newer = datagram.newer;
    else this.#oldest = datagram.newer;
    if (datagram.newer !== undefined) datagram.newer.older = datagram.older;
    else this.#newest = datagram.older;
    this.#datagrams--;
    this.#memory -= datagram.bytes.length;
    datagram.inBucket = undefined;
    datagram.older = undefined;
    datagram.newer = undefined;
    if (datagram.bytes.length <= SPARE_BUFFER && this.#spare.length < SPARE_DATAGRAMS) this.#spare.push(datagram);
  }
}

/** As new, but for the bytes, which only those that arrive are read of. */
function cleared(datagram: Datagram): Datagram {
  datagram.arrived.fill(0, 0, (datagram.farthest + 7) >> 3);
  datagram.unitsArrived = 0;
  datagram.farthest = 0;
  datagram.length = -1;
  datagram.headerLength = 0;
  datagram.protocol = 0;
  return datagram;
}
