/** A small capture as bytes: pcapng, draft-ietf-opsawg-pcapng. Little-endian, microseconds. */

import type { KeptPacket } from './kept-packet.ts';

const SECTION = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
const INTERFACE = 1;
const ENHANCED_PACKET = 6;
const OPTION_COMMENT = 1;

export interface CommentedPacket extends KeptPacket {
  /** Wireshark shows it with the packet; empty: none. */
  readonly comment: string;
}

/** In the order of time. `comment` is about the whole file. */
export function pcapngFile(packets: readonly CommentedPacket[], comment: string): Buffer {
  const linkTypes = [...new Set(packets.map(({ linkType }) => linkType))];
  const sorted = [...packets].sort((a, b) => timeOf(a) - timeOf(b) || a.number - b.number);
  return Buffer.concat([
    section(comment),
    ...linkTypes.map(interfaceDescription),
    ...sorted.map((packet) => enhancedPacket(packet, linkTypes.indexOf(packet.linkType))),
  ]);
}

/** Section 4.1. Its length is not known before, and need not be. */
function section(comment: string): Buffer {
  const body = Buffer.alloc(16);
  body.writeUInt32LE(BYTE_ORDER, 0);
  body.writeUInt16LE(1, 4);
  body.writeUInt16LE(0, 6);
  body.writeBigInt64LE(-1n, 8);
  return block(SECTION, body, options(comment));
}

/** Section 4.2. Snap length 0: none. Without an option, times are microseconds. */
function interfaceDescription(linkType: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt16LE(linkType & 0xffff, 0);
  return block(INTERFACE, body);
}

/** Section 4.3. */
function enhancedPacket(packet: CommentedPacket, index: number): Buffer {
  const { bytes, comment } = packet;
  const head = Buffer.alloc(20);
  const time = BigInt(timeOf(packet));
  head.writeUInt32LE(index, 0);
  head.writeUInt32LE(Number(time >> 32n), 4);
  head.writeUInt32LE(Number(time & 0xffff_ffffn), 8);
  head.writeUInt32LE(bytes.length, 12);
  head.writeUInt32LE(bytes.length, 16);
  return block(ENHANCED_PACKET, head, padded(bytes), options(comment));
}

/** Section 3.1: type, length, body, length again. */
function block(type: number, ...parts: readonly Buffer[]): Buffer {
  const length = 12 + parts.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(length, 4);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(length, 0);
  return Buffer.concat([head, ...parts, tail]);
}

/** Section 3.5: one comment and the end of options; nothing without a comment. */
function options(comment: string): Buffer {
  if (comment === '') return Buffer.alloc(0);
  const text = Buffer.from(comment, 'utf8').subarray(0, 65_535);
  const head = Buffer.alloc(4);
  head.writeUInt16LE(OPTION_COMMENT, 0);
  head.writeUInt16LE(text.length, 2);
  return Buffer.concat([head, padded(text), Buffer.alloc(4)]);
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}

function timeOf({ seconds, microseconds }: KeptPacket): number {
  return (seconds >>> 0) * 1_000_000 + microseconds;
}
