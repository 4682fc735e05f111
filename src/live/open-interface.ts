/** Opens an interface in the best way that this machine has: as many rings as there are workers, else libpcap. */

import { compileFilter } from './kernel-filter.ts';
import { type InterfaceState, linkTypeOf } from './network-interface.ts';
import { openPacketSocket, type PacketSocket } from './packet-socket.ts';
import { openPcapSocket, type PcapSocket } from './pcap-socket.ts';
import { SystemCallError } from './system-calls.ts';

export interface OpenOptions {
  readonly workers: number;
  /** Bytes, of each ring. */
  readonly ringSize: number;
  readonly promiscuous: boolean;
  readonly filter: string;
  /** Do not try the ring. */
  readonly libpcap: boolean;
}

export interface OpenInterface {
  /** One for each worker; with libpcap only one. */
  readonly sockets: readonly (PacketSocket | PcapSocket)[];
  /** Why it is libpcap and not the ring; undefined: it is the ring. */
  readonly insteadOfRing: string | undefined;
}

/** May not capture: nothing else would help. */
export class PermissionMissing extends Error {}

/** @throws PermissionMissing; FilterError; PcapMissing; PcapError or SystemCallError in words of the system */
export function openInterface(name: string, state: InterfaceState, options: OpenOptions): OpenInterface {
  const reason = whyNoRing(state, options);
  if (reason !== undefined) return { sockets: [openWithPcap(name, options)], insteadOfRing: reason };
  try {
    return { sockets: openRings(name, state, options), insteadOfRing: undefined };
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    if (error.code === 'EPERM' || error.code === 'EACCES') throw new PermissionMissing(error.message);
    if (!ringIsUnknown.has(error.code)) throw error;
    return {
      sockets: [openWithPcap(name, options)],
      insteadOfRing: `this kernel has no TPACKET_V3 ring (${error.message})`,
    };
  }
}

/** What a kernel says that does not know the ring, or packet sockets at all. */
const ringIsUnknown: ReadonlySet<string> = new Set(['EINVAL', 'ENOPROTOOPT', 'EAFNOSUPPORT', 'EPROTONOSUPPORT']);

function whyNoRing({ hardware }: InterfaceState, { libpcap }: OpenOptions): string | undefined {
  if (process.platform !== 'linux') return 'rings are Linux only';
  if (libpcap) return 'you asked for it';
  return linkTypeOf(hardware) === undefined ? `its frames (ARPHRD ${hardware}) need libpcap` : undefined;
}

function openRings(
  name: string,
  state: InterfaceState,
  { workers, ringSize, promiscuous, filter }: OpenOptions,
): PacketSocket[] {
  const linkType = linkTypeOf(state.hardware) as number;
  const program = filter === '' ? new Uint8Array() : compileFilter(filter, name, linkType);
  const sockets: PacketSocket[] = [];
  try {
    for (let worker = 0; worker < workers; worker++) {
      const fanout = workers === 1 ? undefined : (sockets[0]?.fanout ?? 'new group');
      sockets.push(openPacketSocket({ state, linkType, ringSize, promiscuous, filter: program, fanout }));
    }
  } catch (error) {
    for (const socket of sockets) socket.close();
    throw error;
  }
  return sockets;
}

function openWithPcap(interfaceName: string, { ringSize, promiscuous, filter }: OpenOptions): PcapSocket {
  return openPcapSocket({ interfaceName, ringSize, promiscuous, filter });
}
