import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { JUDGE, PASS, PacketGate, REMEMBER } from './packet-gate.ts';

const options = Buffer.from('03030a0102040109080affffffff000000000402', 'hex');
const gate = new PacketGate(
  [
    { kind: 'tcp', flags: 0x2b, options, window: 256 },
    { kind: 'tcp', flags: 0, options, window: undefined },
    { kind: 'icmp', type: 8, code: 9, id: undefined, sequence: 295 },
    { kind: 'icmp', type: 130, code: 0, id: 1, sequence: 0 },
  ],
  [{ kind: 'tcp', flags: 2, options: Buffer.from('020405b4', 'hex'), window: 1024 }],
);

function tcp(flags: number, window: number, hex: string): Uint8Array {
  const header = new Uint8Array(20 + hex.length / 2);
  header.set([(header.length / 4) << 4, flags, window >> 8, window & 255], 12);
  header.set(Buffer.from(hex, 'hex'), 20);
  return header;
}

function look(header: Uint8Array, end = header.length): number {
  return gate.tcp(header, 0, end);
}

describe('the gate of packets', () => {
  const hex = options.toString('hex');

  it('lets through what a signature asks for', () => {
    assert.equal(look(tcp(0x2b, 256, hex)), JUDGE);
    assert.equal(look(tcp(0, 5, hex)), JUDGE);
    assert.equal(look(tcp(2, 1024, '020405b4')), REMEMBER);
  });

  it('and nothing with another window, other flags, other options, or a longer header', () => {
    assert.equal(look(tcp(0x2b, 257, hex)), PASS);
    assert.equal(look(tcp(0x29, 256, hex)), PASS);
    assert.equal(look(tcp(2, 1024, '020405a0')), PASS);
    assert.equal(look(tcp(2, 1024, '020405b401010101')), PASS);
    assert.equal(look(tcp(2, 1024, '')), PASS);
  });

  it('does not read beyond what was captured', () => {
    assert.equal(look(tcp(2, 1024, '020405b4'), 23), PASS);
    assert.equal(gate.icmp(Uint8Array.of(8, 9, 0, 0, 0, 0, 1, 39), 0, 7), PASS);
  });

  it('knows echo requests by type, code and sequence number', () => {
    assert.equal(gate.icmp(Uint8Array.of(8, 9, 0, 0, 0, 0, 1, 39), 0, 8), JUDGE);
    assert.equal(gate.icmp(Uint8Array.of(8, 0, 0, 0, 0, 0, 1, 39), 0, 8), PASS);
    assert.equal(gate.icmp(Uint8Array.of(8, 9, 0, 0, 0, 0, 1, 40), 0, 8), PASS);
  });

  it('and by identifier, where a signature names one', () => {
    assert.equal(gate.icmp(Uint8Array.of(8, 9, 0, 0, 7, 7, 1, 39), 0, 8), JUDGE);
    assert.equal(gate.icmp(Uint8Array.of(130, 0, 0, 0, 0, 1, 0, 0), 0, 8), JUDGE);
    assert.equal(gate.icmp(Uint8Array.of(130, 0, 0, 0, 39, 16, 0, 0), 0, 8), PASS);
  });

  it('passes whatever else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(64), (bytes, at) => {
        const outcome = gate.tcp(bytes, at, bytes.length);
        const named =
          Buffer.from(bytes).includes(Buffer.from('020405b4', 'hex')) ||
          Buffer.from(bytes).includes(options.subarray(0, 4));
        assert.ok(outcome === PASS || named);
      }),
    );
  });
});
