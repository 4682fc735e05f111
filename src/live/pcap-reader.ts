/**
 * Packets by libpcap, where there is no ring: one callback a packet, about three times the cost. The handle does not block,
 * for libpcap's own time-out does not fire on Linux while nothing comes.
 */

import koffi from 'koffi';
import { pcapLibrary } from './pcap-library.ts';
import type { FrameSink } from './ring-reader.ts';

/** Packets taken in one go; then other interfaces have their turn. */
const packetsPerTurn = 4096;

export class PcapReader {
  lastTime = 0;
  readonly #handle: bigint;
  readonly #linkType: number;
  readonly #pcap = pcapLibrary();
  #sink: FrameSink | undefined;

  constructor(handle: bigint, linkType: number) {
    this.#handle = handle;
    this.#linkType = linkType;
  }

  /** False: there was nothing. */
  read(sink: FrameSink): boolean {
    this.#sink = sink;
    return this.#pcap.dispatch(this.#handle, packetsPerTurn, this.#take, null) > 0;
  }

  /** There are no blocks here: a packet that was read is gone. */
  skip(): number {
    return 0;
  }

  readonly #take = (_user: null, address: bigint, bytes: bigint): void => {
    const { seconds, microseconds, captured } = koffi.decode(address, this.#pcap.header) as PacketHeader;
    const frame = new Uint8Array(koffi.view(bytes, captured));
    this.lastTime = seconds * 1_000_000 + microseconds;
    this.#sink?.frame(frame, 0, captured, this.#linkType, seconds | 0, microseconds);
  };
}

interface PacketHeader {
  readonly seconds: number;
  readonly microseconds: number;
  readonly captured: number;
}
