import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Endpoints, tcpFrame, udpFrame } from '../testing/frames.ts';
import { PacketDecoder } from './packet-decoder.ts';

const endpoints: Endpoints = { source: '10.0.0.1', target: '10.0.0.2', sourcePort: 40000, targetPort: 80 };

describe('isBareAcknowledgement', () => {
  const decoder = new PacketDecoder();
  const isBare = (frame: Uint8Array) => decoder.isBareAcknowledgement(frame, 0, frame.length, 1);

  it('is true of an acknowledgement, padded to the shortest Ethernet frame or not', () => {
    const frame = tcpFrame(endpoints, { flags: 16, offset: 1 });
    assert.equal(isBare(frame), true);
    assert.equal(isBare(Buffer.concat([frame, Buffer.alloc(6)])), true);
  });

  it('is false of anything that says something', () => {
    for (const flags of [2, 17, 18, 20, 24, 0, 41]) {
      assert.equal(isBare(tcpFrame(endpoints, { flags, offset: 1 })), false, `flags ${flags}`);
    }
    assert.equal(isBare(tcpFrame(endpoints, { flags: 16, offset: 1 }, Buffer.from('x'))), false);
    assert.equal(isBare(udpFrame(endpoints, new Uint8Array(12))), false);
  });

  it('never hides what the decoder would find', () => {
    const frames = [16, 24, 17].map((flags) => tcpFrame(endpoints, { flags, offset: 1 }, Buffer.from('data')));
    frames.push(tcpFrame(endpoints, { flags: 16, offset: 1 }));
    const change = fc.record({ at: fc.nat(60), to: fc.nat(255) });
    fc.assert(
      fc.property(fc.constantFrom(...frames), fc.array(change, { maxLength: 4 }), (frame, changes) => {
        const mutated = Buffer.concat([frame, Buffer.alloc(6)]);
        for (const { at, to } of changes) mutated[at % mutated.length] = to;
        if (!isBare(mutated)) return;
        assert.equal(decoder.decode(mutated, 0, mutated.length, 1, 0, 0), 6);
        assert.equal(decoder.packet.payloadEnd, decoder.packet.payloadStart);
        assert.equal(decoder.packet.tcpFlags, 16);
      }),
      { numRuns: 2000 },
    );
  });
});
