/** A filter in tcpdump's syntax becomes a program for the kernel. */

import koffi from 'koffi';
import { type BpfProgram, pcapLibrary } from './pcap-library.ts';

/** The filter is wrong; the message says what libpcap makes of it. */
export class FilterError extends Error {
  constructor(filter: string, reason: string) {
    super(`the filter “${filter}” is wrong: ${reason}. It is in tcpdump's syntax (man pcap-filter).`);
  }
}

/** As libpcap's own default. */
export const snapLength = 262_144;

/** Instructions that the kernel takes at most (BPF_MAXINSNS). */
const mostInstructions = 4096;

/**
 * For this interface: only a handle that is open on it knows that the kernel keeps VLAN tags beside the frame, and `vlan 7`
 * needs that. Needs CAP_NET_RAW; without it, or while the interface is down, the program is one for its link type.
 * @throws FilterError, PcapMissing
 */
export function compileFilter(filter: string, interfaceName: string, linkType: number): Uint8Array {
  const pcap = pcapLibrary();
  const handle = openFor(interfaceName, linkType);
  try {
    const program: Partial<BpfProgram> = {};
    if (pcap.compile(handle, program, filter, 1, 0xffffffff) !== 0) throw new FilterError(filter, pcap.error(handle));
    const { length, instructions } = program as BpfProgram;
    if (length > mostInstructions) {
      throw new FilterError(filter, `it needs ${length} instructions, and the kernel takes ${mostInstructions}`);
    }
    const copy = new Uint8Array(koffi.view(instructions, length * 8)).slice();
    pcap.freeCode(program as BpfProgram);
    return copy;
  } finally {
    pcap.close(handle);
  }
}

function openFor(interfaceName: string, linkType: number): bigint {
  const pcap = pcapLibrary();
  const handle = pcap.create(interfaceName, new Uint8Array(256));
  if (handle !== null) {
    pcap.setSnapLength(handle, snapLength);
    pcap.setBufferSize(handle, 1 << 20);
    if (pcap.activate(handle) >= 0) return handle;
    pcap.close(handle);
  }
  // LINKTYPE_RAW is 101 in files, but DLT_RAW is 12 in the library.
  return pcap.openDead(linkType === 101 ? 12 : linkType, snapLength);
}
