import { heldBytes, heldFlowOverhead, heldSegmentOverhead, heldSegmentsPerFlow } from '../limits.ts';
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
  readonly origin: FlowOrigin;
  readonly segments: HeldSegment[];
  /** Sequence number after the client's last byte, when its FIN came too early. */
  finish: number | undefined;
  /** Memory that they take. */
  cost: number;
}

/**
 * Segments out of order, of all flows: a cold path, for most flows never come here. Bounded; the oldest flow gives way.
 * A flow is named by the two words of its tag in the flow table.
 */
export class HeldSegments {
  /** Segments given up for lack of space. */
  dropped = 0;
  #cost = 0;
  readonly #flows = new Map<string, HeldFlow>();

  get(low: number, high: number): HeldFlow | undefined {
    return this.#flows.get(`${low} ${high}`);
  }

  /** Holds a copy of the packet's payload. */
  hold(low: number, high: number, sequence: number, packet: Packet): void {
    const flow = this.#flow(low, high, packet);
    const length = packet.payloadEnd - packet.payloadStart;
    // One flow alone must not hold more than all may: every other one would already have given way to it.
    if (flow.segments.length >= heldSegmentsPerFlow || flow.cost + length + heldSegmentOverhead > heldBytes) {
      this.dropped++;
      return;
    }
    let place = flow.segments.length;
    // Equal sequence numbers keep the order of arrival: the first to come wins where they differ.
    while (place > 0 && ((sequence - (flow.segments[place - 1] as HeldSegment).sequence) | 0) < 0) place--;
    const bytes = packet.bytes.slice(packet.payloadStart, packet.payloadEnd);
    flow.segments.splice(place, 0, { sequence, bytes });
    this.#charge(flow, bytes.length + heldSegmentOverhead);
  }

  /** Notes where the client's stream ends. */
  finish(low: number, high: number, end: number, packet: Packet): void {
    this.#flow(low, high, packet).finish = end;
  }

  forget(low: number, high: number): void {
    this.#forget(`${low} ${high}`);
  }

  #flow(low: number, high: number, packet: Packet): HeldFlow {
    const key = `${low} ${high}`;
    let flow = this.#flows.get(key);
    if (flow === undefined) {
      flow = { origin: copyOf(packet), segments: [], finish: undefined, cost: 0 };
      this.#flows.set(key, flow);
      this.#charge(flow, heldFlowOverhead);
    }
    return flow;
  }

  #forget(key: string): void {
    const flow = this.#flows.get(key);
    if (flow === undefined) return;
    this.#cost -= flow.cost;
    this.#flows.delete(key);
  }

  #charge(flow: HeldFlow, cost: number): void {
    flow.cost += cost;
    this.#cost += cost;
    if (this.#cost <= heldBytes) return;
    for (const [key, oldest] of this.#flows) {
      if (this.#cost <= heldBytes) return;
      if (oldest === flow) continue;
      this.dropped += oldest.segments.length;
      this.#forget(key);
    }
  }
}

const nothing = new Uint8Array(0);

/** Written out, for copying by names costs more than all else that is done with a segment out of order. */
function copyOf(packet: Packet): FlowOrigin {
  const copy = new Packet(nothing);
  copy.seconds = packet.seconds;
  copy.microseconds = packet.microseconds;
  copy.ipVersion = packet.ipVersion;
  copy.protocol = packet.protocol;
  copy.source0 = packet.source0;
  copy.source1 = packet.source1;
  copy.source2 = packet.source2;
  copy.source3 = packet.source3;
  copy.destination0 = packet.destination0;
  copy.destination1 = packet.destination1;
  copy.destination2 = packet.destination2;
  copy.destination3 = packet.destination3;
  copy.sourcePort = packet.sourcePort;
  copy.destinationPort = packet.destinationPort;
  return copy;
}
