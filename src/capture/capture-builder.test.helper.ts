/** Builds small captures for tests. */

export interface Packet {
  seconds?: number;
  /** Fraction of the second in the file's own unit. */
  fraction?: number;
  bytes: Uint8Array;
  /** Length on the wire, when more than was captured. */
  original?: number;
}

export interface PcapOptions {
  little?: boolean;
  magic?: number;
  linkType?: number;
  minor?: number;
  /** For version 2.2: the two lengths change places. */
  swapped?: boolean;
}

/** Writes words of a byte order one after another. */
export class Bytes {
  private readonly parts: number[] = [];
  private readonly little: boolean;

  constructor(little: boolean) {
    this.little = little;
  }

  u16(...values: number[]): this {
    for (const value of values) this.number(value, 2);
    return this;
  }

  u32(...values: number[]): this {
    for (const value of values) this.number(value, 4);
    return this;
  }

  bytes(bytes: Iterable<number>): this {
    for (const byte of bytes) this.parts.push(byte);
    return this;
  }

  pad4(): this {
    while (this.parts.length % 4 !== 0) this.parts.push(0);
    return this;
  }

  done(): Uint8Array {
    return Uint8Array.from(this.parts);
  }

  private number(value: number, size: number): void {
    for (let i = 0; i < size; i++) {
      const shift = (this.little ? i : size - 1 - i) * 8;
      this.parts.push(Math.floor(value / 2 ** shift) % 256);
    }
  }
}

export function pcap(packets: readonly Packet[], options: PcapOptions = {}): Uint8Array {
  const magic = options.magic ?? 0xa1b2c3d4;
  const out = new Bytes(options.little ?? true);
  out
    .u32(magic)
    .u16(2, options.minor ?? 4)
    .u32(0, 0, 262_144, options.linkType ?? 1);
  for (const { seconds = 0, fraction = 0, bytes, original = bytes.length } of packets) {
    out.u32(seconds, fraction);
    if (options.swapped) out.u32(original, bytes.length);
    else out.u32(bytes.length, original);
    if (magic === 0xa1b2cd34) out.u32(0, 0);
    out.bytes(bytes);
  }
  return out.done();
}

export function block(type: number, body: Uint8Array, little = true): Uint8Array {
  const padded = Math.ceil(body.length / 4) * 4;
  const out = new Bytes(little)
    .u32(type, padded + 12)
    .bytes(body)
    .pad4();
  return out.u32(padded + 12).done();
}

export function section(little = true): Uint8Array {
  const body = new Bytes(little).u32(0x1a2b3c4d).u16(1, 0).u32(0xffffffff, 0xffffffff);
  return block(0x0a0d0d0a, body.done(), little);
}

export interface InterfaceOptions {
  linkType?: number;
  snapLength?: number;
  /** Raw if_tsresol byte. */
  resolution?: number;
  /** if_tsoffset, seconds. */
  offset?: number;
  little?: boolean;
}

export function interfaceBlock(options: InterfaceOptions = {}): Uint8Array {
  const little = options.little ?? true;
  const body = new Bytes(little).u16(options.linkType ?? 1, 0).u32(options.snapLength ?? 0);
  // A comment first: options of other kinds are stepped over.
  body.u16(1, 3).bytes([0x61, 0x62, 0x63]).pad4();
  if (options.resolution !== undefined) body.u16(9, 1).bytes([options.resolution]).pad4();
  if (options.offset !== undefined) {
    const high = Math.floor(options.offset / 2 ** 32) >>> 0;
    const low = options.offset >>> 0;
    body.u16(14, 8);
    if (little) body.u32(low, high);
    else body.u32(high, low);
  }
  body.u16(0, 0);
  return block(1, body.done(), little);
}

export interface TickedPacket {
  interface?: number;
  ticks?: bigint;
  bytes: Uint8Array;
  original?: number;
  little?: boolean;
}

export function enhancedPacket(packet: TickedPacket): Uint8Array {
  const little = packet.little ?? true;
  const ticks = packet.ticks ?? 0n;
  const body = new Bytes(little)
    .u32(packet.interface ?? 0, Number(ticks >> 32n), Number(ticks & 0xffffffffn))
    .u32(packet.bytes.length, packet.original ?? packet.bytes.length)
    .bytes(packet.bytes);
  return block(6, body.done(), little);
}

export function simplePacket(bytes: Uint8Array, original = bytes.length, little = true): Uint8Array {
  return block(3, new Bytes(little).u32(original).bytes(bytes).done(), little);
}

/** The obsolete Packet Block: interface in 16 bits, then a drop count. */
export function oldPacket(packet: TickedPacket): Uint8Array {
  const little = packet.little ?? true;
  const ticks = packet.ticks ?? 0n;
  const body = new Bytes(little)
    .u16(packet.interface ?? 0, 0xffff)
    .u32(Number(ticks >> 32n), Number(ticks & 0xffffffffn))
    .u32(packet.bytes.length, packet.original ?? packet.bytes.length)
    .bytes(packet.bytes);
  return block(2, body.done(), little);
}

export function snoop(packets: readonly Packet[], datalink = 4): Uint8Array {
  const out = new Bytes(false).bytes(Buffer.from('snoop\0\0\0')).u32(2, datalink);
  for (const { seconds = 0, fraction = 0, bytes, original = bytes.length } of packets) {
    const padded = Math.ceil(bytes.length / 4) * 4;
    out
      .u32(original, bytes.length, 24 + padded, 0, seconds, fraction)
      .bytes(bytes)
      .pad4();
  }
  return out.done();
}
