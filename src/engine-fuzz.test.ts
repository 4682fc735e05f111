import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { CaptureError } from './capture/capture-error.ts';
import { Engine } from './engine.ts';
import { flowCapacity, rememberedEvidence } from './limits.ts';
import { protocols } from './protocol/protocols.ts';
import type { Evidence } from './scan/evidence.ts';
import { loadCatalogue } from './signature/load-catalogue.ts';
import { PacketSignatures } from './signature/packet-signatures.ts';
import {
  bytesOf,
  type Endpoints,
  icmpFrame,
  ipPacketOf,
  tcpConversation,
  tcpFrame,
  udpFrame,
} from './testing/frames.ts';
import { anyDelivery, deliver } from './testing/random-delivery.test.helper.ts';
import { defaultScanSettings, readCaptures } from './trespass.ts';

const catalogue = loadCatalogue();

/** Evidence of frames, one a second, in an engine of its own. */
class Watch {
  readonly evidence: Evidence[] = [];
  readonly engine = new Engine(catalogue, protocols, (evidence) => this.evidence.push(evidence));
  #milliseconds = 0;

  see(frames: Iterable<Uint8Array>, pause = 1): void {
    for (const frame of frames) {
      this.#milliseconds += pause;
      const seconds = 1_700_000_000 + Math.floor(this.#milliseconds / 1000);
      this.engine.frame(frame, 0, frame.length, 1, seconds, (this.#milliseconds % 1000) * 1000);
    }
  }

  /** Ids of the signatures, once the capture is over. */
  end(): string[] {
    this.engine.finish();
    this.engine.close();
    return this.evidence.map(({ signature }) => signature.id);
  }
}

const words = fc.stringMatching(/^[a-z ]{0,60}$/);

/** What a client says, with a place for what gives Nmap away or for what a real client says there. */
const conversations = {
  'smtp-ehlo-scanme': {
    port: 25,
    nmap: 'nmap.scanme.org',
    other: 'mail.scanme.example',
    text: (planted: string, filler: string) => `EHLO ${planted}\r\n${`NOOP ${filler}\r\n`.repeat(8)}QUIT\r\n`,
  },
  'http-user-agent': {
    port: 80,
    nmap: 'Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)',
    other: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    text: (planted: string, filler: string) => {
      const request = (agent: string) =>
        `GET /${filler.length} HTTP/1.1\r\nHost: a.example\r\nUser-Agent: ${agent}\r\n`;
      const before = `${request('curl/8.5.0')}X-Note: ${filler}\r\n\r\n`.repeat(Math.min(filler.length, 45));
      return `${before}${request(planted)}\r\n`;
    },
  },
} as const;

describe('in any delivery', () => {
  for (const [id, { port, nmap, other, text }] of Object.entries(conversations)) {
    it(`${id} is found once, and not in what real clients say`, () => {
      fc.assert(
        fc.property(words, anyDelivery, (filler, delivery) => {
          for (const [planted, expected] of [
            [nmap, [id]],
            [other, []],
          ] as const) {
            const watch = new Watch();
            watch.see(deliver(bytesOf(text(planted, filler)), delivery, port).map(({ frame }) => frame));
            assert.deepEqual(watch.end(), expected);
          }
        }),
        { numRuns: 60 },
      );
    });
  }
});

describe('hostile traffic', () => {
  it('of any kind is counted and never throws', () => {
    const hostile = fc.record({
      port: fc.constantFrom(21, 25, 80, 445, 50_000),
      client: fc.nat({ max: 3 }),
      fromServer: fc.boolean(),
      flags: fc.nat({ max: 255 }),
      offset: fc.oneof(fc.nat({ max: 100 }), fc.integer({ min: 0, max: 0xffffffff })),
      acknowledged: fc.oneof(fc.nat({ max: 100 }), fc.integer({ min: 0, max: 0xffffffff })),
      example: fc.nat(),
      cut: fc.nat({ max: 400 }),
    });
    const examples = catalogue.flatMap(({ hits }) => hits.flat().map(({ bytes }) => bytesOf(bytes)));
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 100, size: 'max' }), (segments) => {
        const watch = new Watch();
        const frames = segments.map(({ port, client, example, cut, ...options }) => {
          const ends = { source: '10.0.0.1', target: '10.0.0.2', sourcePort: 40_000 + client, targetPort: port };
          return tcpFrame(ends, options, (examples[example % examples.length] as Uint8Array).subarray(0, cut));
        });
        watch.see(frames, 250);
        watch.end();
        const { counters } = watch.engine;
        assert.deepEqual([counters.frames, counters.packets], [frames.length, frames.length]);
        assert.ok(counters.payloads <= frames.length);
        assert.equal(counters.evidence, watch.evidence.length);
        assert.equal(counters.suspicionsDropped, 0);
      }),
      { numRuns: 60 },
    );
  });

  it('as a flood of SYNs does not hide a scan', () => {
    const watch = new Watch();
    const real = (client: number, split: number) =>
      tcpConversation(
        { source: '10.0.0.1', target: '10.0.0.2', sourcePort: 40_000 + client, targetPort: 25 },
        bytesOf('EHLO nmap.scanme.org\r\n'),
        { cuts: [split] },
      );
    const waiting = Array.from({ length: 20 }, (_, client) => real(client, client + 1));
    const flood = 100_000;
    const syn = tcpFrame(
      { source: '1.2.3.4', target: '10.0.0.2', sourcePort: 1, targetPort: 25 },
      { flags: 2, offset: 0 },
    );
    const view = new DataView(syn.buffer);
    for (let index = 0; index < flood; index++) {
      view.setUint32(26, Math.imul(index + 1, 0x9e3779b1));
      view.setUint16(34, 1024 + (index % 60_000));
      watch.see([syn], 0);
      // The packets of the real ones, one after another, far between.
      const conversation = waiting[index % waiting.length] as Uint8Array[];
      if (index % 700 === 0 || index > flood - 200) watch.see(conversation.splice(0, 1), 0);
    }
    assert.ok(waiting.every((frames) => frames.length === 0));
    assert.ok(watch.engine.flows.capacity <= flowCapacity);
    assert.deepEqual(watch.end(), new Array<string>(20).fill('smtp-ehlo-scanme'));
  });

  it('that repeats Nmap’s bytes from ever new addresses is all counted', () => {
    const watch = new Watch();
    const clients = 2 * rememberedEvidence;
    for (let client = 0; client < clients; client++) {
      const source = `10.7.${client >> 8}.${client & 255}`;
      const ends = { source, target: '10.0.0.2', sourcePort: 40_000, targetPort: 25 };
      watch.see(tcpConversation(ends, bytesOf('EHLO nmap.scanme.org\r\n'), { server: false, close: false }), 0);
    }
    assert.equal(watch.end().length, clients);
    assert.equal(new Set(watch.evidence.map(({ source }) => source)).size, clients);
  });
});

describe('what the target sends back', () => {
  const client = '10.0.0.1';
  const { waiting } = new PacketSignatures(catalogue);
  // Neither what counts only after a port scan, nor whole packets: those have headers of their own.
  const examples = catalogue.flatMap((signature, index) =>
    signature.sequence === undefined && !waiting.has(index)
      ? signature.hits
          .flat()
          .filter(({ packet }) => packet === undefined)
          .map((example) => ({ ...example, port: example.port || signature.ports[0] || 9 }))
      : [],
  );

  function sourcesOf(frames: readonly Uint8Array[]): string[] {
    const watch = new Watch();
    watch.see(frames);
    watch.end();
    return [...new Set(watch.evidence.map(({ source }) => source))];
  }

  it('is no evidence against it: an echoed datagram, an error that quotes it', () => {
    const datagrams = examples.filter(({ transport }) => transport === 'udp');
    assert.ok(datagrams.length > 10);
    for (const { port, bytes } of datagrams) {
      const ends: Endpoints = { source: client, target: '10.0.0.2', sourcePort: 40_000, targetPort: port };
      const probe = udpFrame(ends, bytesOf(bytes));
      const quotes = [3, 4, 5, 11, 12].map((type) => icmpFrame(ends, type, ipPacketOf(probe)));
      const echo = udpFrame(ends, bytesOf(bytes), true);
      assert.deepEqual(sourcesOf([probe, echo, ...quotes, echo]), [client], JSON.stringify(bytes));
      assert.deepEqual(sourcesOf(quotes), [], JSON.stringify(bytes));

      const ends6: Endpoints = { ...ends, source: 'fd00::1', target: 'fd00::2' };
      const probe6 = udpFrame(ends6, bytesOf(bytes));
      const quotes6 = [1, 2, 3, 4].map((type) => icmpFrame(ends6, type, ipPacketOf(probe6)));
      assert.deepEqual(sourcesOf([probe6, ...quotes6, udpFrame(ends6, bytesOf(bytes), true)]), ['fd00::1']);
      assert.deepEqual(sourcesOf(quotes6), []);
    }
  });

  it('is no evidence against it: an echo over TCP, a quoted segment', () => {
    const segments = examples.filter(({ transport, bytes }) => transport === 'tcp' && bytes.length < 1400);
    assert.ok(segments.length > 50);
    for (const { port, bytes } of segments.filter((_, index) => index % 4 === 0)) {
      const ends: Endpoints = { source: client, target: '10.0.0.2', sourcePort: 40_000, targetPort: port };
      const said = bytesOf(bytes);
      const frames = tcpConversation(ends, said, { close: false });
      const echo = tcpFrame(ends, { fromServer: true, flags: 24, offset: 1, acknowledged: 1 + said.length }, said);
      const quote = icmpFrame(ends, 3, ipPacketOf(frames.at(-1) as Uint8Array));
      assert.deepEqual(sourcesOf([...frames, echo, quote]), [client], JSON.stringify(bytes));
      assert.deepEqual(sourcesOf([quote]), [], JSON.stringify(bytes));
    }
  });

  it('is no evidence against it: a reply to a ping', () => {
    const pings = examples.filter(({ transport }) => transport === 'icmp');
    assert.ok(pings.length > 0);
    for (const { bytes } of pings) {
      const ends: Endpoints = { source: client, target: '10.0.0.2', sourcePort: 0, targetPort: 0 };
      const [request, reply] = [icmpFrame(ends, 8, bytesOf(bytes)), icmpFrame(ends, 0, bytesOf(bytes))];
      assert.deepEqual(sourcesOf([request, reply]), [client]);
      assert.deepEqual(sourcesOf([reply]), []);
    }
  });
});

describe('broken captures', () => {
  const captures = fileURLToPath(new URL('../../captures/nmap/', import.meta.url));
  const directory = mkdtempSync(join(tmpdir(), 'trespass-fuzz-'));
  after(() => rmSync(directory, { recursive: true }));
  const files = readdirSync(captures)
    .filter((name) => name.endsWith('.pcap'))
    .map((name) => readFileSync(join(captures, name)))
    .filter(({ length }) => length > 100 && length < 20_000);
  const path = join(directory, 'broken.pcap');

  async function read(bytes: Uint8Array): Promise<void> {
    writeFileSync(path, bytes);
    try {
      await readCaptures({ paths: [path], catalogue, settings: defaultScanSettings, onAlert: () => {} });
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
    }
  }

  const change = fc.tuple(fc.nat(), fc.nat({ max: 255 }));

  it('with bytes changed and an end cut off are read as far as can be', async () => {
    const changes = fc.array(change, { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.nat(), changes, fc.nat(), fc.boolean(), async (chosen, changed, length, cut) => {
        const bytes = Buffer.from(files[chosen % files.length] as Buffer);
        for (const [at, value] of changed) bytes[at % bytes.length] = value;
        await read(cut ? bytes.subarray(0, length % bytes.length) : bytes);
      }),
      { numRuns: 150 },
    );
  });

  it('with packets lost, doubled and shuffled are read to the end', async () => {
    const moves = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom('move', 'double', 'lose')), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.nat(), moves, async (chosen, moved) => {
        const records = recordsOf(files[chosen % files.length] as Buffer);
        for (const [from, to, way] of moved) {
          const [record] =
            way === 'double' ? [records[from % records.length]] : records.splice(from % records.length, 1);
          if (record !== undefined && way !== 'lose') records.splice(to % (records.length + 1), 0, record);
          if (records.length === 0) return;
        }
        const head = (files[chosen % files.length] as Buffer).subarray(0, 24);
        writeFileSync(path, Buffer.concat([head, ...records]));
        const onAlert = () => {};
        const { frames } = await readCaptures({ paths: [path], catalogue, settings: defaultScanSettings, onAlert });
        assert.equal(frames, records.length);
      }),
      { numRuns: 100 },
    );
  });
});

/** Records of a little-endian pcap, with their headers. */
function recordsOf(bytes: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 24; at + 16 <= bytes.length; ) {
    const end = at + 16 + bytes.readUInt32LE(at + 8);
    records.push(bytes.subarray(at, end));
    at = end;
  }
  return records;
}
