import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type Alert, defaultScanSettings, loadCatalogue, readCaptures } from '../src/trespass.ts';
import { countPackets } from './count-packets.ts';
import { generate, profiles } from './generate.ts';

const directory = mkdtempSync(join(tmpdir(), 'trespass-generate-'));
after(() => rmSync(directory, { recursive: true }));
const path = join(directory, 'generated.pcap');

function hashOf(seed: number): string {
  generate(profiles.small, path, 1, seed);
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

describe('a generated capture', () => {
  it('is the same for the same seed', () => {
    const first = hashOf(1);
    assert.notEqual(hashOf(2), first);
    assert.equal(hashOf(1), first);
  });

  it('is benign, of the size asked for, and decoded to the last frame', async () => {
    for (const [name, profile] of Object.entries(profiles)) {
      const generated = generate(profile, path, 5, 7);
      const alerts: Alert[] = [];
      const onAlert = (alert: Alert) => alerts.push(alert);
      const statistics = await readCaptures({
        paths: [path],
        catalogue: loadCatalogue(),
        settings: defaultScanSettings,
        onAlert,
      });
      assert.deepEqual(alerts, [], name);
      assert.equal(statistics.frames, generated.packets);
      assert.equal((await countPackets(path)).packets, generated.packets);
      assert.equal(readFileSync(path).length, generated.bytes);
      assert.ok(generated.bytes >= 5_000_000 && generated.bytes < 5_100_000, `${generated.bytes}`);
      const { fragmentsHeld, ...left } = statistics.decoding as Record<string, number>;
      assert.ok(fragmentsHeld !== undefined);
      assert.deepEqual(
        Object.values(left).filter((count) => count > 0),
        [],
        JSON.stringify(left),
      );
    }
  });
});
