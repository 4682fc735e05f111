import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Engine } from './engine.ts';
import { protocols } from './protocol/protocols.ts';
import type { Evidence } from './scan/evidence.ts';
import type { CompiledSignature } from './signature/compile-signatures.ts';
import { loadCatalogue } from './signature/load-catalogue.ts';
import type { ExampleFlow, Signature } from './signature/signature.ts';
import {
  bytesOf,
  type ConversationOptions,
  type Endpoints,
  icmpFrame,
  tcpConversation,
  tcpFrame,
  udpFrame,
} from './testing/frames.ts';

const catalogue = loadCatalogue();
const single = catalogue.filter((signature) => signature.sequence === undefined);

/** An engine that sees many unrelated flows one after the other, and what each proved. */
class Bench {
  readonly #engine: Engine;
  #evidence: Evidence[] = [];
  #flow = 0;
  #seconds = 1_700_000_000;

  constructor(signatures: readonly CompiledSignature[] = catalogue) {
    this.#engine = new Engine(signatures, protocols, (evidence) => this.#evidence.push(evidence));
  }

  /** Another client each time, so that flows can't mix. */
  endpoints(targetPort: number): Endpoints {
    const flow = this.#flow++;
    return {
      source: `10.${(flow >> 16) & 255}.${(flow >> 8) & 255}.${flow & 255}`,
      target: '192.168.7.7',
      sourcePort: 40_000 + (flow % 20_000),
      targetPort,
    };
  }

  /** Ids of the signatures that these frames prove. */
  see(frames: readonly Uint8Array[]): string[] {
    this.#evidence = [];
    for (const frame of frames) this.#engine.frame(frame, 0, frame.length, 1, this.#seconds++, 0);
    return this.#evidence.map(({ signature }) => signature.id);
  }

  evidence(frames: readonly Uint8Array[]): Evidence[] {
    this.see(frames);
    return this.#evidence;
  }

  finish(): string[] {
    this.#evidence = [];
    this.#engine.finish();
    return this.#evidence.map(({ signature }) => signature.id);
  }

  seeExample(example: ExampleFlow, signature: Signature, options?: ConversationOptions): string[] {
    const endpoints = this.endpoints(example.port || signature.ports[0] || 9);
    const payload = bytesOf(example.bytes);
    if (example.transport === 'tcp') return this.see(tcpConversation(endpoints, payload, options));
    if (example.transport === 'udp') return this.see([udpFrame(endpoints, payload)]);
    return this.see([icmpFrame(endpoints, 8, payload)]);
  }
}

function shown(example: ExampleFlow): string {
  return JSON.stringify(example.bytes.length > 60 ? `${example.bytes.slice(0, 60)}…` : example.bytes);
}

/** Every way a network may deliver the bytes. */
function deliveries(length: number, startKnown = false): [string, ConversationOptions][] {
  const ones = Array.from({ length: Math.max(0, length - 1) }, () => 1);
  const reversed = Array.from({ length }, (_, index) => length - 1 - index);
  const ways: [string, ConversationOptions][] = [
    ['whole', {}],
    ['without the server', { server: false }],
    ['without a handshake', { handshake: false }],
    ['without a close', { close: true, server: true }],
    ['byte by byte', { cuts: ones }],
    ['byte by byte, the last first', { cuts: ones, order: reversed }],
  ];
  // Without a handshake, nobody can know that a byte before the first is still to come.
  if (!startKnown) {
    ways.push(['byte by byte, the last first, without a handshake', { cuts: ones, order: reversed, handshake: false }]);
  }
  for (let cut = 1; cut < length; cut++) {
    ways.push([`cut at ${cut}`, { cuts: [cut] }]);
    ways.push([`cut at ${cut}, the rest first`, { cuts: [cut], order: [1, 0] }]);
  }
  return ways;
}

describe('every signature of the catalogue, through the whole engine', () => {
  const bench = new Bench();
  for (const signature of single) {
    it(`${signature.id} hits, whole and in every cut and order`, () => {
      assert.ok(signature.hits.length > 0);
      for (const flow of signature.hits.flat()) {
        const ways = flow.transport === 'tcp' ? deliveries(flow.bytes.length) : deliveries(0).slice(0, 1);
        for (const [way, options] of ways) {
          const seen = bench.seeExample(flow, signature, options);
          assert.ok(seen.includes(signature.id), `${shown(flow)} ${way}: saw ${seen.join(', ') || 'nothing'}`);
          assert.equal(seen.filter((id) => id === signature.id).length, 1, `${shown(flow)} ${way}: counted twice`);
        }
      }
    });
    it(`${signature.id} misses, whole and in every cut and order`, () => {
      assert.ok(signature.misses.length > 0);
      for (const flow of signature.misses.flat()) {
        const ways = flow.transport === 'tcp' ? deliveries(flow.bytes.length, true) : deliveries(0).slice(0, 1);
        for (const [way, options] of ways) {
          const seen = bench.seeExample(flow, signature, options);
          assert.ok(!seen.includes(signature.id), `${shown(flow)} ${way}`);
        }
      }
    });
  }
});

describe('who is the client', () => {
  const request = bytesOf('SSH-2.0-Nmap-SSH2-Hostkey\r\n');

  it('whoever sent the SYN', () => {
    const bench = new Bench();
    const endpoints = bench.endpoints(40000);
    const [first] = bench.evidence(tcpConversation({ ...endpoints, sourcePort: 22 }, request));
    assert.equal(first?.source, endpoints.source);
    assert.equal(first?.spoofable, false);
  });

  it('a server that says the same back proves nothing', () => {
    const bench = new Bench();
    for (const handshake of [true, false]) {
      const endpoints = bench.endpoints(9999);
      const frames = tcpConversation(endpoints, request, { handshake, close: false });
      frames.push(
        tcpFrame(endpoints, { fromServer: true, flags: 24, offset: 1, acknowledged: 1 + request.length }, request),
      );
      const sources = bench.evidence(frames).map(({ source }) => source);
      assert.deepEqual(sources, [endpoints.source]);
    }
  });

  it('an echoed datagram proves nothing', () => {
    const bench = new Bench();
    const endpoints = bench.endpoints(7);
    const probe = bytesOf('\0\0\x10\0\0\0\0\0\0\0\0\0');
    const evidence = bench.evidence([udpFrame(endpoints, probe), udpFrame(endpoints, probe, true)]);
    assert.deepEqual(new Set(evidence.map(({ source }) => source)), new Set([endpoints.source]));
  });

  it('without a handshake, one packet could bear any address', () => {
    const bench = new Bench();
    const [first] = bench.evidence(tcpConversation(bench.endpoints(22), request, { handshake: false, server: false }));
    assert.equal(first?.spoofable, true);
  });
});

describe('evidence', () => {
  it('shows the bytes and marks those that matched', () => {
    const bench = new Bench();
    const [first] = bench.evidence(tcpConversation(bench.endpoints(25), bytesOf('EHLO nmap.scanme.org\r\n')));
    assert.ok(first !== undefined);
    assert.equal(Buffer.from(first.bytes).toString('latin1'), 'EHLO nmap.scanme.org\r\n');
    assert.equal(
      Buffer.from(first.bytes.slice(first.matchStart, first.matchEnd)).toString('latin1'),
      'nmap.scanme.org',
    );
    assert.deepEqual(first.fields, { 'smtp.helo': 'nmap.scanme.org' });
  });

  it('is found though the capture lost a packet in the middle and the target acknowledged it', () => {
    const bench = new Bench();
    const endpoints = bench.endpoints(25);
    const frames = tcpConversation(endpoints, bytesOf('NOOP 1234567\r\n'), { close: false });
    frames.push(tcpFrame(endpoints, { flags: 24, offset: 101 }, bytesOf('EHLO nmap.scanme.org\r\n')));
    frames.push(
      tcpFrame(endpoints, { fromServer: true, flags: 24, offset: 1, acknowledged: 123 }, bytesOf('250 ok\r\n')),
    );
    assert.deepEqual(bench.see(frames), ['smtp-ehlo-scanme']);
  });

  it('is found at the end of a capture in a segment whose predecessor never came', () => {
    const bench = new Bench();
    const endpoints = bench.endpoints(25);
    const frames = tcpConversation(endpoints, bytesOf('NOOP\r\n'), { close: false });
    frames.push(tcpFrame(endpoints, { flags: 24, offset: 101 }, bytesOf('EHLO nmap.scanme.org\r\n')));
    assert.deepEqual([...bench.see(frames), ...bench.finish()], ['smtp-ehlo-scanme']);
  });

  it('keeps the first of two segments that differ over the same bytes', () => {
    const bench = new Bench();
    const endpoints = bench.endpoints(25);
    const frames = tcpConversation(endpoints, bytesOf('EHLO nmap.sc'), { close: false });
    frames.push(tcpFrame(endpoints, { flags: 24, offset: 1 }, bytesOf('EHLO evil.xx')));
    frames.push(tcpFrame(endpoints, { flags: 24, offset: 6 }, bytesOf('XXXX.scanme.org\r\n')));
    assert.deepEqual(bench.see(frames), ['smtp-ehlo-scanme']);
  });
});
