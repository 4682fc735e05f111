/**
 * A packet socket with a ring of memory that the kernel fills: packet(7), Documentation/networking/packet_mmap.rst. Opening
 * one needs CAP_NET_RAW; reading it needs nothing.
 */

import { fanoutProgram } from './fanout-program.ts';
import { ARPHRD_LOOPBACK, type InterfaceState } from './network-interface.ts';
import type { Ring } from './ring-layout.ts';
import {
  AF_PACKET,
  bind,
  check,
  close,
  getSocketOption,
  lastError,
  MAP_FAILED,
  mapMemory,
  SOCK_CLOEXEC,
  SOCK_RAW,
  SOL_SOCKET,
  setSocketOption,
  socket,
  unmapMemory,
  viewMemory,
} from './system-calls.ts';

const SOL_PACKET = 263;
const PACKET_ADD_MEMBERSHIP = 1;
const PACKET_RX_RING = 5;
const PACKET_STATISTICS = 6;
const PACKET_VERSION = 10;
const PACKET_RESERVE = 12;
const PACKET_FANOUT = 18;
const PACKET_FANOUT_DATA = 22;
const PACKET_IGNORE_OUTGOING = 23;
const SO_ATTACH_FILTER = 26;
const SO_TIMESTAMP = 29;

const TPACKET_V3 = 2;
const PACKET_MR_PROMISC = 1;
const ETH_P_ALL = 3;
/** By our own program; elsewhere by the kernel's hash of addresses and ports, with fragments put together first. */
const FANOUT_BY_PROGRAM = 6;
const FANOUT_HASH_AND_DEFRAGMENT = 0x8000;
/** As PACKET_IGNORE_OUTGOING, for the group; Linux 5.11 and newer. */
const FANOUT_IGNORE_OUTGOING = 0x4000;
/** The kernel chooses the group's number. Linux 4.12 and newer. */
const FANOUT_UNIQUE = 0x2000;

/** A block is handed over when it is full or this old (ms): what an alert waits at most for its packet. */
const retireAfter = 30;
/**
 * Of one block. Small, for in quiet traffic each hand-over uses up a whole one: a ring of 64 MiB then still holds 256 of them,
 * so that a worker may be kept from the processor for more than seven seconds. Large enough for the greatest frames, which
 * receive offloads put together to 64 KiB.
 */
const blockSize = 256 << 10;
/** Has no meaning for rings of this version, but must divide the block. */
const frameSize = 2048;

export interface PacketSocketOptions {
  readonly state: InterfaceState;
  readonly linkType: number;
  /** Bytes; rounded up to whole blocks of 256 KiB. */
  readonly ringSize: number;
  readonly promiscuous: boolean;
  /** Instructions of the kernel's packet filter (struct sock_filter, 8 bytes each); empty: take everything. */
  readonly filter: Uint8Array;
  /** Sockets of one group share the interface's packets (fanout-program.ts). Undefined: this one takes all. */
  readonly fanout?: 'new group' | FanoutGroup | undefined;
}

export interface PacketSocket {
  readonly ring: Ring;
  /** The group that it is in. */
  readonly fanout: FanoutGroup | undefined;
  /** What the kernel counted since the last call: packets that passed the filter, and those of them that found no room. */
  statistics(): { readonly packets: number; readonly drops: number };
  /** Nobody may touch the ring's memory any more. */
  close(): void;
}

/** @throws SystemCallError: EPERM without CAP_NET_RAW, EINVAL or ENOPROTOOPT where the kernel has no such ring. */
export function openPacketSocket(options: PacketSocketOptions): PacketSocket {
  // Protocol 0: nothing arrives before filter and ring are in place.
  const descriptor = check('socket', socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  let ring: Ring | undefined;
  try {
    ring = openRing(descriptor, options);
    // The time at which a packet arrived, and not that at which this socket got it: then all who look on see the same time.
    setSocketOption(descriptor, SOL_SOCKET, SO_TIMESTAMP, Uint8Array.of(1, 0, 0, 0), 4);
    if (options.filter.length > 0) attachProgram(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, options.filter);
    // The host's own packets come twice there, once on their way out and once on their way in. Linux 4.20 and newer.
    if (options.state.hardware === ARPHRD_LOOPBACK) setNumber(descriptor, PACKET_IGNORE_OUTGOING, 1);
    bindTo(descriptor, options.state.index);
    if (options.promiscuous) joinPromiscuous(descriptor, options.state.index);
    const fanout = options.fanout === undefined ? undefined : joinFanout(descriptor, options.fanout, options.state);
    return packetSocket(ring, fanout);
  } catch (error) {
    if (ring) unmapMemory(ring.address, ring.blockSize * ring.blockCount);
    close(descriptor);
    throw error;
  }
}

function openRing(descriptor: number, { ringSize, linkType }: PacketSocketOptions): Ring {
  check('version of the ring', setNumber(descriptor, PACKET_VERSION, TPACKET_V3));
  // Room to put a VLAN tag back in place.
  setNumber(descriptor, PACKET_RESERVE, 4);
  const blockCount = Math.max(2, Math.ceil(ringSize / blockSize));
  const size = blockSize * blockCount;
  // struct tpacket_req3
  const request = Uint32Array.of(blockSize, blockCount, frameSize, size / frameSize, retireAfter, 0, 0);
  const bytes = new Uint8Array(request.buffer);
  check('ring', setSocketOption(descriptor, SOL_PACKET, PACKET_RX_RING, bytes, bytes.length));
  const address = mapMemory(null, size, 3, 1, descriptor, 0);
  if (address === MAP_FAILED) throw lastError('mmap');
  return { descriptor, address, blockSize, blockCount, linkType };
}

/** struct sock_fprog: the number of instructions, and a pointer to them. */
function attachProgram(descriptor: number, level: number, name: number, instructions: Uint8Array): void {
  const program = Buffer.alloc(16);
  program.writeUInt16LE(instructions.length / 8, 0);
  // Memory of the C library's kind, for that of JavaScript has no address that would stay.
  const address = mapMemory(null, instructions.length, 3, 0x22, -1, 0);
  if (address === MAP_FAILED) throw lastError('mmap');
  try {
    new Uint8Array(viewMemory(address, instructions.length)).set(instructions);
    program.writeBigUInt64LE(address, 8);
    check('packet filter', setSocketOption(descriptor, level, name, program, program.length));
  } finally {
    unmapMemory(address, instructions.length);
  }
}

/** struct sockaddr_ll; the protocol in network byte order. */
function bindTo(descriptor: number, index: number): void {
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(ETH_P_ALL, 2);
  address.writeInt32LE(index, 4);
  check('bind', bind(descriptor, address, address.length));
}

/** struct packet_mreq. The interface leaves the mode when the socket is closed. Tunnels know no such mode, and need none. */
function joinPromiscuous(descriptor: number, index: number): void {
  const request = Buffer.alloc(16);
  request.writeInt32LE(index, 0);
  request.writeUInt16LE(PACKET_MR_PROMISC, 4);
  setSocketOption(descriptor, SOL_PACKET, PACKET_ADD_MEMBERSHIP, request, request.length);
}

export interface FanoutGroup {
  readonly mode: number;
  readonly number: number;
}

function joinFanout(descriptor: number, group: 'new group' | FanoutGroup, { hardware }: InterfaceState): FanoutGroup {
  if (group !== 'new group') {
    check('fanout', setNumber(descriptor, PACKET_FANOUT, (group.mode << 16) | group.number));
    return group;
  }
  // Kernels before 4.3 know no programs.
  const flags = hardware === ARPHRD_LOOPBACK ? [FANOUT_IGNORE_OUTGOING, 0] : [0];
  const modes = [FANOUT_BY_PROGRAM, FANOUT_HASH_AND_DEFRAGMENT].flatMap((mode) => flags.map((flag) => mode | flag));
  let joined: FanoutGroup | undefined;
  for (const mode of modes) joined ??= openFanout(descriptor, mode);
  if (!joined) throw lastError('fanout');
  if ((joined.mode & 0xff) === FANOUT_BY_PROGRAM)
    attachProgram(descriptor, SOL_PACKET, PACKET_FANOUT_DATA, fanoutProgram());
  return joined;
}

function openFanout(descriptor: number, mode: number): FanoutGroup | undefined {
  if (setNumber(descriptor, PACKET_FANOUT, (mode | FANOUT_UNIQUE) << 16) === 0) {
    const number = Buffer.alloc(4);
    check('fanout', getSocketOption(descriptor, SOL_PACKET, PACKET_FANOUT, number, [4]));
    return { mode, number: number.readUInt16LE(0) };
  }
  const number = 1 + Math.floor(Math.random() * 65_535);
  return setNumber(descriptor, PACKET_FANOUT, (mode << 16) | number) === 0 ? { mode, number } : undefined;
}

function setNumber(descriptor: number, name: number, value: number): number {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value | 0, 0);
  return setSocketOption(descriptor, SOL_PACKET, name, bytes, bytes.length);
}

function packetSocket(ring: Ring, fanout: FanoutGroup | undefined): PacketSocket {
  // struct tpacket_stats_v3: packets (the dropped ones, too), drops, how often the ring was full.
  const counts = Buffer.alloc(12);
  let closed = false;
  return {
    ring,
    fanout,
    statistics() {
      if (closed || getSocketOption(ring.descriptor, SOL_PACKET, PACKET_STATISTICS, counts, [12]) < 0) {
        return { packets: 0, drops: 0 };
      }
      return { packets: counts.readUInt32LE(0), drops: counts.readUInt32LE(4) };
    },
    close() {
      if (closed) return;
      closed = true;
      unmapMemory(ring.address, ring.blockSize * ring.blockCount);
      close(ring.descriptor);
    },
  };
}
