import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
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
