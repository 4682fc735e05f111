/** Packets of evidence until their scan is known, and then its file. Stands beside the tracker and hears what that hears. */

import { keptPacketBytes, keptPacketSources, packetsOfScan, packetsOfScanBytes } from '../limits.ts';
import type { Alert } from '../scan/alert.ts';
import type { Evidence } from '../scan/evidence.ts';
import { Perimeter } from '../scan/perimeter.ts';
import { RecencyMap } from '../scan/recency-map.ts';
import type { KeptPacket } from './kept-packet.ts';
import { PacketFolder } from './packet-folder.ts';
import { type CommentedPacket, pcapngFile } from './pcapng-file.ts';
import type { FlowOfEvidence } from './recent-frames.ts';

interface Kept extends CommentedPacket {
  /** Of the evidence that it is kept for. */
  readonly evidence: number;
}

/** Of one source in one zone pair, as the tracker has it. */
interface Pending {
  readonly packets: Map<number, Kept>;
  size: number;
}

export interface PacketKeeperOptions {
  readonly directory: string;
  /** Ranges that are ours, as the tracker has them. */
  readonly internal: readonly string[];
  readonly onNotice: (text: string) => void;
}

export class PacketKeeper {
  /** Packets that found no room. */
  dropped = 0;
  files = 0;
  readonly #folder: PacketFolder;
  #perimeter: Perimeter;
  readonly #onNotice: (text: string) => void;
  readonly #pending = new RecencyMap<Pending>();
  #size = 0;
  #failed = false;

  /** @throws what the file system says about the folder */
  constructor({ directory, internal, onNotice }: PacketKeeperOptions) {
    this.#folder = new PacketFolder(directory);
    this.#perimeter = new Perimeter(internal);
    this.#onNotice = onNotice;
  }

  /** When the tracker is told other ranges: packets that wait under an old zone go with their time. */
  reconfigure(internal: readonly string[]): void {
    this.#perimeter = new Perimeter(internal);
  }

  /** Before the tracker hears of the evidence. `packets`: of its flow, as far as they are there. */
  evidence({ source, target, time, signature }: Evidence, packets: readonly KeptPacket[]): void {
    const key = `${this.#perimeter.zone(source, target)} ${source}`;
    const pending = this.#pending.get(key) ?? { packets: new Map<number, Kept>(), size: 0 };
    this.#pending.set(key, pending);
    for (const packet of packets) this.#keep(pending, packet, time, signature.title);
    this.#makeRoom();
  }

  /** More of a conversation of which packets are kept: what came since. Nothing, when its scan is over already. */
  more({ source, target, time }: FlowOfEvidence, packets: readonly KeptPacket[]): void {
    const pending = this.#pending.get(`${this.#perimeter.zone(source, target)} ${source}`);
    if (!pending || !packets.some(({ number }) => pending.packets.has(number))) return;
    for (const packet of packets) this.#keep(pending, packet, time, '');
    this.#makeRoom();
  }

  /** Whenever the tracker reports a scan. */
  alert({ scan, state, zone, source, title, lastSeen }: Alert): void {
    const pending = this.#pending.get(`${zone} ${source}`);
    if (!pending) return;
    // A scan may be over only because evidence of the next one has come: that evidence stays.
    const packets = [...pending.packets.values()].filter(({ evidence }) => evidence <= lastSeen);
    if (packets.length > 0) this.#write(scan, pcapngFile(packets, `Trespass: ${title} (scan ${scan})`));
    if (state === 'open') return;
    for (const { number } of packets) this.#forget(pending, number);
    if (pending.packets.size === 0) this.#pending.delete(`${zone} ${source}`);
  }

  #keep(pending: Pending, packet: KeptPacket, time: number, title: string): void {
    const known = pending.packets.get(packet.number);
    const comments = [known?.comment ?? '', packet.completes ? title : ''].filter((comment) => comment !== '');
    const comment = [...new Set(comments.flatMap((one) => one.split('\n')))].join('\n');
    if (known) {
      pending.packets.set(packet.number, { ...known, comment, evidence: Math.min(known.evidence, time) });
      return;
    }
    const size = packet.bytes.length;
    if (pending.packets.size >= packetsOfScan || pending.size + size > packetsOfScanBytes) {
      this.dropped++;
      return;
    }
    pending.packets.set(packet.number, { ...packet, comment, evidence: time });
    pending.size += size;
    this.#size += size;
  }

  #forget(pending: Pending, number: number): void {
    const size = pending.packets.get(number)?.bytes.length ?? 0;
    pending.packets.delete(number);
    pending.size -= size;
    this.#size -= size;
  }

  /** The sources that were silent longest go first. */
  #makeRoom(): void {
    while (this.#pending.size > keptPacketSources || this.#size > keptPacketBytes) {
      const oldest = this.#pending.oldest();
      if (!oldest) return;
      this.dropped += oldest.value.packets.size;
      this.#size -= oldest.value.size;
      this.#pending.delete(oldest.key);
    }
  }

  #write(scan: string, bytes: Uint8Array): void {
    try {
      this.#folder.write(scan, bytes);
      this.files++;
      this.#failed = false;
    } catch (error) {
      // Once, and again only after it has worked in between: a full disk is one story.
      if (!this.#failed) this.#onNotice(`packets of scan ${scan} could not be kept: ${(error as Error).message}`);
      this.#failed = true;
    }
  }
}
