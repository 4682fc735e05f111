import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openStore } from './open-store.ts';
import { noon, scanned, storeCases } from './store-cases.test.helper.ts';

describe('a store in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trespass-store-'));
  let files = 0;
  after(() => rmSync(folder, { recursive: true }));
  storeCases(() => openStore(join(folder, `${files++}.db`)));

  it('keeps below its size: the oldest of the least severe go first, and the file shrinks', async () => {
    const file = join(folder, 'size.db');
    const store = await openStore(file);
    const sources = ['192.0.2.7', '10.0.0.5'];
    for (let batch = 0; batch < 10; batch++) {
      const alerts = Array.from({ length: 400 }, (_, index) =>
        scanned({
          source: sources[index % 2]!,
          at: (batch * 400 + index) * 100,
          target: `10.0.${batch}.${index % 250}`,
        }),
      );
      await store.write({ sensor: 'dmz', alerts });
    }
    const days = { info: 0, low: 0, medium: 0, high: 0 };
    const { size } = await store.statistics();
    const bound = Math.floor(size * 0.7);
    let deleted = 0;
    for (let more = true; more; ) {
      const retained = await store.retain({ days, size: bound }, noon);
      deleted += retained.deleted.low;
      assert.equal(retained.deleted.high, 0);
      more = retained.more;
    }
    assert.ok(deleted >= 500 && deleted <= 2000, `${deleted} were deleted`);
    const { bySeverity } = await store.statistics();
    assert.deepEqual([bySeverity.low, bySeverity.high], [2000 - deleted, 2000]);
    assert.equal((await store.retain({ days, size: bound }, noon)).deleted.low, 0, 'that is enough');
    await store.retain({ days, size: 1 }, noon);
    assert.equal((await store.statistics()).scans, 0);
    await store.close();
    const { size: onDisk } = statSync(file);
    assert.ok(onDisk < size / 4, `${onDisk} of ${size} bytes`);
  });

  it('is read while another process writes, and tells it what changed', async () => {
    const file = join(folder, 'shared.db');
    const writer = await openStore(file);
    const reader = await openStore(file, { readOnly: true });
    const { cursor } = await reader.changedSince();
    await writer.write({ sensor: 'dmz', alerts: [scanned()] });
    const { scans } = await reader.changedSince(cursor);
    assert.equal(scans.length, 1);
    await assert.rejects(reader.write({ sensor: 'dmz', alerts: [scanned()] }), { fault: 'read-only' });
    await reader.close();
    await writer.close();
  });
});
