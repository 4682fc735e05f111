import { heldBytes, heldSegmentOverhead, heldSegmentsPerFlow } from '../limits.ts';
import { Packet } from '../packet/packet.ts';

/** A segment that came before its turn: a copy, for the packet it came in is gone. */
export interface HeldSegment {
  /** Of its first byte. */
  sequence: number;
  bytes: Uint8Array;
}

/** Whose bytes they are: addresses, ports and time of the first packet that was held. Its offsets mean nothing. */
export type FlowOrigin = Packet;

/** The segments of one flow that wait for the hole before them to be filled, in order of their sequence numbers. */
export interface HeldFlow {
  readonly id: number;
  readonly origin: FlowOrigin;
  readonly segments: HeldSegment[];
  /** Memory that they take. */
  cost: number;
}

/** Segments out of order, of all flows: a cold path, for most flows never come here. Bounded; the oldest flow gives way. */
export class HeldSegments {
  /** Segments given up for lack of space. */
  dropped = 0;
  #cost = 0;
  #nextId = 1;
  readonly #flows = new Map<number, HeldFlow>();

  get(id: number): HeldFlow | undefined {
    return this.#flows.get(id);
  }

  /** Holds a copy of the packet's payload; gives the flow's id (a new one for id 0 or one that had to give way). */
  hold(id: number, sequence: number, packet: Packet): number {
    let flow = this.#flows.get(id);
    if (flow === undefined) {
      flow = { id: this.#nextId, origin: copyOf(packet), segments: [], cost: 0 };
      this.#nextId = this.#nextId === 0x7fffffff ? 1 : this.#nextId + 1;
      this.#flows.set(flow.id, flow);
    }
    if (flow.segments.length >= heldSegmentsPerFlow) {
      this.dropped++;
      return flow.id;
    }
    const copy = packet.bytes.slice(packet.payloadStart, packet.payloadEnd);
    let place = flow.segments.length;
    // Equal sequence numbers keep the order of arrival: the first to come wins where they differ.
    while (place > 0 && ((sequence - (flow.segments[place - 1] as HeldSegment).sequence) | 0) < 0) place--;
    flow.segments.splice(place, 0, { sequence, bytes: copy });
    flow.cost += copy.length + heldSegmentOverhead;
    this.#cost += copy.length + heldSegmentOverhead;
    if (this.#cost > heldBytes) this.#giveWay(flow.id);
    return flow.id;
  }

  forget(id: number): void {
    const flow = this.#flows.get(id);
    if (flow === undefined) return;
    this.#cost -= flow.cost;
    this.#flows.delete(id);
  }

  #giveWay(except: number): void {
    for (const [id, flow] of this.#flows) {
      if (this.#cost <= heldBytes) return;
      if (id === except) continue;
      this.dropped += flow.segments.length;
      this.forget(id);
    }
  }
}

function copyOf(packet: Packet): FlowOrigin {
  return Object.assign(new Packet(), packet, { bytes: new Uint8Array(0) });
}
