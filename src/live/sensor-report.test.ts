import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { SensorStatistics } from './live-sensor.ts';
import { activity, metricsText, statusLine, type Tally, totals } from './sensor-report.ts';
import { noCounters } from './worker-messages.ts';

function statistics(frames: number, change: Partial<SensorStatistics> = {}): SensorStatistics {
  return {
    interfaces: [{ name: 'eth0', up: true, packets: frames, drops: 3 }],
    workers: { ...noCounters, frames, packets: frames, flows: frames / 10, evicted: 1, segmentsDropped: 2 },
    framesOfWorkers: [frames],
    restarts: 0,
    scans: 4,
    openScans: 2,
    scansClosedEarly: 0,
    sourcesDropped: 0,
    ...change,
  };
}

const tally: Tally = { alerts: new Map([['open high', 3]]), reloads: { done: 1, refused: 0 } };

describe('the numbers of a sensor', () => {
  it('for people: by the second, and in all', () => {
    assert.equal(
      activity(statistics(1000), statistics(61_000), 60),
      'eth0: 1,000 packets/s, 100 flows/s; in all 61,000 packets; dropped 3 by the kernel, 2 by us; 6,100 flows, 1 evicted; 4 scans, 2 open',
    );
    assert.equal(
      statusLine(statistics(1000), statistics(3000), 1),
      'eth0: 2,000 packets/s, 5 dropped; 300 flows; 2 of 4 scans open',
    );
    const down = statistics(0, {
      interfaces: [{ name: 'eth1', up: false, packets: 0, drops: 0 }],
      restarts: 1,
      scans: 1,
    });
    assert.match(activity(down, down, 1), /^eth1 \(down\): 0 packets\/s/);
    assert.match(totals(down), /1 scan, 2 open; 1 worker restarted$/);
  });

  it('for Prometheus: each metric with help and type before its values', () => {
    const text = metricsText(statistics(1000), tally, {
      outputs: [{ name: 'si"em', type: 'syslog', delivered: 2, retried: 0, dropped: 0, queued: 1, problem: '' }],
      store: { written: 5, dropped: 0, failures: 0 },
    });
    let announced = '';
    for (const line of text.trimEnd().split('\n')) {
      const [, name] = /^# HELP (\S+) .+$/.exec(line) ?? [];
      if (name !== undefined) announced = name;
      else if (line.startsWith('# TYPE ')) assert.match(line, new RegExp(`^# TYPE ${announced} (counter|gauge)$`));
      else assert.match(line, new RegExp(`^${announced}(\\{([a-z]+="([^"\\\\]|\\\\.)*",?)+\\})? [0-9.e+]+$`));
    }
    for (const line of [
      'trespass_kernel_drops_total{interface="eth0"} 3',
      'trespass_frames_total 1000',
      'trespass_alerts_total{state="open",severity="high"} 3',
      'trespass_output_queued{output="si\\"em"} 1',
      'trespass_store_written_total 5',
    ]) {
      assert.ok(text.includes(`${line}\n`), line);
    }
    // Without outputs and store there is nothing of them to tell.
    assert.doesNotMatch(metricsText(statistics(1), tally), /trespass_(output|store)_/);
  });
});

it('docs/watch.md names every metric, and none that does not exist', () => {
  const page = readFileSync(fileURLToPath(new URL('../../../docs/watch.md', import.meta.url)), 'utf8');
  const text = metricsText(statistics(1), tally, {
    outputs: [{ name: 'a', type: 'file', delivered: 0, retried: 0, dropped: 0, queued: 0, problem: '' }],
    store: { written: 0, dropped: 0, failures: 0 },
  });
  const served = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  const rows = page.split('\n').filter((line) => /^\| `(trespass|process)_/.test(line));
  const named = rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name));
  assert.deepEqual(named.sort(), served.sort());
});
