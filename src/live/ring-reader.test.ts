import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OWNED_BY_KERNEL, OWNED_BY_US } from './ring-layout.ts';
import { RingReader } from './ring-reader.ts';

const blockSize = 4096;
const blockCount = 4;

interface Frame {
  readonly bytes: readonly number[];
  /** VLAN tag that the kernel took out, and its type. */
  readonly tag?: readonly [type: number, tag: number];
}

/** A ring as the kernel fills it: linux/if_packet.h. */
class Ring {
  readonly memory = new ArrayBuffer(blockSize * blockCount);
  readonly view = new DataView(this.memory);
  #sequence = 0;

  reader(linkType = 1): RingReader {
    return new RingReader({ memory: this.memory, blockSize, blockCount, linkType });
  }

  /** The kernel begins to fill this block: it has a number, but is not ours yet. */
  open(block: number): void {
    this.view.setUint32(block * blockSize + 24, ++this.#sequence, true);
  }

  fill(block: number, frames: readonly Frame[], seconds = 1_795_402_800): void {
    const start = block * blockSize;
    this.view.setUint32(start + 12, frames.length, true);
    this.view.setUint32(start + 16, 48, true);
    let at = start + 48;
    for (const [index, { bytes, tag }] of frames.entries()) {
      const size = 160 + ((bytes.length + 15) & ~15);
      this.view.setUint32(at, index === frames.length - 1 ? 0 : size, true);
      this.view.setUint32(at + 4, seconds, true);
      this.view.setUint32(at + 8, 123_456_789, true);
      this.view.setUint32(at + 12, bytes.length, true);
      this.view.setUint32(at + 20, tag ? 1 | 16 | 64 : 1, true);
      this.view.setUint16(at + 24, 86, true);
      if (tag) {
        this.view.setUint16(at + 36, tag[0], true);
        this.view.setUint32(at + 32, tag[1], true);
      }
      new Uint8Array(this.memory, at + 86).set(bytes);
      at += size;
    }
    this.view.setUint32(start + 8, OWNED_BY_US, true);
  }

  owner(block: number): number {
    return this.view.getUint32(block * blockSize + 8, true);
  }
}

class Sink {
  readonly frames: { bytes: number[]; seconds: number; microseconds: number }[] = [];

  frame(bytes: Uint8Array, start: number, end: number, _link: number, seconds: number, microseconds: number): void {
    this.frames.push({ bytes: [...bytes.subarray(start, end)], seconds, microseconds });
  }
}

const addresses = Array.from({ length: 12 }, (_, index) => index);

describe('reading a ring', () => {
  it('gives every frame of a block with its time, and the block back', () => {
    const ring = new Ring();
    const reader = ring.reader();
    const sink = new Sink();
    assert.equal(reader.read(sink), false);
    ring.open(0);
    ring.fill(0, [{ bytes: [1, 2, 3] }, { bytes: [4] }]);
    assert.equal(reader.read(sink), true);
    assert.deepEqual(sink.frames, [
      { bytes: [1, 2, 3], seconds: 1_795_402_800, microseconds: 123_456 },
      { bytes: [4], seconds: 1_795_402_800, microseconds: 123_456 },
    ]);
    assert.equal(ring.owner(0), OWNED_BY_KERNEL);
    assert.equal(reader.lastTime, 1_795_402_800_123_456);
    assert.equal(reader.read(sink), false);
  });

  it('goes round, block after block, also over one without packets', () => {
    const ring = new Ring();
    const reader = ring.reader();
    const sink = new Sink();
    for (let number = 0; number < 10; number++) {
      ring.open(number % blockCount);
      ring.fill(number % blockCount, number === 5 ? [] : [{ bytes: [number] }]);
      assert.equal(reader.read(sink), true);
    }
    assert.deepEqual(
      sink.frames.map(({ bytes }) => bytes[0]),
      [0, 1, 2, 3, 4, 6, 7, 8, 9],
    );
  });

  it('puts a VLAN tag back where it stood', () => {
    const ring = new Ring();
    const reader = ring.reader();
    const sink = new Sink();
    ring.open(0);
    ring.fill(0, [
      { bytes: [...addresses, 0x08, 0x00, 0x45], tag: [0x8100, 0x6007] },
      { bytes: [...addresses, 0x08, 0x00, 0x45] },
      { bytes: [...addresses, 0x81, 0x00, 0, 9, 0x08, 0x00], tag: [0x88a8, 5] },
    ]);
    reader.read(sink);
    assert.deepEqual(
      sink.frames.map(({ bytes }) => bytes),
      [
        [...addresses, 0x81, 0x00, 0x60, 0x07, 0x08, 0x00, 0x45],
        [...addresses, 0x08, 0x00, 0x45],
        [...addresses, 0x88, 0xa8, 0x00, 0x05, 0x81, 0x00, 0, 9, 0x08, 0x00],
      ],
    );
  });

  it('leaves alone what is no Ethernet', () => {
    const ring = new Ring();
    const sink = new Sink();
    ring.open(0);
    ring.fill(0, [{ bytes: [0x45, 0], tag: [0x8100, 7] }]);
    ring.reader(101).read(sink);
    assert.deepEqual(sink.frames[0]!.bytes, [0x45, 0]);
  });

  it('taken over by another reader, goes on with the oldest block, or with the one being filled', () => {
    const ring = new Ring();
    for (const block of [0, 1, 2, 3, 0, 1]) ring.open(block);
    ring.fill(3, [{ bytes: [3] }]);
    ring.fill(0, [{ bytes: [4] }]);
    const sink = new Sink();
    const second = ring.reader();
    while (second.read(sink));
    assert.deepEqual(
      sink.frames.map(({ bytes }) => bytes[0]),
      [3, 4],
    );
    const third = ring.reader();
    ring.fill(1, [{ bytes: [5] }]);
    assert.equal(third.read(sink), true);
    assert.equal(sink.frames.at(-1)!.bytes[0], 5);
  });

  it('leaves out the block that the reader before it died of, and says how many packets that were', () => {
    const ring = new Ring();
    ring.open(0);
    ring.fill(0, [{ bytes: [1] }, { bytes: [2] }]);
    ring.open(1);
    ring.fill(1, [{ bytes: [3] }]);
    const reader = ring.reader();
    const sink = new Sink();
    assert.equal(reader.skip(), 2);
    reader.read(sink);
    assert.deepEqual(sink.frames[0]!.bytes, [3]);
    assert.equal(reader.skip(), 0);
  });
});
