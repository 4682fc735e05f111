/** TCP connections as a network may deliver them: cut, doubled, overlapping and out of order, the bytes always the same. */
import fc from 'fast-check';
import { type Endpoints, tcpFrame, tcpHandshake } from './frames.ts';

/** How a connection's bytes travel; applies to any payload. */
export interface Delivery {
  readonly opening: 'handshake' | 'handshake without the server' | 'data on the SYN' | 'none';
  readonly clientInitial: number;
  readonly addresses: readonly [source: string, target: string];
  readonly vlan: number | undefined;
  /** Sizes of the segments; what is left over is one more. */
  readonly cuts: readonly number[];
  /** Further segments over the same bytes: first byte and size. */
  readonly repeats: readonly (readonly [at: number, size: number])[];
  /** Applied one after another to the list of segments: the one at `from` moves to `to`. */
  readonly moves: readonly (readonly [from: number, to: number])[];
  /** The server's segments: place among the client's, and size. */
  readonly answers: readonly (readonly [place: number, size: number])[];
  readonly close: 'FIN' | 'FIN with data' | 'none';
}

/** Up to 10 KB. Drawn as a length and a seed: thousands of single bytes would take most of a test's time. */
export const anyPayload: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 10_000 })), fc.integer())
  .map(([length, seed]) => {
    let state = seed | 1;
    return Uint8Array.from({ length }, () => {
      state = Math.imul(state, 0x9e3779b1) ^ (state >>> 13);
      return state >>> 24;
    });
  });

const place = fc.nat({ max: 80 });

export const anyDelivery: fc.Arbitrary<Delivery> = fc.record({
  opening: fc.constantFrom<Delivery['opening'][]>(
    'handshake',
    'handshake without the server',
    'data on the SYN',
    'none',
  ),
  // Half of them pass zero, or the sign bit, within the first bytes.
  clientInitial: fc.oneof(
    fc.integer({ min: 0, max: 0xffffffff }),
    fc.nat({ max: 10_000 }).map((before) => 0xffffffff - before),
    fc.nat({ max: 10_000 }).map((before) => 0x7fffffff - before),
  ),
  addresses: fc.constantFrom(['10.1.2.3', '192.0.2.80'] as const, ['fd00::3', '2001:db8::80'] as const),
  vlan: fc.option(fc.integer({ min: 1, max: 4094 }), { nil: undefined }),
  cuts: fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 1460 })), { maxLength: 40 }),
  repeats: fc.array(fc.tuple(fc.nat({ max: 10_000 }), fc.integer({ min: 1, max: 1460 })), { maxLength: 12 }),
  moves: fc.array(fc.tuple(place, place), { maxLength: 30 }),
  answers: fc.array(fc.tuple(place, fc.nat({ max: 100 })), { maxLength: 8 }),
  close: fc.constantFrom<Delivery['close'][]>('FIN', 'FIN with data', 'none'),
});

interface Segment {
  readonly start: number;
  readonly end: number;
  readonly fin: boolean;
}

/** One frame of a connection, in the order of arrival. */
export interface DeliveredFrame {
  readonly frame: Uint8Array;
  readonly fromServer: boolean;
}

/** All frames of a connection to `targetPort` whose client says `payload`. */
export function deliver(payload: Uint8Array, delivery: Delivery, targetPort: number): DeliveredFrame[] {
  const [source, target] = delivery.addresses;
  const endpoints: Endpoints = {
    ...{ source, target, sourcePort: 40_000, targetPort, clientInitial: delivery.clientInitial },
    ...(delivery.vlan !== undefined && { vlan: delivery.vlan }),
  };
  const frames: DeliveredFrame[] = [];
  const client = (flags: number, offset: number, bytes?: Uint8Array) =>
    frames.push({ frame: tcpFrame(endpoints, { flags, offset }, bytes), fromServer: false });

  const segments = segmentsOf(payload.length, delivery);
  if (delivery.opening === 'data on the SYN') {
    // RFC 7413: the data stands one after the SYN's own number.
    client(2, 0, payload.subarray(0, segments[0]?.end ?? 0));
    frames.push({ frame: tcpFrame(endpoints, { fromServer: true, flags: 18, offset: 0 }), fromServer: true });
  } else if (delivery.opening !== 'none') {
    const server = delivery.opening === 'handshake';
    tcpHandshake(endpoints, server).forEach((frame, index) => {
      frames.push({ frame, fromServer: server && index === 1 });
    });
  }

  let said = 1;
  const received = new Received();
  for (const [index, { start, end, fin }] of inOrderOfArrival(segments, delivery).entries()) {
    client(fin ? 25 : 24, 1 + start, payload.subarray(start, end));
    received.add(start, end);
    for (const [after, size] of delivery.answers) {
      if (after !== index) continue;
      const options = { fromServer: true, flags: 24, offset: said, acknowledged: 1 + received.inOrder };
      frames.push({ frame: tcpFrame(endpoints, options, new Uint8Array(size).fill(0x2e)), fromServer: true });
      said += size;
    }
  }
  return frames;
}

function segmentsOf(length: number, { cuts, repeats, close }: Delivery): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  for (const cut of [...cuts, length]) {
    const end = Math.min(length, at + cut);
    if (end > at) segments.push({ start: at, end, fin: close === 'FIN with data' && end === length });
    at = end;
  }
  for (const [start, size] of repeats) {
    if (start < length) segments.push({ start, end: Math.min(length, start + size), fin: false });
  }
  if (close === 'FIN' || (close === 'FIN with data' && length === 0)) {
    segments.push({ start: length, end: length, fin: true });
  }
  return segments;
}

function inOrderOfArrival(segments: readonly Segment[], { moves, opening }: Delivery): Segment[] {
  const order = [...segments];
  // Without a handshake, nobody can know that a byte before the first is still to come.
  const first = opening === 'none' ? order.shift() : undefined;
  for (const [from, to] of moves) {
    const [moved] = order.splice(from, 1);
    if (moved !== undefined) order.splice(to, 0, moved);
  }
  return first === undefined ? order : [first, ...order];
}

/** What the target's TCP has: it acknowledges only what stands before the first hole. */
class Received {
  inOrder = 0;
  #ahead: [start: number, end: number][] = [];

  add(start: number, end: number): void {
    this.#ahead.push([start, end]);
    for (let grown = true; grown; ) {
      grown = false;
      for (const [from, to] of this.#ahead) {
        if (from > this.inOrder || to <= this.inOrder) continue;
        this.inOrder = to;
        grown = true;
      }
    }
    this.#ahead = this.#ahead.filter(([, to]) => to > this.inOrder);
  }
}
