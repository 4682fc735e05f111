import { PCAPNG_BYTE_ORDER, PCAPNG_SECTION } from './capture-format.ts';
import { PcapngInterfaces } from './pcapng-interfaces.ts';

/** Block types of draft-ietf-opsawg-pcapng, section 4 (2 is the Packet Block of its appendix A). */
export const INTERFACE_BLOCK = 1;
const PACKET_BLOCK = 2;
const SIMPLE_PACKET_BLOCK = 3;
const ENHANCED_PACKET_BLOCK = 6;
/** Name resolution, statistics, journal, secrets, Sysdig's and custom blocks: only for knowing a block when we search for one. */
const OTHER_BLOCKS = new Set([4, 5, 7, 8, 9, 10, 0xbad, 0x4000_0bad]);

const OPTION_END = 0;
const OPTION_TIME_RESOLUTION = 9;
const OPTION_TIME_OFFSET = 14;

export function isPacketBlock(type: number): boolean {
  return type === ENHANCED_PACKET_BLOCK || type === SIMPLE_PACKET_BLOCK || type === PACKET_BLOCK;
}

export function isKnownBlock(type: number): boolean {
  return isPacketBlock(type) || type === INTERFACE_BLOCK || type === PCAPNG_SECTION || OTHER_BLOCKS.has(type);
}

/** Bytes from a packet block's start to the packet's own. */
export function packetDataStart(type: number): number {
  return type === SIMPLE_PACKET_BLOCK ? 12 : 28;
}

/** Meaning of single pcapng blocks; keeps the state of the section they stand in. Results are registers. */
export class PcapngBlocks {
  readonly interfaces = new PcapngInterfaces();
  little = true;
  /** Of the packet read last. */
  frameStart = 0;
  frameEnd = 0;
  originalLength = 0;
  linkType = -1;
  /** Why the packet read last is wrong or incomplete; empty when it is not. */
  fault = '';

  /** Starts a section if the block at `at` (12 bytes are there) is a section header: takes its byte order. */
  startSection(view: DataView, at: number): boolean {
    const little = view.getUint32(at + 8, true) === PCAPNG_BYTE_ORDER;
    if (!little && view.getUint32(at + 8, false) !== PCAPNG_BYTE_ORDER) return false;
    this.little = little;
    this.interfaces.clear();
    return true;
  }

  /** Reads the interface description at `at`, whose body ends before `end`; false when the table is full. */
  addInterface(view: DataView, at: number, end: number): boolean {
    if (end - at < 16) return this.interfaces.add(-1, 0, 6, 0);
    const little = this.little;
    let resolution = 6;
    let offset = 0;
    let option = at + 16;
    while (option + 4 <= end) {
      const code = view.getUint16(option, little);
      const length = view.getUint16(option + 2, little);
      const value = option + 4;
      if (code === OPTION_END || value + length > end) break;
      if (code === OPTION_TIME_RESOLUTION && length >= 1) resolution = view.getUint8(value);
      if (code === OPTION_TIME_OFFSET && length >= 8) offset = view.getInt32(little ? value : value + 4, little);
      option = value + ((length + 3) & ~3);
    }
    return this.interfaces.add(view.getUint16(at + 8, little), view.getUint32(at + 12, little), resolution, offset);
  }

  /**
   * Reads the packet block of `type` at `at`, whose body ends before `end`. False: it names no interface of this section
   * or is shorter than its header, as `fault` says. A packet that claims more bytes than the block has is given as far as
   * it is there, with a `fault`.
   */
  readPacket(view: DataView, type: number, at: number, end: number): boolean {
    const little = this.little;
    this.fault = '';
    this.frameStart = at + packetDataStart(type);
    if (this.frameStart > end) return this.refuse('is shorter than its own header');
    let index = 0;
    let captured = 0;
    if (type === SIMPLE_PACKET_BLOCK) {
      // Section 4.4: no interface, no time, and the captured length follows from the snap length of interface 0.
      if (this.interfaces.count === 0) return this.refuse('comes before any interface description');
      this.originalLength = view.getInt32(at + 8, little);
      const snapLength = this.interfaces.snapLengths[0]!;
      captured = Math.min(this.originalLength >>> 0, snapLength === 0 ? Number.POSITIVE_INFINITY : snapLength);
      // The rest of a block cut short is unknown, but that of a whole one is padding.
      if (captured > end - this.frameStart) captured = end - this.frameStart;
    } else {
      index = type === PACKET_BLOCK ? view.getUint16(at + 8, little) : view.getUint32(at + 8, little);
      if (index >= this.interfaces.count) return this.refuse(`names interface ${index}, which is not described`);
      this.interfaces.convert(index, view.getUint32(at + 12, little), view.getUint32(at + 16, little));
      captured = view.getUint32(at + 20, little);
      this.originalLength = view.getInt32(at + 24, little);
      if (captured > end - this.frameStart) {
        this.fault = `claims ${captured} captured bytes and holds ${end - this.frameStart}`;
        captured = end - this.frameStart;
      }
    }
    this.linkType = this.interfaces.linkTypes[index]!;
    this.frameEnd = this.frameStart + captured;
    if (this.originalLength < captured) this.originalLength = captured;
    return true;
  }

  private refuse(fault: string): boolean {
    this.fault = fault;
    return false;
  }
}
