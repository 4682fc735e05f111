/** libpcap (Npcap's wpcap.dll on Windows), by koffi: the functions that compile filters and, where there is no ring, capture. */

import koffi, { type LibraryHandle } from 'koffi';

const names: Readonly<Record<string, readonly string[]>> = {
  linux: ['libpcap.so.1', 'libpcap.so.0.8', 'libpcap.so'],
  darwin: ['libpcap.A.dylib', '/usr/lib/libpcap.A.dylib'],
  win32: ['wpcap.dll', 'C:\\Windows\\System32\\Npcap\\wpcap.dll'],
};

export type PcapLibrary = ReturnType<typeof declare>;

/** Why there is no library, and what to do about it: one line. */
export class PcapMissing extends Error {}

let loaded: PcapLibrary | undefined;

/** @throws PcapMissing */
export function pcapLibrary(): PcapLibrary {
  loaded ??= declare(load());
  return loaded;
}

function load(): LibraryHandle {
  for (const name of names[process.platform] ?? ['libpcap.so']) {
    try {
      return koffi.load(name);
    } catch {
      // the next one
    }
  }
  throw new PcapMissing(`libpcap is not installed. ${howToInstall()}`);
}

function howToInstall(): string {
  if (process.platform === 'win32') return 'Install Npcap (https://npcap.com).';
  if (process.platform === 'darwin') return 'It is part of macOS; is the system complete?';
  return 'Install it: apt-get install libpcap0.8 (Debian, Ubuntu), dnf install libpcap (Fedora, RHEL), apk add libpcap (Alpine).';
}

/** Each function as in pcap(3pcap). Handles are addresses. */
function declare(library: LibraryHandle) {
  koffi.struct('bpf_program', { length: 'unsigned int', instructions: 'void *' });
  // struct timeval is two longs wherever libpcap runs; a long has 4 bytes on Windows.
  const header = koffi.struct('pcap_pkthdr', {
    seconds: 'long',
    microseconds: 'long',
    captured: 'uint32_t',
    length: 'uint32_t',
  });
  const onPacket = koffi.proto('void OnPacket(void *user, const void *header, const void *bytes)');
  return {
    header,
    create: library.func('void *pcap_create(const char *device, _Out_ uint8_t *error)') as (
      device: string,
      error: Uint8Array,
    ) => bigint | null,
    setSnapLength: library.func('int pcap_set_snaplen(void *handle, int bytes)') as SetNumber,
    setPromiscuous: library.func('int pcap_set_promisc(void *handle, int yes)') as SetNumber,
    setTimeout: library.func('int pcap_set_timeout(void *handle, int milliseconds)') as SetNumber,
    setBufferSize: library.func('int pcap_set_buffer_size(void *handle, int bytes)') as SetNumber,
    activate: library.func('int pcap_activate(void *handle)') as (handle: bigint) => number,
    openDead: library.func('void *pcap_open_dead(int linkType, int snapLength)') as (
      linkType: number,
      snapLength: number,
    ) => bigint,
    close: library.func('void pcap_close(void *handle)') as (handle: bigint) => void,
    error: library.func('const char *pcap_geterr(void *handle)') as (handle: bigint) => string,
    compile: library.func(
      'int pcap_compile(void *handle, _Out_ bpf_program *program, const char *filter, int optimise, uint32_t netmask)',
    ) as (handle: bigint, program: Partial<BpfProgram>, filter: string, optimise: number, netmask: number) => number,
    setFilter: library.func('int pcap_setfilter(void *handle, const bpf_program *program)') as (
      handle: bigint,
      program: BpfProgram,
    ) => number,
    freeCode: library.func('void pcap_freecode(_Inout_ bpf_program *program)') as (program: BpfProgram) => void,
    linkType: library.func('int pcap_datalink(void *handle)') as (handle: bigint) => number,
    setNonBlocking: library.func('int pcap_setnonblock(void *handle, int yes, _Out_ uint8_t *error)') as (
      handle: bigint,
      yes: number,
      error: Uint8Array,
    ) => number,
    statistics: library.func('int pcap_stats(void *handle, _Out_ uint8_t *statistics)') as (
      handle: bigint,
      statistics: Uint8Array,
    ) => number,
    dispatch: library.func('pcap_dispatch', 'int', ['void *', 'int', koffi.pointer(onPacket), 'void *']) as (
      handle: bigint,
      most: number,
      onPacket: (user: null, header: bigint, bytes: bigint) => void,
      user: null,
    ) => number,
    /** Not on Windows: one waits there by sleeping. */
    selectableDescriptor: (process.platform === 'win32'
      ? () => -1
      : library.func('int pcap_get_selectable_fd(void *handle)')) as (handle: bigint) => number,
  };
}

type SetNumber = (handle: bigint, value: number) => number;

export interface BpfProgram {
  readonly length: number;
  readonly instructions: bigint;
}

/** The message that libpcap left in its buffer of 256 bytes. */
export function errorText(buffer: Uint8Array): string {
  return Buffer.from(buffer).toString('latin1').split('\0')[0]!;
}
