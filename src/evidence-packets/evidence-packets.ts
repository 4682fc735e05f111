/** Recent frames and the keeper in one thread, as `readCaptures` takes them. */

import type { Alert } from '../scan/alert.ts';
import type { Evidence } from '../scan/evidence.ts';
import { FollowedFlows } from './followed-flows.ts';
import { PacketKeeper, type PacketKeeperOptions } from './packet-keeper.ts';
import { type FlowOfEvidence, RecentFrames } from './recent-frames.ts';

export class EvidencePackets {
  readonly #recent = new RecentFrames();
  readonly #followed = new FollowedFlows();
  readonly #keeper: PacketKeeper;
  /** Of the capture. */
  #second = 0;

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
    if (seconds === this.#second) return;
    this.#second = seconds;
    for (const flow of this.#followed.due(seconds)) this.#keepMore(flow);
  }

  /** Before the tracker hears of it. */
  evidence(evidence: Evidence): void {
    this.#keeper.evidence(evidence, this.#recent.of(evidence));
    const before = this.#followed.add(evidence, this.#second);
    if (before) this.#keepMore(before);
  }

  alert(alert: Alert): void {
    if (alert.state === 'closed') for (const flow of this.#followed.takeAll(alert.source)) this.#keepMore(flow);
    this.#keeper.alert(alert);
  }

  #keepMore(flow: FlowOfEvidence): void {
    this.#keeper.more(flow, this.#recent.of(flow));
  }
}
