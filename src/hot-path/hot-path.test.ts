import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CaptureReader, FRAME, NEED_BYTES } from '../capture/capture-reader.ts';
import { Engine } from '../engine.ts';
import {
  flowCapacity,
  fragmentedDatagrams,
  fragmentMemory,
  heldBytes,
  heldFlows,
  keptBytes,
  reassembledKept,
  rememberedHeaders,
} from '../limits.ts';
import { protocols } from '../protocol/protocols.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import { bytesOf, type Endpoints, icmpFrame, tcpFrame, udpFrame } from '../testing/frames.ts';
import * as layout from './assembly/layout.ts';
import { type Captured, captureInMemory } from './capture-in-memory.test.helper.ts';
import { settledBy } from './settled.test.helper.ts';

const catalogue = loadCatalogue();

/** All that the engine tells of a capture. */
function seen(records: readonly Captured[], byRecords: boolean) {
  const evidence: string[] = [];
  const engine = new Engine(
    catalogue,
    protocols,
    ({ signature, time, source, sourcePort, target, targetPort, spoofable, bytes, matchStart }) => {
      const text = Buffer.from(bytes).toString('latin1');
      evidence.push(
        `${signature.id} ${time} ${source}:${sourcePort} ${target}:${targetPort} ${spoofable} ${matchStart} ${text}`,
      );
    },
    7,
  );
  const reader = new CaptureReader(captureInMemory(records), { filter: byRecords ? engine : undefined });
  for (;;) {
    const result = reader.next();
    if (result === FRAME) {
      const { window, frameStart, frameEnd, linkType, seconds, microseconds } = reader;
      engine.frame(window, frameStart, frameEnd, linkType, seconds, microseconds);
    } else if (result === NEED_BYTES) {
      reader.refill();
    } else {
      break;
    }
  }
  engine.finish();
  const { decoding, decoder, flows } = engine;
  const settled = settledBy(engine);
  const told = {
    evidence,
    search: { ...engine.count() },
    decoding,
    fragments: { ...decoder.fragmentCounters },
    flows: flows.counters(),
    settled,
  };
  engine.close();
  return told;
}

const sayings = [
  'EHLO nmap.scanme.org\r\n',
  'GET / HTTP/1.0\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)\r\n\r\n',
  'USER a\r\n',
  'PASS IEUser@\r\n',
  '\x03\x00\x00\x0b\x06\xe0\x00\x00\x00\x00\x00',
  'SSH-2.0-Nmap-SSH2-Hostkey\r\n',
  'x'.repeat(1400),
  '',
];

/** A few clients and servers, so that flows meet again, in IPv4, IPv6 and a VLAN. */
const anyEndpoints: fc.Arbitrary<Endpoints> = fc
  .record({
    client: fc.integer({ min: 1, max: 2 }),
    sourcePort: fc.constantFrom(40_000, 40_001, 53),
    targetPort: fc.constantFrom(21, 25, 80, 3389, 45_000),
    kind: fc.constantFrom('IPv4', 'IPv4', 'IPv6', 'VLAN'),
  })
  .map(({ client, sourcePort, targetPort, kind }) => ({
    source: kind === 'IPv6' ? `fd00::${client}` : `10.0.0.${client}`,
    target: kind === 'IPv6' ? 'fd00::9' : '10.0.0.9',
    sourcePort,
    targetPort,
    ...(kind === 'VLAN' && { vlan: 7 }),
  }));

const anyPayload = fc.oneof(
  fc.constantFrom(...sayings).map(bytesOf),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Uint8Array.from(bytes)),
);

const anySegment = fc
  .record({
    endpoints: anyEndpoints,
    fromServer: fc.boolean(),
    flags: fc.constantFrom(2, 2, 18, 16, 24, 24, 24, 24, 17, 25, 4, 20, 0, 41),
    offset: fc.constantFrom(0, 1, 1, 1, 7, 9, 23, 1401, 70_000, 5_000_000),
    payload: anyPayload,
  })
  .map(({ endpoints, payload, ...options }) => tcpFrame(endpoints, options, payload));

const anyDatagram = fc
  .record({ endpoints: anyEndpoints, fromServer: fc.boolean(), payload: anyPayload })
  .map(({ endpoints, payload, fromServer }) => udpFrame(endpoints, payload, fromServer));

const anyEcho = fc
  .record({ endpoints: anyEndpoints, type: fc.constantFrom(0, 3, 8, 13), payload: anyPayload })
  .filter(({ endpoints }) => !endpoints.source.includes(':'))
  .map(({ endpoints, type, payload }) => icmpFrame(endpoints, type, payload));

/** A frame with a byte changed, or cut short. */
const anyBrokenFrame = fc
  .record({ frame: fc.oneof(anySegment, anyDatagram), at: fc.nat(60), byte: fc.nat(255), length: fc.nat(90) })
  .map(({ frame, at, byte, length }) => {
    const broken = Uint8Array.from(frame).subarray(0, Math.max(14, length));
    broken[at % broken.length] = byte;
    return broken;
  });

/** The same frame inside GRE (RFC 2784), or IPv4 in IPv4 (RFC 2003). */
const anyTunnel = fc.record({ frame: anySegment, gre: fc.boolean() }).map(({ frame, gre }) => {
  const type = (frame[12]! << 8) | frame[13]!;
  if (type !== 0x0800) return frame;
  const inner = frame.subarray(14);
  const header = gre ? Uint8Array.of(0, 0, 8, 0) : new Uint8Array(0);
  const outer = new Uint8Array(34 + header.length + inner.length);
  outer.set(frame.subarray(0, 34));
  new DataView(outer.buffer).setUint16(16, outer.length - 14);
  outer[23] = gre ? 47 : 4;
  outer.set(header, 34);
  outer.set(inner, 34 + header.length);
  return outer;
});

const anyRecord: fc.Arbitrary<Captured> = fc
  .record({
    frame: fc.oneof(
      { weight: 12, arbitrary: anySegment },
      { weight: 3, arbitrary: anyDatagram },
      { weight: 1, arbitrary: anyEcho },
      { weight: 2, arbitrary: anyBrokenFrame },
      { weight: 1, arbitrary: anyTunnel },
    ),
    pause: fc.constantFrom(0, 0, 0, 0, 1, 3, 40, 400),
    cut: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 5),
  })
  .map(({ frame, pause, cut }) => ({ frame, seconds: pause, cut: Math.min(cut, frame.length) }));

/** Pauses become times. */
function timed(records: readonly Captured[]): Captured[] {
  let now = 1_700_000_000;
  return records.map((record) => {
    now += record.seconds;
    return { ...record, seconds: now };
  });
}

describe('the hot path', () => {
  it('takes usual records by itself', () => {
    const endpoints = { source: '10.0.0.1', target: '10.0.0.2', sourcePort: 40_000, targetPort: 80 };
    const frames = [
      tcpFrame(endpoints, { flags: 2, offset: 0 }),
      tcpFrame(endpoints, { fromServer: true, flags: 18, offset: 0 }),
      tcpFrame(endpoints, { flags: 16, offset: 1 }),
      tcpFrame(endpoints, { flags: 24, offset: 1 }, bytesOf('POST /news HTTP/1.1\r\nHost: a.example\r\n\r\n')),
      tcpFrame(endpoints, { fromServer: true, flags: 24, offset: 1 }, bytesOf('HTTP/1.1 200 OK\r\n\r\n')),
      tcpFrame(endpoints, { flags: 17, offset: 40 }),
    ];
    const records = [...frames, ...frames].map((frame) => ({ frame, seconds: 1_700_000_000 }));
    const { settled, evidence } = seen(records, true);
    assert.equal(evidence.length, 0);
    assert.equal(settled, records.length);
  });

  it('tells the engine of what has a literal', () => {
    const endpoints = { source: '10.0.0.1', target: '10.0.0.2', sourcePort: 40_000, targetPort: 25 };
    const frames = [
      tcpFrame(endpoints, { flags: 2, offset: 0 }),
      tcpFrame(endpoints, { fromServer: true, flags: 18, offset: 0 }),
      tcpFrame(endpoints, { flags: 24, offset: 1 }, bytesOf('EHLO nmap.sc')),
      tcpFrame(endpoints, { flags: 24, offset: 13 }, bytesOf('anme.org\r\n')),
    ];
    const records = frames.map((frame) => ({ frame, seconds: 1_700_000_000 }));
    const { evidence } = seen(records, true);
    assert.deepEqual(
      evidence.map((line) => line.split(' ')[0]),
      ['smtp-ehlo-scanme'],
    );
  });

  it('says and counts the same as frame by frame, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { minLength: 20, maxLength: 400 }), (records) => {
        const all = timed(records);
        const { settled: none, ...slow } = seen(all, false);
        const { settled, ...fast } = seen(all, true);
        assert.deepEqual(fast, slow);
        assert.equal(none, 0);
      }),
      { numRuns: 100, interruptAfterTimeLimit: 20_000 },
    );
  });

  it('has room for every table', () => {
    const { BUCKETS, DATAGRAMS, FRAGMENT_BLOCKS, FRAGMENT_CHAINS, HEADERS, HELD_BLOCKS, HELD_FLOWS, KEPT } = layout;
    const { LITERALS, MEMORY_BYTES, REASSEMBLED, RECORDS } = layout;
    // Eight flows share a line of 64 bytes, and each has a record of 32.
    assert.ok(BUCKETS + flowCapacity * 8 <= RECORDS);
    assert.ok(RECORDS + flowCapacity * 32 <= KEPT);
    assert.ok(KEPT + keptBytes <= HEADERS);
    assert.ok(HEADERS + rememberedHeaders * 20 <= HELD_FLOWS);
    assert.ok(HELD_FLOWS + heldFlows * 128 <= HELD_BLOCKS);
    assert.ok(HELD_BLOCKS + heldBytes <= FRAGMENT_CHAINS);
    assert.ok(DATAGRAMS + fragmentedDatagrams * 256 <= FRAGMENT_BLOCKS);
    // A bit for each eight bytes.
    assert.ok(FRAGMENT_BLOCKS + fragmentMemory + fragmentMemory / 64 <= REASSEMBLED);
    assert.ok(REASSEMBLED + reassembledKept * 0x1_1000 <= LITERALS);
    assert.equal(MEMORY_BYTES % 65_536, 0);
  });
});
