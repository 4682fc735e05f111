import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LINK_ETHERNET, LINK_IPV4 } from '../packet/link-type.ts';
import { RecentFrames } from './recent-frames.ts';

/** IPv4 and UDP from 10.0.0.1:1000 to 10.0.0.2:53, with these bytes. */
function datagram(payload: Uint8Array, { source = 1, port = 1000 } = {}): Uint8Array {
  const length = 28 + payload.length;
  const head = [0x45, 0, length >> 8, length & 255, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, source, 10, 0, 0, 2];
  const udp = [port >> 8, port & 255, 0, 53, (8 + payload.length) >> 8, (8 + payload.length) & 255, 0, 0];
  return Uint8Array.from([...head, ...udp, ...payload]);
}

const flow = { transport: 'udp', source: '10.0.0.1', sourcePort: 1000, target: '10.0.0.2', targetPort: 53 } as const;

describe('recent frames', () => {
  it('gives those of one flow, both ways, and marks the one that completed the evidence', () => {
    const frames = new RecentFrames();
    const add = (bytes: Uint8Array, seconds: number) => frames.add(bytes, 0, bytes.length, LINK_IPV4, seconds, 5);
    add(datagram(Uint8Array.of(1)), 1);
    add(datagram(Uint8Array.of(2), { source: 9 }), 2);
    add(datagram(Uint8Array.of(3), { port: 1001 }), 3);
    const answer = datagram(Uint8Array.of(4));
    answer.set([10, 0, 0, 2, 10, 0, 0, 1, 0, 53, 3, 232], 12);
    add(answer, 4);
    add(Uint8Array.of(0xff, 1, 2), 5);
    add(datagram(Uint8Array.of(6)), 6);
    const found = frames.of({ ...flow, time: 6_000_005 });
    assert.deepEqual(
      found.map(({ bytes, seconds, completes }) => [bytes.at(-1), seconds, completes]),
      [
        [1, 1, false],
        [4, 4, false],
        [6, 6, true],
      ],
    );
    assert.equal(new Set(found.map(({ number }) => number)).size, 3);
    assert.deepEqual(frames.of({ ...flow, source: 'no address', time: 0 }), []);
  });

  it('keeps the newest, whole, whatever their sizes, and gives them however often it is asked', () => {
    const payload = fc.uint8Array({ maxLength: 90 });
    const asked = fc.boolean();
    fc.assert(
      fc.property(fc.array(fc.tuple(payload, asked), { maxLength: 80 }), (all) => {
        const frames = new RecentFrames({ size: 600, count: 8 });
        const added: Uint8Array[] = [];
        const check = () => {
          const found = frames.of({ ...flow, time: 0 }).map(({ bytes }) => Buffer.from(bytes).toString('hex'));
          const newest = added.slice(added.length - found.length).map((bytes) => Buffer.from(bytes).toString('hex'));
          assert.deepEqual(found, newest);
          // Not more is lost than the room asks for: the largest frame, once, at the end of the memory.
          const size = added.slice(-found.length - 1).reduce((sum, { length }) => sum + length, 0);
          assert.ok(found.length === added.length || found.length === 8 || size > 600 - 118 - 118);
        };
        for (const [bytes, ask] of all) {
          const frame = datagram(bytes);
          frames.add(frame, 0, frame.length, LINK_IPV4, 0, 0);
          added.push(frame);
          if (ask) check();
        }
        check();
      }),
    );
  });

  it('never fails, whatever the frames', () => {
    const frame = fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(LINK_ETHERNET, LINK_IPV4, 113, 9999));
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 30 }), (all) => {
        const frames = new RecentFrames({ size: 500, count: 16 });
        for (const [bytes, linkType] of all) frames.add(bytes, 0, bytes.length, linkType, 0, 0);
        frames.of({ ...flow, time: 0 });
      }),
    );
    const small = new RecentFrames({ size: 10 });
    small.add(new Uint8Array(11), 0, 11, LINK_IPV4, 0, 0);
    assert.equal(small.unkept, 1);
  });
});
