/** Packets known by their headers, through engine and tracker: what a port scan proves when something follows, and what not. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Engine } from './engine.ts';
import { protocols } from './protocol/protocols.ts';
import { defaultScanSettings } from './scan/scan-settings.ts';
import { ScanTracker } from './scan/scan-tracker.ts';
import { loadCatalogue } from './signature/load-catalogue.ts';
import { bytesOf, type Endpoints, packetFrame, tcpConversation } from './testing/frames.ts';
import type { Alert } from './trespass.ts';

const catalogue = loadCatalogue();
const syn = Buffer.from(
  '4500002c2a760000390600000a4d00020a4d000a9981001700000001000000006002040000000000020405b4',
  'hex',
);
const endpoints: Endpoints = { source: '10.0.0.5', target: '10.0.0.9', sourcePort: 40_000, targetPort: 8000 };

/** Frames and the second in which each comes. */
type Timed = readonly (readonly [number, Uint8Array])[];

function scan(targetPort: number, seconds: number, packet: Uint8Array = syn): Timed {
  return [[seconds, packetFrame({ ...endpoints, targetPort }, packet)]];
}

function say(text: string, seconds: number, given: Partial<Endpoints> = {}): Timed {
  return tcpConversation({ ...endpoints, ...given }, bytesOf(text)).map((frame) => [seconds, frame] as const);
}

function alertsOf(...parts: Timed[]): Alert[] {
  const alerts: Alert[] = [];
  const onAlert = (alert: Alert) => {
    if (alert.state === 'closed') alerts.push(alert);
  };
  const tracker = new ScanTracker({ settings: defaultScanSettings, signatures: catalogue, onAlert });
  const engine = new Engine(catalogue, protocols, (evidence) => tracker.add(evidence));
  for (const [seconds, frame] of parts.flat()) {
    tracker.advance(seconds * 1e6);
    engine.frame(frame, 0, frame.length, 1, seconds, 0);
  }
  engine.finish();
  tracker.close();
  return alerts;
}

function idsOf(alerts: readonly Alert[]): string[] {
  return alerts.flatMap(({ signatures }) => signatures.map(({ signature, count }) => `${signature.id} ${count}`));
}

const probe = 'GET / HTTP/1.0\r\n\r\n';
const proof = ['sequence-after-syn-scan 1', 'http-get-probe 1', 'packet-syn-scan 1'];

describe('a port scan', () => {
  it('and one of Nmap’s messages to the same port are an alert, whose source is no forgery', () => {
    const alerts = alertsOf(scan(8000, 100), say(probe, 103));
    assert.deepEqual(idsOf(alerts), proof);
    assert.equal(alerts[0]!.spoofable, false);
    assert.ok(alerts[0]!.nmap.options.some(({ name }) => name === '-sS or -PS'));
    const header = alerts[0]!.evidence.find(({ signature }) => signature.id === 'packet-syn-scan')!;
    assert.deepEqual([header.time, header.sourcePort, header.fields['packet.window']], [100e6, 39_297, '1024']);
  });

  it('up to ten minutes before', () => {
    assert.deepEqual(idsOf(alertsOf(scan(8000, 100), say(probe, 700))), proof);
    assert.deepEqual(alertsOf(scan(8000, 100), say(probe, 701)), []);
  });

  it('alone is none, however many ports', () => {
    assert.deepEqual(alertsOf(...Array.from({ length: 1000 }, (_, port) => scan(port + 1, 100))), []);
  });

  it('of another port, from another source, or of another target is none', () => {
    assert.deepEqual(alertsOf(scan(8001, 100), say(probe, 103)), []);
    assert.deepEqual(alertsOf(scan(8000, 100), say(probe, 103, { source: '10.0.0.6' })), []);
    assert.deepEqual(alertsOf(scan(8000, 100), say(probe, 103, { target: '10.0.0.8' })), []);
  });

  it('of masscan, whose time to live is 255, or over the same connection, is none', () => {
    const masscan = Uint8Array.from(syn);
    masscan[8] = 255;
    assert.deepEqual(alertsOf(scan(8000, 100, masscan), say(probe, 103)), []);
    assert.deepEqual(alertsOf(scan(8000, 100), say(probe, 103, { sourcePort: 39_297 })), []);
  });

  it('and a browser are none', () => {
    assert.deepEqual(alertsOf(scan(8000, 100), say('GET / HTTP/1.1\r\nHost: a.example\r\n\r\n', 103)), []);
  });

  it('counts once for many messages to the port, and again when a new scan begins', () => {
    const messages = [0, 1, 2, 3].flatMap((at) => say(probe, 103 + at, { sourcePort: 40_000 + at }));
    assert.deepEqual(idsOf(alertsOf(scan(8000, 100), messages)), [
      'sequence-after-syn-scan 1',
      'http-get-probe 4',
      'packet-syn-scan 1',
    ]);
    assert.equal(alertsOf(scan(8000, 100), say(probe, 103), say(probe, 203, { sourcePort: 40_009 })).length, 2);
  });
});

describe('OS detection', () => {
  const t3 = Buffer.from(
    '4500003cfaf2000027060000 0a4d0002 0a4d000a 94f500160c2c3b25dad24931a02b0100323e000003030a0102040109080affffffff000000000402'.replaceAll(
      ' ',
      '',
    ),
    'hex',
  );

  it('is an alert by a single packet, which may be forged', () => {
    const alerts = alertsOf(scan(22, 100, t3));
    assert.deepEqual(idsOf(alerts), ['packet-os-syn-fin 1']);
    assert.equal(alerts[0]!.spoofable, true);
    assert.deepEqual(
      alerts[0]!.headline.bytes,
      Uint8Array.from(packetFrame({ ...endpoints, targetPort: 22 }, t3).subarray(14)),
    );
  });

  it('is none when an ICMP error quotes it', () => {
    const quoted = packetFrame({ ...endpoints, targetPort: 22 }, t3).subarray(14);
    const error = Buffer.concat([
      Buffer.from('450000582a7600003901000000000000 00000000 0303000000000000'.replaceAll(' ', ''), 'hex'),
      quoted,
    ]);
    error.set([0, error.length], 2);
    assert.deepEqual(alertsOf(scan(0, 100, error)), []);
  });
});
