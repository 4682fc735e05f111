import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { pcap } from './capture/capture-builder.test.helper.ts';
import { bytesOf, tcpFrame } from './testing/frames.ts';
import { type Alert, defaultScanSettings, loadCatalogue, readCaptures } from './trespass.ts';

const folder = mkdtempSync(join(tmpdir(), 'trespass-'));
after(() => rmSync(folder, { recursive: true }));

const scan = fileURLToPath(new URL('../../captures/nmap/smtp-open-relay.pcap', import.meta.url));
const catalogue = loadCatalogue();

/** A pipe whose writer said `bytes` and says nothing more, but does not end. */
function waitingPipe(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  execFileSync('mkfifo', [path]);
  // Opened to read and write, so that opening waits for nobody. Stays open until this process ends.
  writeSync(openSync(path, 'r+'), bytes);
  return path;
}

/** Reads `paths` and aborts when a scan opens, or, if `soon`, when reading has begun to wait. */
async function readUntilAborted(paths: readonly string[], soon = false) {
  const alerts: Alert[] = [];
  const controller = new AbortController();
  if (soon) setTimeout(() => controller.abort(), 50);
  const statistics = await readCaptures({
    paths,
    catalogue,
    settings: defaultScanSettings,
    signal: controller.signal,
    onAlert: (alert) => {
      alerts.push(alert);
      controller.abort();
    },
  });
  return { states: alerts.map(({ state }) => state), statistics };
}

describe('reading that is aborted', () => {
  const bytes = readFileSync(scan);
  const both = ['open', 'closed'];

  it('closes and reports the scan that is open', async () => {
    assert.deepEqual((await readUntilAborted([waitingPipe('plain', bytes)])).states, both);
  });

  it('does not wait for the rest of a compressed pipe', async () => {
    // One member, and the beginning of a second: its bytes are there, their end is not.
    const members = Buffer.concat([gzipSync(bytes), gzipSync('').subarray(0, 12)]);
    assert.deepEqual((await readUntilAborted([waitingPipe('compressed', members)])).states, both);
  });

  it('does not wait for the first byte, nor for one of several pipes', async () => {
    const none = new Uint8Array(0);
    assert.deepEqual((await readUntilAborted([waitingPipe('silent', none)], true)).states, []);
    const { states, statistics } = await readUntilAborted([scan, waitingPipe('one-of-two', none)], true);
    assert.deepEqual(states, []);
    assert.equal(statistics.frames, 0);
  });

  it('leaves the rest of a file', async () => {
    const whole = await readCaptures({ paths: [scan], catalogue, settings: defaultScanSettings, onAlert: () => {} });
    const aborted = await readCaptures({
      paths: [scan],
      catalogue,
      settings: defaultScanSettings,
      onAlert: () => assert.fail('it was aborted before the first frame'),
      signal: AbortSignal.abort(),
    });
    assert.ok(whole.frames > 0);
    assert.equal(aborted.frames, 0);
  });
});

describe('a capture of frames that cannot be read', () => {
  const settings = defaultScanSettings;
  const endpoints = { source: '10.0.0.1', target: '10.0.0.2', sourcePort: 40_000, targetPort: 25 };
  const whole = tcpFrame(endpoints, { flags: 24, offset: 1 }, bytesOf('EHLO'));
  const noticesOf = async (name: string, bytes: Uint8Array): Promise<string[]> => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    const notices: string[] = [];
    await readCaptures({
      paths: [path],
      catalogue,
      settings,
      onAlert: () => assert.fail('there is nothing to see'),
      onNotice: (text) => notices.push(text),
    });
    return notices;
  };

  it('is no capture without a scan: it says how many, and why', async () => {
    // LINKTYPE_USER0: whatever its writer means by it.
    const unknown = pcap([{ bytes: new Uint8Array(60) }, { bytes: new Uint8Array(60) }], { linkType: 147 });
    assert.deepEqual(await noticesOf('unknown.pcap', unknown), [
      '2 of 2 frames could not be looked at: their link type is none that Trespass reads.',
    ]);
    // Of one no TCP header, of the other no payload.
    const cut = [34, 54].map((length) => ({ bytes: whole.subarray(0, length), original: whole.length }));
    assert.deepEqual(await noticesOf('cut.pcap', pcap(cut)), [
      '2 of 2 frames are cut short, as by a snap length, and what they say is not all there: record it with `tcpdump -s 0`.',
    ]);
  });

  it('says nothing of a whole one, nor of one frame in hundreds', async () => {
    const others = Array.from({ length: 200 }, () => ({ bytes: new Uint8Array(60) }));
    assert.deepEqual(await noticesOf('whole.pcap', pcap(others)), []);
    const cut = { bytes: whole.subarray(0, 54), original: whole.length };
    assert.deepEqual(await noticesOf('one.pcap', pcap([...others, cut])), []);
  });

  it('counts fragments, too', async () => {
    // IPv4, more fragments to come, of whose 1,480 bytes sixteen were captured.
    const header = Buffer.from(
      '020000000002020000000001080045000 5dc000120004006 0000 0a0000010a000002'.replaceAll(' ', ''),
      'hex',
    );
    const fragment = Buffer.concat([header, Buffer.alloc(16)]);
    assert.match(
      (await noticesOf('fragments.pcap', pcap([{ bytes: fragment, original: 1514 }])))[0] ?? '',
      /^1 of 1 frames are cut/,
    );
  });
});
