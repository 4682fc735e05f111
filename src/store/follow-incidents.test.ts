import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { suricataIncidents } from '../configuration/store-settings.ts';
import { followIncidents } from './follow-incidents.ts';
import { readIncident } from './incident-lines.ts';
import { openStore } from './open-store.ts';
import { scanned } from './store-cases.test.helper.ts';

const folder = mkdtempSync(join(tmpdir(), 'trespass-follow-'));
after(() => rmSync(folder, { recursive: true }));

const counters = () => ({ lines: 0, incidents: 0, notJson: 0, incomplete: 0 });

function eveLine(address: string, second: number): string {
  const timestamp = `2026-11-22T12:00:${String(second).padStart(2, '0')}+0000`;
  return `${JSON.stringify({ timestamp, event_type: 'alert', src_ip: address, alert: { severity: 1, signature: 'C2' } })}\n`;
}

it('a file is followed while it is written and rotated, and scans rise', async () => {
  const file = join(folder, 'eve.json');
  writeFileSync(file, eveLine('192.0.2.1', 0));
  const store = await openStore(join(folder, 'scans.db'));
  await store.write({ sensor: 'dmz', alerts: [scanned({ source: '192.0.2.3' })] });
  const end = new AbortController();
  const seen: [string, number][] = [];
  const following = followIncidents({
    store,
    sources: [{ ...suricataIncidents, file }],
    horizonDays: 30,
    follow: true,
    signal: end.signal,
    onIncident: ({ incident, raised }) => {
      seen.push([incident.address, raised]);
    },
  });
  const until = async (count: number) => {
    for (let tries = 0; seen.length < count && tries < 3000; tries++) await sleep(10);
  };
  await until(1);
  appendFileSync(file, eveLine('192.0.2.2', 1) + eveLine('192.0.2.2', 2));
  await until(2);
  renameSync(file, `${file}.1`);
  writeFileSync(file, eveLine('192.0.2.3', 3));
  await until(3);
  end.abort();
  const { added, repeated, raised } = await following;
  assert.deepEqual(seen, [
    ['192.0.2.1', 0],
    ['192.0.2.2', 0],
    ['192.0.2.3', 1],
  ]);
  assert.deepEqual([added, repeated, raised], [3, 1, 1]);
  await store.close();
});

it('no line can do harm', () => {
  const source = { ...suricataIncidents, file: '' };
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (line) => {
      readIncident(line, source, counters());
      readIncident(line, { ...source, match: {}, address: ['a', 'a.b', 'src_ip'], time: 'a' }, counters());
    }),
  );
  const given = counters();
  const strange =
    '{"event_type":"alert","alert":{"severity":1},"src_ip":{"constructor":1},"timestamp":[[[1]]],"__proto__":5}';
  assert.equal(readIncident(strange, source, given), undefined);
  assert.equal(given.incomplete, 1);
});
