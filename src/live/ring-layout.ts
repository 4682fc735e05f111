/** Where things stand in a TPACKET_V3 ring: linux/if_packet.h and Documentation/networking/packet_mmap.rst. Offsets in bytes. */

/** struct tpacket_block_desc. */
export const BLOCK_STATUS = 8;
export const BLOCK_PACKETS = 12;
export const BLOCK_FIRST_PACKET = 16;
/** 64 bits; its lower half is enough for an order among the blocks of one ring. */
export const BLOCK_SEQUENCE = 24;

/** struct tpacket3_hdr. */
export const PACKET_NEXT = 0;
export const PACKET_SECONDS = 4;
export const PACKET_NANOSECONDS = 8;
export const PACKET_CAPTURED = 12;
export const PACKET_STATUS = 20;
/** 16 bits: the frame's first byte, counted from the header's. */
export const PACKET_MAC = 24;
/** The tag, and after it (16 bits) the kind of tag. */
export const PACKET_VLAN_TAG = 32;
export const PACKET_VLAN_TYPE = 36;

/** Block status: who owns it. */
export const OWNED_BY_KERNEL = 0;
export const OWNED_BY_US = 1;

/** Packet status. */
export const VLAN_VALID = 1 << 4;
export const VLAN_TYPE_VALID = 1 << 6;

/** A ring that is open: what a worker needs to read it. The memory is the whole process's. */
export interface Ring {
  readonly descriptor: number;
  readonly address: bigint;
  /** Bytes. */
  readonly blockSize: number;
  readonly blockCount: number;
  readonly linkType: number;
}
