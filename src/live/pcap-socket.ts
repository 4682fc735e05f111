/** An interface opened by libpcap, where there is no ring. */

import { FilterError, snapLength } from './kernel-filter.ts';
import { type BpfProgram, errorText, pcapLibrary } from './pcap-library.ts';

/** Milliseconds that libpcap may gather packets; as with the ring. */
const gatherFor = 20;

export interface PcapSocketOptions {
  readonly interfaceName: string;
  /** Bytes. */
  readonly ringSize: number;
  readonly promiscuous: boolean;
  /** In tcpdump's syntax; empty: everything. */
  readonly filter: string;
}

export interface PcapSocket {
  readonly pcap: { readonly handle: bigint; readonly linkType: number };
  statistics(): { readonly packets: number; readonly drops: number };
  close(): void;
}

/** libpcap's own words. */
export class PcapError extends Error {}

/** @throws PcapMissing, PcapError, FilterError */
export function openPcapSocket({ interfaceName, ringSize, promiscuous, filter }: PcapSocketOptions): PcapSocket {
  const pcap = pcapLibrary();
  const error = new Uint8Array(256);
  const handle = pcap.create(interfaceName, error);
  if (handle === null) throw new PcapError(errorText(error));
  try {
    pcap.setSnapLength(handle, snapLength);
    pcap.setPromiscuous(handle, promiscuous ? 1 : 0);
    pcap.setTimeout(handle, gatherFor);
    pcap.setBufferSize(handle, Math.min(ringSize, 0x7fff_ffff));
    // Above zero is a warning: it works all the same.
    if (pcap.activate(handle) < 0) throw new PcapError(pcap.error(handle));
    if (pcap.setNonBlocking(handle, 1, error) < 0) throw new PcapError(errorText(error));
    if (filter !== '') setFilter(handle, filter);
  } catch (failure) {
    pcap.close(handle);
    throw failure;
  }
  return pcapSocket(handle);
}

function setFilter(handle: bigint, filter: string): void {
  const pcap = pcapLibrary();
  const program: Partial<BpfProgram> = {};
  if (pcap.compile(handle, program, filter, 1, 0xffffffff) !== 0) throw new FilterError(filter, pcap.error(handle));
  const failed = pcap.setFilter(handle, program as BpfProgram) !== 0;
  pcap.freeCode(program as BpfProgram);
  if (failed) throw new PcapError(pcap.error(handle));
}

function pcapSocket(handle: bigint): PcapSocket {
  const pcap = pcapLibrary();
  // struct pcap_stat: received, dropped, dropped by the interface; they only grow, and wrap around.
  const counts = Buffer.alloc(64);
  let packets = 0;
  let drops = 0;
  return {
    pcap: { handle, linkType: pcap.linkType(handle) },
    statistics() {
      if (pcap.statistics(handle, counts) !== 0) return { packets: 0, drops: 0 };
      const since = {
        packets: (counts.readUInt32LE(0) - packets) >>> 0,
        drops: (counts.readUInt32LE(4) - drops) >>> 0,
      };
      packets = counts.readUInt32LE(0);
      drops = counts.readUInt32LE(4);
      return since;
    },
    close: () => pcap.close(handle),
  };
}
