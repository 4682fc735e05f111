import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { HotPath } from '../hot-path/hot-path.ts';
import { flowCapacity, flowDepth, heldBlock, heldBytes, keptBytes } from '../limits.ts';
import { Packet } from '../packet/packet.ts';
import { PacketDecoder } from '../packet/packet-decoder.ts';
import { bytesOf, type Endpoints, tcpConversation, tcpFrame, tcpHandshake, udpFrame } from '../testing/frames.ts';
import { anyDelivery, anyPayload, type DeliveredFrame, deliver } from '../testing/random-delivery.test.helper.ts';
import { BEHIND_HOLE, CLIENT_BYTES, DATAGRAM, FlowTable, MESSAGE_ENDED, NOTHING } from './flow-table.ts';

const endpoints: Endpoints = { source: '10.0.0.1', target: '10.0.0.2', sourcePort: 40_000, targetPort: 25 };

/** What one call of `accept` showed of a flow. */
interface View {
  readonly result: number;
  readonly bytes: string;
  /** Bytes that were shown before. */
  readonly old: number;
  readonly atStart: boolean;
  readonly ended: boolean;
  readonly answered: boolean;
  readonly established: boolean;
  readonly suspicion: number;
}

/** A flow table behind a decoder, that treats it as the engine does. */
class Tap {
  readonly #hotPath = HotPath.open();
  readonly flows = new FlowTable(1, this.#hotPath);
  readonly #decoder = new PacketDecoder();
  #seconds = 1_700_000_000;

  /** What the frame lets the table show; undefined for nothing. `suspect`: note this suspicion, and wait for the end. */
  see(frame: Uint8Array, suspect = 0): View | undefined {
    assert.ok(this.#decoder.decode(frame, 0, frame.length, 1, this.#seconds, 0) > 0);
    return this.accept(this.#decoder.packet, suspect);
  }

  /** Its memory is used again. */
  close(): void {
    this.#hotPath.close();
  }

  pass(seconds: number): void {
    this.#seconds += seconds;
  }

  accept(packet: Packet, suspect = 0): View | undefined {
    const { flows } = this;
    const result = flows.accept(packet);
    if (result === NOTHING || result === DATAGRAM) return undefined;
    const { start, from, end, atStart, ended, answered, established, suspicion } = flows;
    assert.ok(0 <= start && start <= from && from <= end && end <= flows.kept.length);
    assert.ok(end - start <= flowDepth);
    const bytes = Buffer.from(flows.kept.subarray(start, end)).toString('latin1');
    if (suspect !== 0) flows.suspect(ended || end - start === flowDepth ? 0 : suspect, !ended);
    flows.settle();
    return { result, bytes, old: from - start, atStart, ended, answered, established, suspicion };
  }

  all(frames: readonly Uint8Array[], suspect = 0): View[] {
    return frames.flatMap((frame) => this.see(frame, suspect) ?? []);
  }
}

describe('a TCP client', () => {
  it('is whoever sent the SYN, or whom the SYN+ACK answers', () => {
    const reversed = { ...endpoints, sourcePort: 25, targetPort: 40_000 };
    const [syn, synAck] = tcpHandshake(reversed) as [Uint8Array, Uint8Array];
    for (const opening of [[syn], [synAck], [syn, synAck]]) {
      const tap = new Tap();
      assert.deepEqual(tap.all(opening), []);
      const server = tcpFrame(reversed, { fromServer: true, flags: 24, offset: 1 }, bytesOf('220 hello\r\n'));
      assert.equal(tap.see(server), undefined);
      const view = tap.see(tcpFrame(reversed, { flags: 24, offset: 1 }, bytesOf('EHLO me\r\n')));
      assert.equal(view?.bytes, 'EHLO me\r\n');
      assert.deepEqual([view?.atStart, view?.established, view?.ended], [true, true, false]);
    }
  });

  it('is known by the ports when no handshake was seen', () => {
    const tap = new Tap();
    const banner = tcpFrame(endpoints, { fromServer: true, flags: 24, offset: 1 }, bytesOf('220 hello\r\n'));
    assert.equal(tap.see(banner), undefined);
    const view = tap.see(tcpFrame(endpoints, { flags: 24, offset: 1 }, bytesOf('EHLO me\r\n')));
    assert.deepEqual([view?.bytes, view?.atStart, view?.established], ['EHLO me\r\n', false, true]);
  });

  it('may be either side when nothing tells', () => {
    const unknown = { ...endpoints, sourcePort: 40_000, targetPort: 41_000 };
    const tap = new Tap();
    const one = tap.see(tcpFrame(unknown, { flags: 24, offset: 1 }, bytesOf('one')));
    const other = tap.see(tcpFrame(unknown, { fromServer: true, flags: 24, offset: 1 }, bytesOf('other')));
    assert.deepEqual([one?.bytes, other?.bytes], ['one', 'other']);
  });

  it('opens another connection on the same ports with a SYN of another number', () => {
    const tap = new Tap();
    const [first] = tap.all(tcpConversation(endpoints, bytesOf('first'), { close: false }), 7);
    assert.equal(first?.bytes, 'first');
    const again = tap.all(tcpConversation({ ...endpoints, clientInitial: 99 }, bytesOf('second')));
    assert.deepEqual(
      again.map(({ bytes, suspicion }) => [bytes, suspicion]),
      [['second', 0]],
    );
    // The suspicion that still waited is handed over with its bytes.
    const [released] = tap.flows.released;
    assert.equal(released?.suspicion, 7);
    assert.equal(Buffer.from(released?.bytes ?? []).toString('latin1'), 'first');
  });

  it('whose SYN is sent again is the same', () => {
    const tap = new Tap();
    const frames = tcpConversation(endpoints, bytesOf('once'), { close: false });
    const views = tap.all([...frames.slice(0, 1), ...frames, ...frames]);
    assert.deepEqual(
      views.map(({ bytes }) => bytes),
      ['once'],
    );
    assert.equal(tap.flows.counters().seen, 1);
  });
});

describe('the end of a message', () => {
  const request = tcpConversation(endpoints, bytesOf('QUIT\r\n'), { close: false });

  it('is told to a suspicion that waits for it: by an answer, a FIN of either side, a RST of either side', () => {
    const ends: [fromServer: boolean, flags: number, payload: string, ended: boolean, answered: boolean][] = [
      [true, 24, '221 bye\r\n', false, true],
      [true, 17, '', false, true],
      [true, 4, '', true, true],
      [false, 17, '', true, false],
      [false, 4, '', true, false],
    ];
    for (const [fromServer, flags, payload, ended, answered] of ends) {
      const tap = new Tap();
      tap.all(request, 5);
      const offset = fromServer ? 1 : 7;
      const view = tap.see(tcpFrame(endpoints, { fromServer, flags, offset, acknowledged: 7 }, bytesOf(payload)));
      assert.equal(view?.result, MESSAGE_ENDED);
      assert.deepEqual([view?.bytes, view?.suspicion], ['QUIT\r\n', 5]);
      assert.deepEqual([view?.ended, view?.answered], [ended, answered], `flags ${flags}`);
    }
  });

  it('is nobody’s concern otherwise', () => {
    const tap = new Tap();
    tap.all(request);
    const answer = tcpFrame(
      endpoints,
      { fromServer: true, flags: 25, offset: 1, acknowledged: 7 },
      bytesOf('221 bye\r\n'),
    );
    assert.equal(tap.see(answer), undefined);
    tap.flows.releaseAll();
    assert.deepEqual(tap.flows.released, []);
  });
});

/** A client's connection as the table showed it. Every view must begin as what was sent, and repeat none of it as new. */
function follow(tap: Tap, sent: string, frames: readonly DeliveredFrame[], suspicion: number): View[] {
  const views: View[] = [];
  let shown = 0;
  for (const { frame } of frames) {
    const view = tap.see(frame, suspicion);
    if (view === undefined) continue;
    assert.ok(sent.startsWith(view.bytes), `${JSON.stringify(view.bytes)} was never sent`);
    if (view.result === CLIENT_BYTES) {
      assert.ok(view.old === shown && view.bytes.length > shown, `${view.old} of ${view.bytes.length} after ${shown}`);
      shown = view.bytes.length;
    }
    assert.equal(view.bytes.length, shown);
    views.push(view);
  }
  return views;
}

describe('a client’s bytes', () => {
  const sent = anyPayload;

  it('are those that were sent, from the first on, whatever the delivery', () => {
    fc.assert(
      fc.property(sent, anyDelivery, fc.constantFrom(0, 3), (payload, delivery, suspicion) => {
        const tap = new Tap();
        const text = Buffer.from(payload).toString('latin1');
        const views = follow(tap, text, deliver(payload, delivery, 25), suspicion);
        const kept = text.slice(0, flowDepth);
        assert.equal(views.at(-1)?.bytes ?? '', kept);
        assert.ok(views.every(({ atStart }) => atStart));

        // A FIN may overtake what it ends: then the end is told when all is there, or never, and the flow is handed over.
        const ends = views.filter(({ ended, bytes }) => ended || bytes.length === flowDepth);
        const inOrder = delivery.close !== 'none' && delivery.moves.length === 0;
        assert.ok(ends.length <= 1 || suspicion === 0);
        if (suspicion !== 0 && text.length > 0) {
          if (inOrder || text.length >= flowDepth) assert.equal(ends.length, 1);
          if (delivery.close === 'none' && text.length < flowDepth) assert.equal(ends.length, 0);
          assert.ok(views.slice(1).every((view) => view.suspicion === suspicion));
        }
        tap.flows.releaseAll();
        const waiting = suspicion !== 0 && ends.length === 0 && text.length > 0;
        assert.deepEqual(
          tap.flows.released.map(({ bytes }) => Buffer.from(bytes).toString('latin1')),
          waiting ? [kept] : [],
        );
        const { gaps, evicted, segmentsDropped, memoryExhausted } = tap.flows.counters();
        assert.deepEqual([gaps, evicted, segmentsDropped, memoryExhausted], [0, 0, 0, 0]);
        tap.close();
      }),
      { numRuns: 200 },
    );
  });

  it('are taken from the first of two segments that differ', () => {
    // A stream cipher of two texts: what arrives first at each place counts, so a second connection's bytes never show.
    fc.assert(
      fc.property(sent, anyDelivery, (payload, delivery) => {
        const frames = deliver(payload, { ...delivery, opening: 'handshake' }, 25);
        const later = deliver(
          payload.map((byte) => byte ^ 0x80),
          { ...delivery, opening: 'handshake' },
          25,
        );
        // Each segment is followed by its like with other bytes.
        const mixed = frames.flatMap((frame, index) => [frame, later[index] as DeliveredFrame]);
        const tap = new Tap();
        const views = follow(tap, Buffer.from(payload).toString('latin1'), mixed, 0);
        assert.equal(views.at(-1)?.bytes.length ?? 0, Math.min(payload.length, flowDepth));
        tap.close();
      }),
      { numRuns: 100 },
    );
  });

  it('are shown in the reverse order, too, of single bytes up to the depth', () => {
    const payload = Uint8Array.from({ length: flowDepth }, (_, index) => index % 251);
    const cuts = new Array<number>(flowDepth - 1).fill(1);
    const order = Array.from({ length: flowDepth }, (_, index) => flowDepth - 1 - index);
    const tap = new Tap();
    const views = tap.all(tcpConversation(endpoints, payload, { cuts, order }));
    assert.deepEqual(
      views.map(({ bytes }) => bytes),
      [Buffer.from(payload).toString('latin1')],
    );
    assert.equal(tap.flows.counters().segmentsDropped, 0);
  });

  it('go on behind a hole that the target has acknowledged', () => {
    const tap = new Tap();
    tap.all(tcpConversation(endpoints, bytesOf('before'), { close: false }), 9);
    assert.equal(tap.see(tcpFrame(endpoints, { flags: 24, offset: 100 }, bytesOf('behind'))), undefined);
    const view = tap.see(
      tcpFrame(endpoints, { fromServer: true, flags: 24, offset: 1, acknowledged: 106 }, bytesOf('ok')),
    );
    assert.deepEqual([view?.bytes, view?.old, view?.atStart], ['behind', 0, false]);
    // The packet is the server's; the bytes are not.
    assert.deepEqual([view?.result, tap.flows.origin?.destinationPort], [BEHIND_HOLE, 25]);
    assert.equal(tap.flows.counters().gaps, 1);
    assert.deepEqual(
      tap.flows.released.map(({ suspicion, bytes, ended }) => [suspicion, Buffer.from(bytes).toString(), ended]),
      [[9, 'before', false]],
    );
  });

  it('are handed over at the end of the capture where the hole before them was never filled', () => {
    const tap = new Tap();
    tap.all(tcpHandshake(endpoints));
    for (const [offset, text] of [
      [100, 'one '],
      [104, 'run'],
      [102, 'e ru'],
      [200, 'another'],
    ] as const) {
      tap.see(tcpFrame(endpoints, { flags: 24, offset }, bytesOf(text)));
    }
    tap.flows.releaseAll();
    const runs = tap.flows.released.map(({ bytes, origin }) => [
      Buffer.from(bytes).toString(),
      origin?.destinationPort,
    ]);
    assert.deepEqual(runs, [
      ['one run', 25],
      ['another', 25],
    ]);
  });
});

describe('datagrams', () => {
  const dns = { ...endpoints, targetPort: 53 };

  it('of the client are shown, those of the server are not', () => {
    const { flows } = new Tap();
    const decoder = new PacketDecoder();
    const accept = (frame: Uint8Array) => {
      decoder.decode(frame, 0, frame.length, 1, 0, 0);
      return flows.accept(decoder.packet);
    };
    assert.equal(accept(udpFrame(dns, bytesOf('question'))), DATAGRAM);
    assert.equal(flows.established, false);
    assert.equal(accept(udpFrame(dns, bytesOf('answer'), true)), NOTHING);
    assert.equal(accept(udpFrame(dns, bytesOf('question'))), DATAGRAM);
    assert.equal(flows.established, true);
  });

  it('are shown up to the depth', () => {
    const { flows } = new Tap();
    const decoder = new PacketDecoder();
    let shown = 0;
    for (let index = 0; index < 100; index++) {
      const frame = udpFrame(dns, new Uint8Array(1000));
      decoder.decode(frame, 0, frame.length, 1, 0, 0);
      if (flows.accept(decoder.packet) === DATAGRAM) shown += 1000;
    }
    assert.ok(shown >= flowDepth && shown < flowDepth + 1000, `${shown}`);
  });
});

describe('a suspicion that waits for nothing more', () => {
  for (const [flags, name] of [
    [17, 'FIN'],
    [4, 'RST'],
  ] as const) {
    it(`is still told of the client’s ${name}, so that it can be forgotten`, () => {
      const tap = new Tap();
      tap.all(tcpConversation(endpoints, bytesOf('EHLO me\r\n'), { close: false }), 9);
      tap.flows.suspect(9, false);
      const view = tap.see(tcpFrame(endpoints, { flags, offset: 10 }));
      assert.deepEqual([view?.result, view?.suspicion, view?.ended], [MESSAGE_ENDED, 9, true]);
    });
  }
});

describe('bounds', () => {
  it('hold for any flags, numbers and sizes', () => {
    const hostile = fc.record({
      client: fc.nat({ max: 5 }),
      fromServer: fc.boolean(),
      flags: fc.nat({ max: 255 }),
      offset: fc.oneof(
        fc.nat({ max: 20_000 }),
        fc.integer({ min: 0, max: 0xffffffff }),
        fc.constantFrom(0, 1, 2, 1 << 20),
      ),
      acknowledged: fc.oneof(fc.nat({ max: 20_000 }), fc.integer({ min: 0, max: 0xffffffff })),
      size: fc.oneof(fc.constant(0), fc.nat({ max: 100 }), fc.nat({ max: 9000 })),
      port: fc.constantFrom(25, 25, 50_000),
      seconds: fc.oneof(fc.constant(0), fc.integer({ min: -100_000, max: 100_000 })),
      suspect: fc.constantFrom(0, 0, 1, 77),
    });
    const zeros = new Uint8Array(9000);
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 100, size: 'max' }), (packets) => {
        const tap = new Tap();
        for (const { client, size, port, seconds, suspect, ...options } of packets) {
          const ends = { ...endpoints, sourcePort: 40_000 + client, targetPort: port };
          tap.pass(seconds);
          tap.see(tcpFrame(ends, options, zeros.subarray(0, size)), suspect);
          for (const { bytes } of tap.flows.released.splice(0)) assert.ok(bytes.length <= 1 << 21);
        }
        tap.flows.releaseAll();
        assert.ok(tap.flows.counters().seen <= packets.length);
        tap.close();
      }),
      { numRuns: 150 },
    );
  });

  it('the memory for segments out of order, also for a single flow', () => {
    const tap = new Tap();
    tap.all(tcpHandshake(endpoints));
    const large = new Uint8Array(60_000);
    // Of each, as much is held as the depth goes.
    const most = Math.floor(heldBytes / flowDepth);
    for (let index = 0; index < 2 * most; index++) {
      tap.see(tcpFrame(endpoints, { flags: 24, offset: 2 }, large));
    }
    const { segmentsDropped } = tap.flows.counters();
    assert.ok(segmentsDropped >= most && segmentsDropped < 2 * most - most / 2, `${segmentsDropped}`);
  });

  it('no more flows than places, whoever floods', () => {
    const { flows } = new Tap();
    const packet = new Packet();
    Object.assign(packet, {
      ipVersion: 4,
      protocol: 6,
      destination0: 7,
      destinationPort: 80,
      bytes: new Uint8Array(1),
    });
    const flood = flowCapacity + (flowCapacity >> 2);
    for (const [tcpFlags, payloadEnd, expected] of [
      [2, 0, NOTHING],
      [24, 1, CLIENT_BYTES],
    ] as const) {
      let shown = 0;
      const before = flows.counters().seen;
      for (let index = 0; index < flood; index++) {
        packet.source0 = Math.imul(index, 0x9e3779b1);
        packet.sourcePort = 40_000 + (index & 0x3fff);
        packet.sequence = tcpFlags === 2 ? index : index + 1;
        Object.assign(packet, { tcpFlags, payloadEnd });
        if (flows.accept(packet) === CLIENT_BYTES) {
          shown++;
          flows.settle();
        }
      }
      assert.ok(flows.capacity <= flowCapacity, `${flows.capacity}`);
      if (expected === NOTHING) {
        assert.equal(shown, 0);
      } else {
        // Each said one byte: either it was shown, or there was no memory for it. A few share their hash with another.
        const { seen, memoryExhausted } = flows.counters();
        assert.ok(shown + memoryExhausted > 0.999 * flood && shown + memoryExhausted <= flood);
        assert.ok(seen - before > 0.999 * flood && seen - before <= flood);
      }
    }
    const { evicted } = flows.counters();
    assert.ok(evicted >= 0.999 * flood - flowCapacity, `${evicted}`);
    assert.deepEqual(flows.released, []);
  });

  it('no more memory than allowed for bytes that are kept', () => {
    const { flows } = new Tap();
    const bytes = new Uint8Array(4200);
    const packet = new Packet();
    Object.assign(packet, { ipVersion: 4, protocol: 6, tcpFlags: 24, destination0: 7, destinationPort: 80 });
    Object.assign(packet, { bytes, payloadEnd: bytes.length });
    const wanted = Math.ceil(keptBytes / 8192) + 1000;
    let shown = 0;
    for (let index = 0; index < wanted; index++) {
      packet.source0 = index;
      packet.sourcePort = 40_000;
      if (flows.accept(packet) === CLIENT_BYTES && flows.end - flows.start === bytes.length) shown++;
      flows.settle();
    }
    const { memoryExhausted } = flows.counters();
    assert.equal(shown + memoryExhausted, wanted);
    assert.equal(memoryExhausted, 1000);
  });

  it('no more memory than allowed for segments out of order', () => {
    const tap = new Tap();
    const payload = new Uint8Array(1400);
    const fit = Math.floor(heldBytes / heldBlock / Math.ceil((1400 + 20) / (heldBlock - 4)));
    const wanted = 2 * fit;
    for (let index = 0; index < wanted; index++) {
      const ends = { ...endpoints, source: `10.1.${(index >> 2) >> 8}.${(index >> 2) & 255}` };
      if (index % 4 === 0) tap.see(tcpFrame(ends, { flags: 2, offset: 0 }));
      tap.see(tcpFrame(ends, { flags: 24, offset: 100 + 1400 * (index % 4) }, payload));
    }
    assert.equal(tap.flows.counters().segmentsOutOfOrder, wanted);
    tap.flows.releaseAll();
    const bytes = tap.flows.released.reduce((sum, { bytes: { length } }) => sum + length, 0);
    assert.ok(bytes < heldBytes && bytes > heldBytes / 2, `${bytes}`);
    // The oldest flow gives way, with all of its four.
    assert.ok(bytes / 1400 <= fit && bytes / 1400 > fit - 4, `${bytes / 1400} of ${fit}`);
    assert.equal(bytes / 1400 + tap.flows.counters().segmentsDropped, wanted);
  });
});
