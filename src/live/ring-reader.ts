/**
 * Walks the blocks that the kernel has filled, in place: no call and no copy per packet. A block is ours while its status
 * says so; reading and writing the status with Atomics orders all other accesses around it.
 */

import { LINK_ETHERNET } from '../packet/link-type.ts';
import {
  BLOCK_FIRST_PACKET,
  BLOCK_PACKETS,
  BLOCK_SEQUENCE,
  BLOCK_STATUS,
  OWNED_BY_KERNEL,
  OWNED_BY_US,
  PACKET_CAPTURED,
  PACKET_MAC,
  PACKET_NANOSECONDS,
  PACKET_NEXT,
  PACKET_SECONDS,
  PACKET_STATUS,
  PACKET_VLAN_TAG,
  PACKET_VLAN_TYPE,
  VLAN_TYPE_VALID,
  VLAN_VALID,
} from './ring-layout.ts';

/** What takes frames: the engine. */
export interface FrameSink {
  frame(bytes: Uint8Array, start: number, end: number, linkType: number, seconds: number, microseconds: number): void;
}

export interface RingMemory {
  readonly memory: ArrayBuffer;
  readonly blockSize: number;
  readonly blockCount: number;
  readonly linkType: number;
}

export class RingReader {
  /** Of the last packet, microseconds since 1970. */
  lastTime = 0;
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #blockSize: number;
  readonly #blockCount: number;
  readonly #linkType: number;
  #block: number;

  constructor({ memory, blockSize, blockCount, linkType }: RingMemory) {
    this.#bytes = new Uint8Array(memory);
    this.#words = new Int32Array(memory);
    this.#blockSize = blockSize;
    this.#blockCount = blockCount;
    this.#linkType = linkType;
    this.#block = this.#nextBlock();
  }

  /** Gives all packets of the next block to the sink, and the block back to the kernel. False: there is none yet. */
  read(sink: FrameSink): boolean {
    const block = this.#block * this.#blockSize;
    const status = (block + BLOCK_STATUS) >> 2;
    if ((Atomics.load(this.#words, status) & OWNED_BY_US) === 0) return false;
    this.#walk(sink, block);
    this.#release(status);
    return true;
  }

  /** Gives the next block back unread: one that a worker died of. Says how many packets are lost with it. */
  skip(): number {
    const block = this.#block * this.#blockSize;
    const status = (block + BLOCK_STATUS) >> 2;
    if ((Atomics.load(this.#words, status) & OWNED_BY_US) === 0) return 0;
    const packets = this.#words[(block + BLOCK_PACKETS) >> 2] as number;
    this.#release(status);
    return packets;
  }

  #walk(sink: FrameSink, block: number): void {
    const words = this.#words;
    const bytes = this.#bytes;
    const linkType = this.#linkType;
    let packet = block + (words[(block + BLOCK_FIRST_PACKET) >> 2] as number);
    for (let left = words[(block + BLOCK_PACKETS) >> 2] as number; left > 0; left--) {
      const seconds = words[(packet + PACKET_SECONDS) >> 2] as number;
      const microseconds = ((words[(packet + PACKET_NANOSECONDS) >> 2] as number) / 1000) | 0;
      let start = packet + ((words[(packet + PACKET_MAC) >> 2] as number) & 0xffff);
      const end = start + (words[(packet + PACKET_CAPTURED) >> 2] as number);
      const status = words[(packet + PACKET_STATUS) >> 2] as number;
      if ((status & VLAN_VALID) !== 0 && linkType === LINK_ETHERNET) start = this.#insertTag(packet, start, status);
      sink.frame(bytes, start, end, linkType, seconds, microseconds);
      if (left === 1) this.lastTime = (seconds >>> 0) * 1_000_000 + microseconds;
      packet += words[(packet + PACKET_NEXT) >> 2] as number;
    }
  }

  /**
   * The kernel takes the outermost VLAN tag out of a frame and hands it beside it. It goes back where it stood: both
   * addresses move four bytes towards the header, where PACKET_RESERVE keeps room. Gives the frame's new start.
   */
  #insertTag(packet: number, start: number, status: number): number {
    const bytes = this.#bytes;
    const tag = this.#words[(packet + PACKET_VLAN_TAG) >> 2] as number;
    const given = (this.#words[(packet + PACKET_VLAN_TYPE) >> 2] as number) & 0xffff;
    // Kernels before 3.14 do not tell the type: it was 802.1Q then.
    const type = (status & VLAN_TYPE_VALID) !== 0 ? given : 0x8100;
    bytes.copyWithin(start - 4, start, start + 12);
    bytes[start + 8] = type >> 8;
    bytes[start + 9] = type;
    bytes[start + 10] = tag >> 8;
    bytes[start + 11] = tag;
    return start - 4;
  }

  #release(status: number): void {
    Atomics.store(this.#words, status, OWNED_BY_KERNEL);
    this.#block = this.#block + 1 === this.#blockCount ? 0 : this.#block + 1;
  }

  /**
   * Where the kernel is, for one who takes over: the oldest block that is ours, else the one that it is filling, which has the
   * highest number.
   */
  #nextBlock(): number {
    let oldest = -1;
    let newest = 0;
    const sequence = (block: number) => this.#words[(block * this.#blockSize + BLOCK_SEQUENCE) >> 2] as number;
    for (let block = 0; block < this.#blockCount; block++) {
      const status = Atomics.load(this.#words, (block * this.#blockSize + BLOCK_STATUS) >> 2);
      // A difference of 32 bits that wraps around with the numbers.
      if ((status & OWNED_BY_US) !== 0 && (oldest < 0 || ((sequence(block) - sequence(oldest)) | 0) < 0))
        oldest = block;
      if (((sequence(block) - sequence(newest)) | 0) > 0) newest = block;
    }
    return oldest < 0 ? newest : oldest;
  }
}
