import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fanoutProgram } from './fanout-program.ts';

/** Runs classic BPF (Documentation/networking/filter.rst), as far as the program needs it. */
function run(etherType: number, packet: Buffer): number {
  const program = Buffer.from(fanoutProgram());
  const memory = new Uint32Array(16);
  let a = 0;
  let x = 0;
  for (let at = 0; at < program.length; at += 8) {
    const code = program.readUInt16LE(at);
    const value = program.readInt32LE(at + 4);
    const offset = value + 0x100000;
    if (code === 0x20) {
      assert.equal(value, -0x1000);
      a = etherType;
    } else if (code === 0x40) a = packet.readUInt32BE(x + offset);
    else if (code === 0x50) a = packet.readUInt8(x + offset);
    else if (code === 0x00) a = value;
    else if (code === 0x61) x = memory[value]!;
    else if (code === 0x02) memory[value] = a;
    else if (code === 0x24) a = Math.imul(a, value) >>> 0;
    else if (code === 0x74) a >>>= value;
    else if (code === 0xac) a = (a ^ x) >>> 0;
    else if (code === 0x05) at += 8 * value;
    else if (code === 0x15) at += 8 * program.readUInt8(at + (a === value >>> 0 ? 2 : 3));
    else if (code === 0x06) return value;
    else if (code === 0x16) return a;
    else assert.fail(`unknown instruction ${code}`);
  }
  return assert.fail('it runs over its end');
}

function version4(source: readonly number[], target: readonly number[]): Buffer {
  return Buffer.from([0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, ...source, ...target, 0, 1, 2, 3]);
}

function version6(source: number, target: number): Buffer {
  const address = (last: number) => [0xfd, 0x77, ...Array<number>(13).fill(0), last];
  return Buffer.from([0x60, 0, 0, 0, 0, 0, 6, 64, ...address(source), ...address(target)]);
}

describe('which worker gets a packet', () => {
  it('is the same for both directions', () => {
    const [one, other] = [
      [10, 77, 0, 2],
      [10, 77, 0, 10],
    ] as const;
    assert.equal(run(0x0800, version4(one, other)), run(0x0800, version4(other, one)));
    assert.equal(run(0x86dd, version6(2, 0x10)), run(0x86dd, version6(0x10, 2)));
  });

  it('is the same behind a second VLAN tag and behind PPPoE', () => {
    const packet = version4([10, 77, 0, 2], [10, 77, 0, 10]);
    const plain = run(0x0800, packet);
    assert.equal(run(0x8100, Buffer.concat([Buffer.from([0, 7, 0x08, 0x00]), packet])), plain);
    assert.equal(run(0x8864, Buffer.concat([Buffer.from([0x11, 0, 0, 1, 0, 40, 0, 0x21]), packet])), plain);
    assert.equal(
      run(0x8100, Buffer.concat([Buffer.from([0, 7, 0x86, 0xdd]), version6(2, 16)])),
      run(0x86dd, version6(2, 16)),
    );
  });

  it('spreads hosts over workers', () => {
    for (const workers of [2, 3, 4]) {
      const counts = Array<number>(workers).fill(0);
      for (let host = 0; host < 1000; host++) {
        const worker = run(0x0800, version4([10, 77, host >> 8, host & 255], [10, 1, 0, 1])) % workers;
        counts[worker]!++;
      }
      assert.ok(Math.min(...counts) > 700 / workers, `${workers} workers: ${counts}`);
    }
  });

  it('is the first for what is no IP', () => {
    assert.equal(run(0x0806, Buffer.alloc(28)), 0);
    assert.equal(run(0x0800, Buffer.alloc(28)), 0);
  });

  it('reads nothing before the packet or behind its header', () => {
    // The kernel ends a program that does, with 0: then all would be the first worker's.
    assert.notEqual(run(0x86dd, version6(2, 16)), 0);
    assert.ok(fanoutProgram().length / 8 <= 4096);
  });
});
