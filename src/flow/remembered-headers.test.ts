import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rememberedHeaders, rememberedHeaderTime } from '../limits.ts';
import { PacketDecoder } from '../packet/packet-decoder.ts';
import { bytesOf, type Endpoints, packetFrame, tcpFrame } from '../testing/frames.ts';
import { RememberedHeaders } from './remembered-headers.ts';

const syn = Buffer.from(
  '4500002c2a760000390600000a4d00020a4d000a9981001700000001000000006002040000000000020405b4',
  'hex',
);
const syn6 = Buffer.from(
  '60000000001806fffd770000000000000000000000000002fd770000000000000000000000000010d86d001700000001000000006002040000000000020405b4',
  'hex',
);
const endpoints: Endpoints = { source: '10.0.0.5', target: '10.0.0.9', sourcePort: 40_000, targetPort: 8000 };
const decoder = new PacketDecoder();

function decode(frame: Uint8Array, seconds: number) {
  assert.equal(decoder.decode(frame, 0, frame.length, 1, seconds, 7), 6);
  return decoder.packet;
}

function said(given: Partial<Endpoints>, seconds: number) {
  return decode(tcpFrame({ ...endpoints, ...given }, { flags: 24, offset: 1 }, bytesOf('x')), seconds);
}

function remembering(packet: Uint8Array = syn, seconds = 1000): RememberedHeaders {
  const headers = new RememberedHeaders(1);
  headers.note(decode(packetFrame(endpoints, packet), seconds));
  return headers;
}

describe('remembered headers', () => {
  it('are found by what the same source says to the same port', () => {
    const found = remembering().find(said({}, 1005))!;
    assert.equal(
      Buffer.from(found.bytes.subarray(20)).toString('hex'),
      '99811f4000000001000000006002040000000000020405b4',
    );
    assert.deepEqual(
      [found.transportStart, found.sourcePort, found.seconds, found.microseconds],
      [20, 39_297, 1000, 7],
    );
  });

  it('over IPv6, too', () => {
    assert.equal(
      remembering(syn6).find(said({ source: 'fd00::a00:5', target: 'fd00::a00:9' }, 1005))?.transportStart,
      40,
    );
    assert.equal(remembering(syn6).find(said({ source: 'fd00::1:a00:5', target: 'fd00::a00:9' }, 1005)), undefined);
  });

  it('not by a device that begins all of its connections so, and has several at once', () => {
    const headers = new RememberedHeaders(1);
    for (const sourcePort of [40_001, 40_002, 40_003]) {
      const of = Buffer.from(syn);
      of.writeUInt16BE(sourcePort, 20);
      headers.note(decode(packetFrame({ ...endpoints, sourcePort }, of), 1000));
    }
    assert.equal(headers.find(said({ sourcePort: 40_004 }, 1005))?.sourcePort, 40_003);
    for (const sourcePort of [40_001, 40_002, 40_003]) {
      assert.equal(headers.find(said({ sourcePort }, 1005)), undefined);
    }
  });

  it('not by another source, target or port', () => {
    for (const given of [{ source: '10.0.0.6' }, { target: '10.0.0.8' }, { targetPort: 8001 }]) {
      assert.equal(remembering().find(said(given, 1005)), undefined);
    }
  });

  it('not by the same connection: who goes on where his SYN began made no other', () => {
    assert.equal(remembering().find(said({ sourcePort: 39_297 }, 1005)), undefined);
  });

  it('not when they are old', () => {
    assert.ok(remembering().find(said({}, 1000 + rememberedHeaderTime)));
    assert.equal(remembering().find(said({}, 1001 + rememberedHeaderTime)), undefined);
  });

  it('count once for what is said within some seconds', () => {
    const headers = remembering();
    const found = headers.find(said({}, 1005))!;
    assert.deepEqual(
      [1005, 1006, 1024, 1025].map((seconds) => headers.claim(found, seconds)),
      [true, false, false, true],
    );
  });

  it('give way to others, which is counted', () => {
    const headers = new RememberedHeaders(1);
    const ports = 65_535;
    for (const source of ['10.0.0.5', '10.0.0.6']) {
      for (let targetPort = 1; targetPort <= ports; targetPort++) {
        headers.note(decode(packetFrame({ ...endpoints, source, targetPort }, syn), 1000));
      }
    }
    let kept = 0;
    for (const source of ['10.0.0.5', '10.0.0.6']) {
      for (let targetPort = 1; targetPort <= ports; targetPort++) {
        if (headers.find(said({ source, targetPort }, 1000))) kept++;
      }
    }
    assert.ok(kept > rememberedHeaders / 2 && kept <= rememberedHeaders);
    // Two of the same tag are taken for one.
    assert.ok(Math.abs(headers.forgotten - (2 * ports - kept)) < 100);
  });

  it('do not take long ones', () => {
    const long = Buffer.concat([syn, Buffer.alloc(36)]);
    long.set([0, long.length], 2);
    long[32] = 0xf0;
    assert.equal(remembering(long).find(said({}, 1005)), undefined);
  });
});
