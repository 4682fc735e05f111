import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bytesOf, icmpFrame, tcpConversation, tcpFrame, udpFrame } from '../src/testing/frames.ts';
import { capturePath } from './captures.ts';
import { scannerSays } from './scanner-says.ts';

const endpoints = { source: '10.77.0.2', target: '10.77.0.10', sourcePort: 40000, targetPort: 80 };

/** The addresses of the network interfaces, which the frames leave at zero, differ in real captures. */
function pcap(frames: readonly Uint8Array[]): Buffer {
  const records = frames.map((bytes) => {
    const padded = Buffer.concat([bytes, Buffer.alloc(Math.max(0, 60 - bytes.length))]);
    const isScanner = [...padded.subarray(26, 30)].join('.') === endpoints.source;
    padded[11] = isScanner ? 2 : 10;
    const header = Buffer.alloc(16);
    header.writeUInt32LE(padded.length, 8);
    return Buffer.concat([header, padded]);
  });
  return Buffer.concat([Buffer.alloc(24), ...records]);
}

const says = (...frames: Uint8Array[]): boolean => scannerSays(pcap(frames), endpoints.source);

test('a scanner that only connects says nothing, whatever the server says', () => {
  assert.equal(says(...tcpConversation(endpoints, new Uint8Array(0))), false);
  const greeting = tcpFrame(endpoints, { fromServer: true, flags: 24, offset: 1 }, bytesOf('220 hello\r\n'));
  assert.equal(says(tcpFrame(endpoints, { flags: 2, offset: 0 }), greeting), false);
});

test('bytes in a segment, a datagram and an echo are something', () => {
  assert.equal(says(...tcpConversation(endpoints, bytesOf('x'))), true);
  assert.equal(says(udpFrame(endpoints, new Uint8Array(0))), true);
  assert.equal(says(icmpFrame(endpoints, 8, new Uint8Array(0))), true);
});

test('in real captures', () => {
  assert.equal(scannerSays(readFileSync(capturePath('nmap/syn-scan')), '10.77.0.2'), false);
  assert.equal(scannerSays(readFileSync(capturePath('nmap/smtp-commands')), '10.77.0.2'), true);
  assert.equal(scannerSays(Buffer.alloc(24), '10.77.0.2'), false);
});
