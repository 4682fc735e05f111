/**
 * Headers that prove nothing alone (the SYN or the datagram of a port scan), until the same source says something to the same
 * port from another port of its own. A table of fixed size: the newer takes the older's place, and no object is made before it is asked.
 */

import { rememberedHeaderLength, rememberedHeaders, rememberedHeaderTime } from '../limits.ts';
import { IP_TCP } from '../packet/ip-protocol.ts';
import type { Packet } from '../packet/packet.ts';

/** A header as it was on the wire: IP, then TCP with its options, or UDP. */
export interface RememberedHeader {
  readonly bytes: Uint8Array;
  /** Offset of the TCP or UDP header. */
  readonly transportStart: number;
  readonly sourcePort: number;
  /** Seconds since 1970 (32 bits), and microseconds of the second. */
  readonly seconds: number;
  readonly microseconds: number;
  /** Its place in the table, for `claim`. */
  readonly place: number;
}

// Words of a record.
const TAG = 0;
const SECONDS = 1;
const MICROSECONDS = 2;
/** Offset of the TCP header in the upper half, length of all in the lower. */
const LENGTHS = 3;
/** Second in which it was last used. */
const CLAIMED = 4;
const WORDS = 5;
export const headerTableWords = rememberedHeaders * WORDS;

/** Source ports of the newest headers of a place: so many connections of a small device at once are known for its own. */
const portsKept = 8;

/** A header counts once for all that a source says to the port within so many seconds. */
const claimedFor = 20;

export class RememberedHeaders {
  /** Headers that gave way to those of others while they still counted. */
  forgotten = 0;
  private records: Int32Array;
  private bytes = new Uint8Array(0);
  private ports = new Uint16Array(0);
  readonly key: number;

  /**
   * `seed` makes the hash secret: nobody can aim at another's place. `records`: where the table stands (headerTableWords, all
   * 0) if others shall see it, too.
   */
  constructor(seed: number = (Math.random() * 0x100000000) | 0, records?: Int32Array) {
    this.key = Math.imul(seed, 0x9e3779b1);
    this.records = records ?? new Int32Array(0);
  }

  /** Keeps the headers of the packet, if they are short enough. Gives its place, or -1. */
  note(packet: Packet): number {
    const { ipStart, payloadStart } = packet;
    const length = payloadStart - ipStart;
    if (length > rememberedHeaderLength) return -1;
    if (this.bytes.length === 0) this.allocate();
    const tag = this.tagOf(packet);
    const place = tag & (rememberedHeaders - 1);
    const { records } = this;
    const record = place * WORDS;
    const known = records[record + TAG] as number;
    if (known !== 0 && known !== tag && isRecent(records[record + SECONDS] as number, packet.seconds)) this.forgotten++;
    records[record + TAG] = tag;
    records[record + SECONDS] = packet.seconds;
    records[record + MICROSECONDS] = packet.microseconds;
    records[record + LENGTHS] = ((packet.transportStart - ipStart) << 16) | length;
    if (known !== tag) records[record + CLAIMED] = 0;
    this.keepPort(place, known === tag, packet.sourcePort);
    let to = place * rememberedHeaderLength;
    for (let from = ipStart; from < payloadStart; from++) this.bytes[to++] = packet.bytes[from] as number;
    return place;
  }

  /**
   * The header that the source of this packet sent to the same port of the same target from another port, not longer ago
   * than `rememberedHeaderTime`. The same port would be the same connection: a banner grabber that goes on where its SYN
   * began, or a device whose system begins all of its connections so; not a scanner whose next connection is made by its
   * system.
   */
  find(packet: Packet): RememberedHeader | undefined {
    const { records } = this;
    if (this.bytes.length === 0) return undefined;
    const tag = this.tagOf(packet);
    const place = tag & (rememberedHeaders - 1);
    const record = place * WORDS;
    const seconds = records[record + SECONDS] as number;
    if (records[record + TAG] !== tag || !isRecent(seconds, packet.seconds)) return undefined;
    const lengths = records[record + LENGTHS] as number;
    const start = place * rememberedHeaderLength;
    const bytes = this.bytes.slice(start, start + (lengths & 0xffff));
    const transportStart = lengths >>> 16;
    if (this.beganAt(place, packet.sourcePort) || !isOf(bytes, transportStart, packet)) return undefined;
    return {
      bytes,
      transportStart,
      sourcePort: this.ports[place * portsKept] as number,
      seconds,
      microseconds: records[record + MICROSECONDS] as number,
      place,
    };
  }

  /** True once for all that is said within some seconds: a header is one piece of evidence, whatever follows it. */
  claim({ place }: RememberedHeader, seconds: number): boolean {
    const record = place * WORDS;
    const before = this.records[record + CLAIMED] as number;
    if (before !== 0 && Math.abs(seconds - before) < claimedFor) return false;
    this.records[record + CLAIMED] = seconds;
    return true;
  }

  /** The newest header's port takes the first place, and the oldest falls out. */
  private keepPort(place: number, isSame: boolean, port: number): void {
    const { ports } = this;
    const first = place * portsKept;
    if (!isSame) ports.fill(0, first, first + portsKept);
    if (ports[first] === port) return;
    ports.copyWithin(first + 1, first, first + portsKept - 1);
    ports[first] = port;
  }

  private beganAt(place: number, port: number): boolean {
    for (let at = place * portsKept; at < (place + 1) * portsKept; at++) {
      if (this.ports[at] === port) return true;
    }
    return false;
  }

  /** Most captures hold no port scan. */
  private allocate(): void {
    if (this.records.length === 0) this.records = new Int32Array(headerTableWords);
    this.bytes = new Uint8Array(rememberedHeaders * rememberedHeaderLength);
    this.ports = new Uint16Array(rememberedHeaders * portsKept);
  }

  /** Never 0, which marks a place that was never used. */
  private tagOf(packet: Packet): number {
    let hash = this.key;
    hash = mix(hash, packet.source0);
    hash = mix(hash, packet.destination0);
    if (packet.ipVersion === 6) {
      hash = mix(mix(mix(hash, packet.source1), packet.source2), packet.source3);
      hash = mix(mix(mix(hash, packet.destination1), packet.destination2), packet.destination3);
    }
    return mix(hash, packet.destinationPort) || 1;
  }
}

/** Only addresses and target port are asked for; the tag could be another's. */
function isOf(bytes: Uint8Array, transportStart: number, packet: Packet): boolean {
  const version = (bytes[0] as number) >> 4;
  // TCP headers have twenty bytes or more, UDP's eight: the table knows no other protocol.
  const isTcp = bytes.length - transportStart > 8;
  if (version !== packet.ipVersion || isTcp !== (packet.protocol === IP_TCP)) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words =
    version === 4
      ? [packet.source0, packet.destination0]
      : [
          ...[packet.source0, packet.source1, packet.source2, packet.source3],
          ...[packet.destination0, packet.destination1, packet.destination2, packet.destination3],
        ];
  // RFC 791 section 3.1, RFC 8200 section 3.
  const at = version === 4 ? 12 : 8;
  return (
    words.every((word, index) => view.getInt32(at + index * 4) === word) &&
    view.getUint16(transportStart + 2) === packet.destinationPort
  );
}

/** Packets of several interfaces may be a little out of order, hence both directions. */
function isRecent(seconds: number, now: number): boolean {
  return Math.abs(now - seconds) <= rememberedHeaderTime;
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) ^ (mixed >>> 13);
}
