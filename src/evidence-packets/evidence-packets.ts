/** Recent frames and the keeper in one thread, as `readCaptures` takes them. */

import type { Alert } from '../scan/alert.ts';
import type { Evidence } from '../scan/evidence.ts';
import { PacketKeeper, type PacketKeeperOptions } from './packet-keeper.ts';
import { RecentFrames } from './recent-frames.ts';

export class EvidencePackets {
  readonly #recent = new RecentFrames();
  readonly #keeper: PacketKeeper;

  /** @throws what the file system says about the folder */
  constructor(options: PacketKeeperOptions) {
    this.#keeper = new PacketKeeper(options);
  }

  get statistics() {
    const { files, dropped } = this.#keeper;
    return { files, dropped, unkept: this.#recent.unkept };
  }

  /** Before the engine sees the frame. */
  frame(bytes: Uint8Array, start: number, end: number, linkType: number, seconds: number, microseconds: number): void {
    this.#recent.add(bytes, start, end, linkType, seconds, microseconds);
  }

  /** Before the tracker hears of it. */
  evidence(evidence: Evidence): void {
    this.#keeper.evidence(evidence, this.#recent.of(evidence));
  }

  alert(alert: Alert): void {
    this.#keeper.alert(alert);
  }
}
