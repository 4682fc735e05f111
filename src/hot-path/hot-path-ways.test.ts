import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CaptureReader, FRAME, NEED_BYTES } from '../capture/capture-reader.ts';
import type { FrameFilter } from '../capture/frame-source.ts';
import { Engine } from '../engine.ts';
import { flowCapacity, flowCapacityAtStart, flowDepth, handshakes, keptBytes, rememberedHeaders } from '../limits.ts';
import { protocols } from '../protocol/protocols.ts';
import type { CompiledSignature } from '../signature/compile-signatures.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import { bytesOf, type Endpoints, icmpFrame, tcpFrame, udpFrame } from '../testing/frames.ts';
import {
  BUCKET_SHIFT,
  CUT_LITERAL,
  HAS_CHUNK,
  HELD_FLOW,
  KEPT_FREE,
  PLACES,
  RECORD_SHIFT,
  SIZE_CLASSES,
  SPREAD,
} from './assembly/flow-record.ts';
import * as layout from './assembly/layout.ts';
import { type Captured, captureInMemory } from './capture-in-memory.test.helper.ts';
import { HotPath } from './hot-path.ts';
import { hotPathOf } from './settled.test.helper.ts';

const catalogue = loadCatalogue();
const seed = 7;

/** The same tables whichever way the packets came in: every place, deadline and record, and the bytes that each flow keeps. */
function tablesOf(engine: Engine) {
  const hotPath = hotPathOf(engine);
  const capacity = hotPath.functions.capacity();
  const words = (at: number, count: number): Int32Array => new Int32Array(hotPath.bytes.buffer, at, count);
  const buckets = words(layout.BUCKETS, capacity * 2);
  const records = words(layout.RECORDS, capacity << RECORD_SHIFT);
  const live: unknown[] = [];
  for (let place = 0; place < capacity; place++) {
    const at = ((place / PLACES) << BUCKET_SHIFT) + (place % PLACES);
    if (buckets[at] === 0) continue;
    const record = place << RECORD_SHIFT;
    const [high, flags, next, base, offset, suspicion] = records.subarray(record, record + HELD_FLOW);
    const kept = Math.min((next! - base!) | 0, flowDepth);
    const chunk = (flags! & HAS_CHUNK) === 0 ? '' : hotPath.kept.subarray(offset, offset! + kept);
    const bytes = Buffer.from(chunk as Uint8Array).toString('latin1');
    const [held, cut] = records.subarray(record + HELD_FLOW, record + CUT_LITERAL + 1);
    live.push(
      [place, buckets[at], buckets[at + PLACES], high, flags, next, base, offset, suspicion, held, cut, bytes].join(
        ' ',
      ),
    );
  }
  return {
    capacity,
    live,
    handshakes: Array.from(words(layout.HANDSHAKES, handshakes * 4)),
    kept: Array.from(words(layout.KEPT_STATE, KEPT_FREE + SIZE_CLASSES)),
    incomplete: [hotPath.functions.incompleteDatagrams(), hotPath.functions.incompleteBytes()],
  };
}

function countersOf(engine: Engine) {
  return {
    ...engine.count(),
    ...engine.decoding,
    fragments: { ...engine.decoder.fragmentCounters },
    flows: engine.flows.counters(),
  };
}

/** By records of the window; frame by frame, which stand in the window; or decoded by TypeScript. */
type Way = 'records' | 'frames' | 'decoded';

function filterOf(engine: Engine, way: Way): FrameFilter | undefined {
  if (way === 'decoded') return undefined;
  return way === 'records' ? engine : { window: engine.window, run: (position) => position };
}

/** What is done to all engines: before the first frame, and when the capture reaches a second. */
interface Interference {
  readonly prepare?: (engine: Engine) => void;
  readonly atSecond?: readonly [second: number, act: (engine: Engine) => void];
}

function run(
  captured: readonly Captured[],
  way: Way,
  { prepare, atSecond }: Interference,
  signatures: readonly CompiledSignature[] = catalogue,
) {
  const evidence: string[] = [];
  const engine = new Engine(
    signatures,
    protocols,
    ({ signature, time, source, sourcePort, target, targetPort, spoofable, bytes }) => {
      const text = Buffer.from(bytes).toString('latin1');
      evidence.push(`${signature.id} ${time} ${source}:${sourcePort} ${target}:${targetPort} ${spoofable} ${text}`);
    },
    seed,
  );
  prepare?.(engine);
  const reader = new CaptureReader(captureInMemory(captured), { filter: filterOf(engine, way) });
  let acted = false;
  const act = (second: number): void => {
    if (acted || atSecond === undefined || second < atSecond[0]) return;
    acted = true;
    atSecond[1](engine);
  };
  // What it takes by itself is not seen here.
  engine.onSecond = act;
  for (;;) {
    const result = reader.next();
    if (result === NEED_BYTES) reader.refill();
    else if (result === FRAME) {
      const { window, frameStart, frameEnd, linkType, seconds, microseconds } = reader;
      act(seconds);
      engine.frame(window, frameStart, frameEnd, linkType, seconds, microseconds);
    } else break;
  }
  const tables = tablesOf(engine);
  engine.finish();
  const hotPath = hotPathOf(engine);
  const settled = hotPath.count('frames');
  return { told: { evidence, tables, counters: countersOf(engine) }, settled, hotPath };
}

/** All ways come to the same; gives that, and how many frames the hot path took by itself. */
function both(captured: readonly Captured[], interference: Interference = {}) {
  const fast = run(captured, 'records', interference);
  const single = run(captured, 'frames', interference);
  const slow = run(captured, 'decoded', interference);
  assert.deepEqual(single.told, fast.told);
  single.hotPath.close();
  assert.deepEqual(fast.told.counters, slow.told.counters);
  assert.deepEqual(fast.told.evidence, slow.told.evidence);
  assert.equal(fast.told.tables.live.length, slow.told.tables.live.length);
  const other = fast.told.tables.live.findIndex((line, index) => line !== slow.told.tables.live[index]);
  assert.equal(fast.told.tables.live[other], slow.told.tables.live[other]);
  assert.deepEqual(fast.told.tables, slow.told.tables);
  fast.hotPath.close();
  slow.hotPath.close();
  return { ...slow.told, settled: fast.settled };
}

/** Numbers below `bound` that look random and are the same each time (mulberry32). */
function dice(start: number): (bound: number) => number {
  let state = start;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let hash = Math.imul(state ^ (state >>> 15), state | 1);
    hash ^= hash + Math.imul(hash ^ (hash >>> 7), hash | 61);
    return ((hash ^ (hash >>> 14)) >>> 0) % bound;
  };
}

const sayings = [
  'GET / HTTP/1.1\r\nHost: a.example\r\nUser-Agent: Mozilla/5.0 (compatible; Nmap Scripting Engine; ',
  'https://nmap.org/book/nse.html)\r\n\r\n',
  'EHLO nmap.sc',
  'anme.org\r\n',
  'SSH-2.0-Nmap-SSH2-Hostkey\r\n',
  'POST /news HTTP/1.1\r\nHost: a.example\r\n\r\n',
  'a',
  'y'.repeat(130),
  'z'.repeat(513),
  'w'.repeat(1400),
  'v'.repeat(4000),
].map(bytesOf);

const clients = ['10.0.0.1', '10.7.0.2', 'fd00::1', '2001:db8:1:2:3:4:5:6', '192.168.200.1'];

interface Mix {
  readonly frames: number;
  readonly sourcePorts: number;
  /** Instead of any client and port. */
  readonly sources?: readonly Pick<Endpoints, 'source' | 'sourcePort'>[];
  readonly start: number;
  /** Seconds between frames now and then; negative: the clock steps back. */
  readonly pauses: readonly number[];
  /** One frame in so many has a byte changed in its headers. 0: none. */
  readonly broken: number;
}

function traffic(start: number, { frames, sourcePorts, sources, start: begin, pauses, broken }: Mix): Captured[] {
  const roll = dice(start);
  const pick = <T>(list: readonly T[]): T => list[roll(list.length)] as T;
  /** What each client has said so far, so that its bytes are mostly in order. */
  const said = new Map<string, number>();
  const captured: Captured[] = [];
  let now = begin;
  while (captured.length < frames) {
    const { source, sourcePort } =
      sources === undefined ? { source: pick(clients), sourcePort: 40_000 + roll(sourcePorts) } : pick(sources);
    const endpoints: Endpoints = {
      source,
      target: source.includes(':') ? 'fd00::9' : '10.0.0.9',
      sourcePort,
      targetPort: sources === undefined ? pick([22, 25, 80, 80, 45_000, 53]) : 80,
      ...(roll(5) === 0 && { vlan: 7 }),
    };
    const key = `${source} ${endpoints.sourcePort} ${endpoints.targetPort}`;
    const offset = said.get(key) ?? 1;
    const add = (frame: Uint8Array): void => {
      if (roll(30) === 0) now += pick(pauses);
      const changed = broken > 0 && roll(broken) === 0 ? breakOne(frame, roll) : frame;
      const sent = roll(6) === 0 ? wrapped(changed, roll) : changed;
      const cut = roll(40) === 0 ? Math.min(roll(60), sent.length - 1) : 0;
      const pieces = roll(20) === 0 ? fragmented(sent, roll) : [sent];
      for (const piece of pieces)
        captured.push({ frame: piece, seconds: now, cut: pieces.length > 1 ? 0 : Math.min(cut, piece.length - 1) });
    };
    const kind = roll(20);
    if (kind < 3) {
      add(tcpFrame(endpoints, { flags: 2, offset: 0 }));
      if (roll(3) > 0) add(tcpFrame(endpoints, { fromServer: true, flags: 18, offset: 0 }));
      said.set(key, 1);
    } else if (kind < 13) {
      const payload = pick(sayings);
      const shift = roll(8) === 0 ? pick([-1, -7, -1400, 1, 9, 1400, 70_000, 3_000_000]) : 0;
      const flags = roll(12) === 0 ? pick([17, 25, 4, 20, 0, 41]) : 24;
      add(tcpFrame(endpoints, { flags, offset: offset + shift }, payload));
      if (shift === 0) said.set(key, offset + payload.length);
    } else if (kind < 15) {
      const flags = roll(6) === 0 ? pick([17, 20, 4]) : 24;
      const acknowledged = roll(4) === 0 ? offset + 5000 : offset;
      add(tcpFrame(endpoints, { fromServer: true, flags, offset: 1 + roll(9), acknowledged }, pick(sayings)));
    } else if (kind < 16) {
      add(tcpFrame(endpoints, { flags: pick([16, 17, 20, 1]), offset }));
    } else if (kind < 19) {
      add(udpFrame(endpoints, roll(6) === 0 ? new Uint8Array(0) : pick(sayings), roll(3) === 0));
    } else {
      const types = source.includes(':') ? [128, 129, 1, 135] : [8, 0, 3, 11, 13];
      add(icmpFrame(endpoints, pick(types), pick(sayings)));
    }
  }
  return captured;
}

function breakOne(frame: Uint8Array, roll: (bound: number) => number): Uint8Array {
  const broken = Uint8Array.from(frame);
  const values = [0, 1, 2, 4, 5, 6, 17, 41, 47, 51, 58, 88, 89, 103, 0x45, 0x46, 0x60, 0x80, 0xff, roll(256)];
  for (let times = 0; times <= roll(2); times++) broken[12 + roll(70)] = values[roll(values.length)]!;
  return broken.subarray(0, roll(5) === 0 ? Math.max(14, roll(broken.length)) : broken.length);
}

/** In one or several tunnels or tags, or with bytes behind the packet's end. */
function wrapped(frame: Uint8Array, roll: (bound: number) => number): Uint8Array {
  const type = (frame[12]! << 8) | frame[13]!;
  const inner = frame.subarray(14);
  if (type !== 0x0800 && type !== 0x86dd) return Uint8Array.from([...frame, 0, 0, 0, 0]);
  const isIpv6 = type === 0x86dd;
  const padded = roll(4) === 0 ? [1, 2, 3, 4] : [];
  switch (roll(18)) {
    case 10: {
      // GTP-U (3GPP TS 29.281): plain, with a number, with extension headers, with something that makes it no user's packet.
      const header = pickOf(users, roll);
      const length = header.length - 8 + inner.length - (roll(8) === 0 ? 1 : 0);
      const payload = Buffer.concat([header, inner]);
      payload.set([length >> 8, length & 255], 2);
      return udpFrame(
        { source: '10.9.0.1', target: '10.9.0.2', sourcePort: 50_000 + roll(9), targetPort: 2152 },
        payload,
      );
    }
    case 11: {
      // Teredo (RFC 4380): plain, with indications, with bytes behind the packet.
      const header = pickOf(
        [[], [0, 0, 1, 2, 3, 4, 5, 6], [0, 1, 1, 2, 7, 7, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 1]],
        roll,
      );
      const payload = Buffer.concat([Uint8Array.from(header), inner]);
      const ports = roll(2) === 0 ? [50_000, 3544] : [3544, pickOf([50_001, 4790, 2152, 4789], roll)];
      const [sourcePort, targetPort] = ports as [number, number];
      return udpFrame({ source: '10.9.0.1', target: '10.9.0.2', sourcePort, targetPort }, payload);
    }
    case 12: {
      // IPv6 with extension headers (RFC 8200 section 4), whole, too long, or of a fragment.
      if (!isIpv6 || inner.length < 40) return frame;
      const headers: number[] = [];
      let next = inner[6]!;
      for (let count = 1 + roll(3); count > 0; count--) {
        const kind = pickOf([0, 43, 44, 51, 60, 135, 139, 140, 59], roll);
        const length = kind === 51 ? 1 + 2 * roll(2) : roll(3);
        const words = kind === 51 ? length + 2 : kind === 44 ? 2 : 2 * (length + 1);
        const offset = kind === 44 && roll(3) === 0 ? [0, roll(2)] : [0, 0];
        const rest = [0, 0, 0, 9, ...new Array<number>(4 * words - 8).fill(1)];
        headers.unshift(next, roll(12) === 0 ? 255 : length, ...offset, ...rest);
        next = kind;
      }
      const packet = Buffer.concat([inner.subarray(0, 40), Uint8Array.from(headers), inner.subarray(40)]);
      const length = packet.length - 40 - (roll(8) === 0 ? roll(40) : 0);
      packet.set([length >> 8, length & 255, next], 4);
      return Buffer.concat([frame.subarray(0, 14), packet]);
    }
    case 13: {
      // LLC and SNAP (RFC 1042); and EtherTypes that mean something only in GRE.
      const points = pickOf(
        [
          [0xaa, 0xaa, 3, 0, 0, 0, frame[12]!, frame[13]!],
          [0xaa, 0xaa, 3, 0, 0, 0xf8, 8, 6],
          [0xaa, 0xaa, 3, 0, 0, 0xc, 0x20, 0],
          [0xaa, 0xaa, 3, 0, 0, 0, 1, 0],
          [0xaa, 0xaa, 3, 0, 0, 0, 0x88, 0x0b],
          [6, 6, 3],
          [0x42, 0x42, 3],
          [0xaa, 0xaa, 3],
        ],
        roll,
      );
      const body = Buffer.concat([Uint8Array.from(points), inner.subarray(0, roll(3) === 0 ? roll(8) : inner.length)]);
      const type = roll(4) === 0 ? 0x880b : Math.min(body.length, 1500);
      return Buffer.concat([frame.subarray(0, 12), Uint8Array.from([type >> 8, type & 255]), body]);
    }
    case 14: {
      // SCTP (RFC 9260), with chunks before the data, with none, or with lengths that are wrong.
      const chunks = Array.from({ length: 1 + roll(3) }, () => {
        const kind = pickOf([0, 64, 3, 1, 0], roll);
        const said = kind === 0 || kind === 64 ? pickOf(sayings, roll) : new Uint8Array(roll(9));
        const header = new Uint8Array(kind === 0 ? 16 : kind === 64 ? 20 : 4);
        const length = header.length + said.length + (roll(9) === 0 ? pickOf([-3, 5, 300], roll) : 0);
        header.set([kind, 3, (length >> 8) & 255, length & 255]);
        return Buffer.concat([header, said, new Uint8Array((4 - (said.length & 3)) & 3)]);
      });
      const header = Uint8Array.from([0x9c, roll(5), 0, 80, 0, 0, 0, 7, 0, 0, 0, 0]);
      return outer(Buffer.concat([header, ...chunks]), 132, roll(8) === 0 ? roll(20) : 0, roll(2) === 0);
    }
    case 15: {
      // Labels of MPLS (RFC 3032) before IP, Ethernet, a control word or something else; tags of ports and providers.
      const [etherType, ...tag] = pickOf(tags, roll);
      const below = pickOf([inner, frame, Buffer.concat([new Uint8Array(4), frame]), Uint8Array.of(0x50, 1)], roll);
      const header = [...frame.subarray(0, 12), etherType! >> 8, etherType! & 255, ...tag];
      if (etherType === 0x8847 || etherType === 0x8848) return Buffer.concat([Uint8Array.from(header), below]);
      const rest = etherType === 0x88e7 ? frame : frame.subarray(12, roll(6) === 0 ? 13 : frame.length);
      return Buffer.concat([Uint8Array.from(header), rest]);
    }
    case 16: {
      // An authentication header (RFC 4302), EtherIP (RFC 3378), MPLS (RFC 4023) and Ethernet (RFC 8986) in IP.
      const [number, ...header] = pickOf(carriers, roll);
      const isPacket = number === 51 || number === 137;
      const carried = Buffer.concat([Uint8Array.from(header), isPacket ? inner : frame]);
      if (number === 51) carried[0] = roll(6) === 0 ? 51 : isIpv6 ? 41 : 4;
      return outer(carried, number!, roll(8) === 0 ? roll(60) : 0, roll(2) === 0);
    }
    case 17: {
      // Lengths of 0: jumbograms (RFC 2675), segmentation offload; and lengths of UDP that are too short or too long.
      const zero = Uint8Array.from(frame);
      if (isIpv6 && zero.length >= 20) zero.set([0, 0], 18);
      const udp = isIpv6 ? 54 : 34;
      if (zero[isIpv6 ? 20 : 23] === 17 && zero.length > udp + 8 && roll(2) === 0) {
        zero.set(
          pickOf(
            [
              [0, 0],
              [0, 3],
              [0, 8],
              [0xff, 0xff],
            ],
            roll,
          ),
          udp + 4,
        );
      }
      return zero;
    }
    case 5:
      // Ethernet in GRE, or in ERSPAN of type I, II, or with a header of another version.
      return outer(Buffer.concat([pickOf(bridged, roll), frame, Uint8Array.from(padded)]), 47, 0, roll(3) === 0);
    case 6: {
      // VXLAN, GENEVE: plain, with options, with something that makes it none.
      const [port, header] = pickOf(overlays, roll);
      const payload = Buffer.concat([header, roll(5) === 0 ? inner : frame]);
      const ends = { source: '10.9.0.1', target: '10.9.0.2', sourcePort: 50_000 + roll(9), targetPort: port };
      return udpFrame(ends, payload);
    }
    case 7: {
      // PPP in GRE of version 0 or 1, with HDLC's two bytes or without, whole or compressed protocol numbers, or empty.
      const number = isIpv6 ? [0x57] : [0x21];
      const ppp = pickOf([[0xff, 3, 0, ...number], [0, ...number], number, [0xc0, 0x21], [2, 0x81], []], roll);
      const flags = pickOf(
        [
          [0x30, 1],
          [0x30, 0x81],
          [0x20, 1],
          [0, 0],
          [0x10, 0],
        ],
        roll,
      );
      const words = ((flags[0]! >> 5) & 1) + ((flags[0]! >> 4) & 1) + (flags[1]! >> 7);
      const gre = Uint8Array.from([...flags, 0x88, 0x0b, ...new Array<number>(4 * words).fill(0), ...ppp]);
      return outer(ppp.length === 0 ? gre : Buffer.concat([gre, inner]), 47, 0, false);
    }
    case 8: {
      // PPPoE (RFC 2516).
      const session = pickOf(
        [
          [0x11, 0],
          [0x11, 9],
          [0x12, 0],
        ],
        roll,
      );
      const header = [0x88, 0x64, ...session, 0, 1, 0, 0, 0, isIpv6 ? 0x57 : 0x21];
      return Buffer.concat([frame.subarray(0, 12), Uint8Array.from(header), inner]);
    }
    case 9: {
      // IPv4 with options, or with the length that segmentation offload leaves.
      if (isIpv6 || inner.length < 20) return frame;
      if (roll(2) === 0) return Uint8Array.from(frame, (byte, at) => (at === 16 || at === 17 ? 0 : byte));
      const words = 1 + roll(10);
      const total = ((inner[2]! << 8) | inner[3]!) + 4 * words;
      const header = Uint8Array.from(inner.subarray(0, 20));
      header.set([0x45 + words, 0, total >> 8, total & 255]);
      const options = new Uint8Array(4 * words).fill(1);
      return Buffer.concat([frame.subarray(0, 14), header, options, inner.subarray(20)]);
    }
    case 0:
      return Buffer.concat([frame, new Uint8Array(roll(20))]);
    case 1: {
      // VLAN tags.
      const tags = Array.from({ length: 1 + roll(10) }, () => [0x81, 0, 0, 7]).flat();
      return Buffer.concat([frame.subarray(0, 12), Uint8Array.from(tags), frame.subarray(12)]);
    }
    case 2: {
      // GRE (RFC 2784, RFC 2890), whose outer length may say less than there is.
      const flags = [0, 0x20, 0x30, 0x80, 0xb0, 0x40][roll(6)]!;
      const words = 4 * ((flags >> 7) + ((flags >> 5) & 1) + ((flags >> 4) & 1));
      const gre = Uint8Array.from([flags, 0, frame[12]!, frame[13]!, ...new Array<number>(words).fill(0)]);
      return outer(Buffer.concat([gre, inner]), 47, roll(8) === 0 ? roll(60) : 0, roll(2) === 0);
    }
    default:
      return outer(inner, isIpv6 ? 41 : 4, roll(8) === 0 ? roll(60) : 0, roll(2) === 0);
  }
}

const bridged = [
  [0, 0, 0x65, 0x58],
  [0x20, 0, 0x65, 0x58, 0, 0, 0, 9],
  [0, 0, 0x88, 0xbe],
  [0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0],
  [0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x20, 0, 0, 0, 0, 0, 0, 0],
  // ERSPAN type III, without and with eight bytes more, of an IP packet, of another version.
  [0, 0, 0x22, 0xeb, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  [0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
  [0, 0, 0x22, 0xeb, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0],
  [0, 0, 0x22, 0xeb, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  // What is in it is no packet; of version 1, only PPP is.
  [0x20, 1, 0, 1, 0, 0, 0, 9],
  [0x20, 1, 0x65, 0x58, 0, 0, 0, 9],
  [0, 0, 1, 0],
  [0, 0, 0x08, 0x06],
  [0, 0, 0x88, 0x3e],
  [0, 0, 0x88, 0x47],
].map((bytes) => Uint8Array.from(bytes));

const tags = [
  [0x8847, 0, 0, 1, 64],
  [0x8847, 0, 0, 0, 64, 0, 1, 1, 64],
  [0x8848, 0, 0, 0, 64, 0, 0, 0, 64, 0, 0, 1, 64],
  [0x8847, 0, 0, 0, 64],
  [0x8926, 0, 0, 0, 0],
  [0x893f, 0, 0, 0, 0, 0, 0],
  [0x88e7, 0, 0, 0, 1],
];

const carriers = [
  [51, 0, 4, 0, 0, ...new Array<number>(20).fill(0)],
  [51, 0, 0, 0, 0, 0, 0, 0, 1],
  [51, 0, 255, 0, 0, 0, 0, 0, 1],
  [97, 0x30, 0],
  [97, 0x31, 0],
  [137, 0, 0, 1, 64],
  [143],
];

const overlays = (
  [
    [4789, [8, 0, 0, 0, 0, 0, 7, 0]],
    [8472, [8, 0, 0, 0, 0, 0, 7, 0]],
    [4789, [8, 0, 0, 1, 0, 0, 7, 0]],
    [4789, [0x88, 0, 0, 0, 0, 0, 7, 0]],
    [6081, [0, 0, 0x65, 0x58, 0, 0, 7, 0]],
    [6081, [1, 0, 0x65, 0x58, 0, 0, 7, 0, 1, 2, 3, 4]],
    [6081, [0, 0, 8, 0, 0, 0, 7, 0]],
    [6081, [0, 1, 0x65, 0x58, 0, 0, 7, 0]],
    [6081, [0, 0, 0x88, 0x47, 0, 0, 7, 0, 0, 0, 1, 64]],
    [6081, [0, 0, 0x12, 0x34, 0, 0, 7, 0]],
    [4789, [0x88, 0x48, 1, 2, 0, 0, 7, 0]],
    [4789, [0x88, 0x10, 0, 0, 0, 0, 7, 0]],
    [4789, [8, 0, 0, 0, 0, 0, 7, 1]],
    [8472, [0x0c, 0, 0, 3, 0, 0, 7, 0]],
    [4790, [0x0c, 0, 0, 3, 0, 0, 7, 0]],
    [4790, [0x0c, 0, 0, 1, 0, 0, 7, 0]],
    [4790, [0x0c, 0, 0, 2, 0, 0, 7, 0]],
    [4790, [0x0c, 0, 0, 4, 0, 0, 7, 0]],
    [4790, [0x0c, 1, 0, 3, 0, 0, 7, 0]],
  ] as const
).map(([port, header]) => [port, Uint8Array.from(header)] as const);

const users = [
  [0x30, 255, 0, 0, 0, 0, 0, 9],
  [0x32, 255, 0, 0, 0, 0, 0, 9, 0, 1, 0, 0],
  [0x32, 255, 0, 0, 0, 0, 0, 9, 0, 1, 0, 0x85],
  [0x34, 255, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0x85, 1, 0, 9, 0],
  [0x34, 255, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0x85, 1, 0, 9, 0xc0, 2, 0, 0, 0, 0, 0, 0, 0],
  [0x34, 255, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0x85, 0, 0, 9, 0],
  [0x34, 255, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0x85, 0xff, 0, 9, 0],
  [0x30, 1, 0, 0, 0, 0, 0, 9],
  [0x38, 255, 0, 0, 0, 0, 0, 9],
].map((bytes) => Uint8Array.from(bytes));

function pickOf<T>(list: readonly T[], roll: (bound: number) => number): T {
  return list[roll(list.length)] as T;
}

/** The packet of a frame in fragments, in order or not, one of them perhaps twice or not at all. */
function fragmented(frame: Uint8Array, roll: (bound: number) => number): Uint8Array[] {
  const type = (frame[12]! << 8) | frame[13]!;
  if (frame.length < 60 || !((type === 0x0800 && frame[14] === 0x45) || type === 0x86dd)) return [frame];
  const start = type === 0x0800 ? 34 : 54;
  const total = type === 0x0800 ? (frame[16]! << 8) | frame[17]! : ((frame[18]! << 8) | frame[19]!) + 40;
  const payload = frame.subarray(start, 14 + Math.min(total, frame.length - 14));
  const size = 8 * (1 + roll(40));
  const pieces: Uint8Array[] = [];
  const identification = roll(4);
  for (let at = 0; at < payload.length && pieces.length < 40; at += size) {
    const part = payload.subarray(at, at + size);
    const header = Uint8Array.from(frame.subarray(0, start));
    const isLast = at + size >= payload.length;
    if (type === 0x0800) {
      header.set([(part.length + 20) >> 8, (part.length + 20) & 255, 0, identification], 16);
      header.set([(isLast ? 0 : 0x20) | (at >> 11), (at >> 3) & 255], 20);
      pieces.push(Buffer.concat([header, part]));
    } else {
      // RFC 8200 section 4.5.
      const extension = [frame[20]!, 0, at >> 8, (at & 0xf8) | (isLast ? 0 : 1), 0, 0, 0, identification];
      header.set([(part.length + 8) >> 8, (part.length + 8) & 255, 44], 18);
      pieces.push(Buffer.concat([header, Uint8Array.from(extension), part]));
    }
  }
  if (roll(2) === 0) pieces.reverse();
  if (roll(6) === 0) pieces.splice(roll(pieces.length), 1);
  if (roll(6) === 0 && pieces.length > 0) pieces.push(pieces[roll(pieces.length)]!);
  return pieces;
}

function outer(payload: Uint8Array, protocol: number, less: number, isIpv6: boolean): Uint8Array {
  const header = new Uint8Array(isIpv6 ? 54 : 34);
  const length = Math.max(0, payload.length - less);
  if (isIpv6) {
    header.set([0x86, 0xdd, 0x60], 12);
    header.set([length >> 8, length & 255, protocol, 64], 18);
  } else {
    header.set([8, 0, 0x45, 0, (length + 20) >> 8, (length + 20) & 255], 12);
    header[23] = protocol;
  }
  return Buffer.concat([header, payload]);
}

/** IPv4 clients whose flows to port 80 of 10.0.0.9 share one bucket of the table, even when it has grown to its bound. */
function colliding(count: number): Pick<Endpoints, 'source' | 'sourcePort'>[] {
  const key = Math.imul(seed, 0x9e3779b1);
  const target = mix(0x0a000009, 80, key);
  const found: Pick<Endpoints, 'source' | 'sourcePort'>[] = [];
  for (let host = 1; found.length < count; host++) {
    for (let sourcePort = 1024; sourcePort < 65_536 && found.length < count; sourcePort++) {
      const tag = (mix(0x0b000000 | host, sourcePort, key) + target) | 0;
      if (Math.imul(tag, SPREAD) >>> (32 - Math.log2(flowCapacity / PLACES)) !== 1234) continue;
      found.push({ source: `11.0.${host >> 8}.${host & 255}`, sourcePort });
    }
  }
  return found;
}

/** As mix of assembly/flow-key.ts. */
function mix(address: number, port: number, key: number): number {
  let hash = Math.imul(address ^ key, 0x85ebca6b);
  hash = Math.imul((hash ^ (hash >>> 15)) + Math.imul(port, 0x9e3779b1), 0xc2b2ae35);
  return hash ^ (hash >>> 13);
}

/** All frames of all the lab's captures (pcap, little endian, microseconds, Ethernet), one capture after the other. */
function labFrames(): Captured[] {
  const folder = fileURLToPath(new URL('../../../captures/', import.meta.url));
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.pcap'));
  return names.sort().flatMap((name) => {
    const bytes = readFileSync(folder + name);
    const captured: Captured[] = [];
    if (bytes.readUInt32LE(0) !== 0xa1b2c3d4 || bytes.readUInt32LE(20) !== 1) return [];
    for (let at = 24; at + 16 <= bytes.length; ) {
      const end = at + 16 + bytes.readUInt32LE(at + 8);
      captured.push({ frame: bytes.subarray(at + 16, end), seconds: bytes.readUInt32LE(at) });
      at = end;
    }
    return captured;
  });
}

describe('records taken by the hot path leave the same tables as frames taken one by one', () => {
  const usual = { frames: 6000, sourcePorts: 30, start: 1_700_000_000, pauses: [1], broken: 0 };

  it('over all captures of the lab', () => {
    const { settled, evidence } = both(labFrames());
    assert.ok(settled > 10_000, `only ${settled} were settled`);
    assert.ok(evidence.length > 1000, `only ${evidence.length} pieces of evidence`);
  });

  it('a few flows that say much', () => {
    const { settled, counters } = both(traffic(1, { ...usual, sourcePorts: 3 }));
    assert.ok(settled > 1000, `only ${settled} were settled`);
    assert.ok(counters.evidence > 10 && counters.flows.segmentsOutOfOrder > 100);
  });

  it('many flows, for which the table grows', () => {
    const { tables } = both(traffic(2, { ...usual, frames: 20_000, sourcePorts: 20_000, pauses: [0, 0, 1] }));
    assert.ok(tables.capacity > flowCapacityAtStart, 'it did not grow');
  });

  it('flows that all meet in one bucket of a table that cannot grow', () => {
    const { tables, counters } = both(traffic(3, { ...usual, sources: colliding(24), pauses: [1, 5, 40] }));
    assert.equal(tables.capacity, flowCapacity);
    const { evicted, forgotten } = counters.flows;
    assert.ok(evicted > 50, `only ${evicted} were evicted`);
    assert.ok(forgotten > 50, `only ${forgotten} were forgotten`);
  });

  it('no memory for the bytes of clients', () => {
    const prepare = (engine: Engine): void => {
      const { takeChunk } = hotPathOf(engine).functions;
      for (let taken = 0; taken < keptBytes / 8192 - 2; taken++) takeChunk(SIZE_CLASSES - 1);
    };
    const { counters } = both(traffic(4, usual), { prepare });
    const { memoryExhausted } = counters.flows;
    assert.ok(memoryExhausted > 100, `it was refused only ${memoryExhausted} times`);
  });

  it('broken frames, within tunnels and tags', () => {
    for (const start of [5, 6]) both(traffic(start, { ...usual, broken: 2 }));
  });

  it('beyond 2038, at the end of 32 bits, and with a clock that steps back', () => {
    const pauses = [1, 3, 12, 40, 400, -20];
    for (const start of [0x7fffff00, 0xfffffd00]) both(traffic(7, { ...usual, start, pauses, broken: 20 }));
  });

  it('another catalogue from one frame to the next', () => {
    const others = catalogue.filter(({ id }) => !id.startsWith('http'));
    const atSecond = [1_700_000_050, (engine: Engine) => engine.replaceCatalogue(others)] as const;
    const { evidence } = both(traffic(8, usual), { atSecond });
    assert.ok(evidence.length > 10);
  });

  it('a record for which the window must grow', () => {
    const large = { frame: new Uint8Array(262_140).fill(8), seconds: 1_700_000_000 };
    const some = traffic(9, { ...usual, frames: 1000 });
    both([...some, large, ...some]);
  });
});

describe('the memory of the hot path', () => {
  const usual = { frames: 6000, sourcePorts: 300, start: 1_700_000_000, pauses: [0, 1, 40], broken: 2 };

  /** Of the given bytes, how many are not 0. */
  const touched = ({ bytes }: HotPath, from: number, to: number): number =>
    bytes.subarray(from, to).reduce((count, byte) => count + (byte === 0 ? 0 : 1), 0);

  it('is written only where a table stands', () => {
    const constant = ({ bytes }: HotPath): Buffer =>
      Buffer.concat([
        bytes.subarray(layout.SERVICE_PORTS, layout.PACKET),
        bytes.subarray(layout.FILTER, layout.SCRATCH),
        bytes.subarray(layout.LITERALS, layout.LITERALS + (8 << 20)),
      ]);
    let before: Uint8Array | undefined;
    const prepare = (engine: Engine): void => {
      before = constant(hotPathOf(engine));
    };
    const { told, hotPath } = run(traffic(10, usual), 'records', { prepare });
    assert.ok(before !== undefined && Buffer.compare(constant(hotPath), before) === 0, 'tables that stay were changed');
    const { capacity } = told.tables;
    const between: readonly (readonly [number, number])[] = [
      [layout.KEPT_STATE + 4 * (KEPT_FREE + SIZE_CLASSES), layout.SERVICE_PORTS],
      [layout.SCRATCH + layout.SCRATCH_BYTES, layout.HANDSHAKES],
      [layout.HANDSHAKES + handshakes * 16, layout.CAPTURE],
      [layout.CAPTURE + hotPath.window.length, layout.BUCKETS],
      [layout.BUCKETS + capacity * 8, layout.BUCKETS + capacity * 16],
      [layout.HEADERS + rememberedHeaders * 20, layout.HELD_FLOWS],
    ];
    for (const [from, to] of between) assert.equal(touched(hotPath, from, to), 0, `at ${from.toString(16)}`);
    hotPath.close();
  });

  it('is as new for the next engine', () => {
    const { hotPath } = run(traffic(11, { ...usual, frames: 500, broken: 0 }), 'records', {});
    const { functions } = hotPath;
    assert.ok(touched(hotPath, layout.BUCKETS, layout.RECORDS) > 0);
    hotPath.close();
    assert.equal(HotPath.open(), hotPath);
    assert.equal(touched(hotPath, layout.BUCKETS, layout.RECORDS), 0);
    assert.equal(touched(hotPath, layout.HANDSHAKES, layout.CAPTURE), 0);
    assert.equal(touched(hotPath, layout.KEPT_STATE, layout.SERVICE_PORTS), 0);
    assert.equal(touched(hotPath, layout.HELD_FLOWS, layout.HELD_BLOCKS), 0);
    assert.equal(touched(hotPath, layout.FRAGMENT_CHAINS, layout.FRAGMENT_BLOCKS), 0);
    assert.equal(functions.capacity(), flowCapacityAtStart);
    assert.equal(functions.incompleteBytes(), 0);
    hotPath.close();
    const next = run([], 'records', {});
    assert.equal(next.hotPath, hotPath);
    assert.equal(next.told.counters.flows.seen, 0);
    next.hotPath.close();
  });

  it('says so when a catalogue has more literals than it holds', () => {
    const many = Array.from({ length: 300 }, () => catalogue).flat();
    assert.throws(() => new Engine(many, protocols, () => {}), /The catalogue is too large/);
  });
});
