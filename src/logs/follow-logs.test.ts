import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from '../scan/alert.ts';
import { defaultScanSettings } from '../scan/scan-settings.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import { followLogs } from './follow-logs.ts';
import { webLogParser } from './web-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'trespass-'));
after(() => rmSync(folder, { recursive: true }));

function line(source: string): string {
  return `${source} - - [10/Oct/2026:13:00:00 +0000] "ASDE / HTTP/1.1" 405 5 "-" "-"\n`;
}

function follow(path: string, windowSeconds = 30) {
  const alerts: Alert[] = [];
  const notices: string[] = [];
  const stop = new AbortController();
  const ended = followLogs({
    paths: [path],
    parser: () => webLogParser({ server: '127.0.0.1', port: 80 }),
    catalogue: loadCatalogue(),
    settings: { ...defaultScanSettings, windowSeconds },
    onAlert: (alert) => alerts.push(alert),
    onNotice: (text) => notices.push(text),
    signal: stop.signal,
  });
  const seen = () => alerts.filter(({ state }) => state === 'open').map(({ source }) => source);
  const until = async (count: number) => {
    for (let tries = 0; tries < 600 && seen().length < count; tries++) await sleep(50);
    return seen();
  };
  return { alerts, notices, until, stop: () => stop.abort(), ended };
}

describe('--follow', () => {
  it('reads what is there, what comes, and what comes after a rotation or a cut', async () => {
    const path = join(folder, 'access.log');
    writeFileSync(path, line('10.0.0.1'));
    const { until, stop, ended } = follow(path);
    assert.deepEqual(await until(1), ['10.0.0.1']);
    appendFileSync(path, line('10.0.0.2').slice(0, 20));
    await sleep(400);
    appendFileSync(path, line('10.0.0.2').slice(20));
    assert.equal((await until(2)).at(-1), '10.0.0.2');

    renameSync(path, `${path}.1`);
    appendFileSync(`${path}.1`, line('10.0.0.3'));
    await sleep(400);
    writeFileSync(path, line('10.0.0.4') + line('10.0.0.5'));
    assert.deepEqual((await until(5)).slice(2), ['10.0.0.3', '10.0.0.4', '10.0.0.5']);

    truncateSync(path, 0);
    await sleep(400);
    // Less than was there: known as a cut even if nobody has looked while the file was empty.
    appendFileSync(path, line('10.0.0.6'));
    assert.equal((await until(6)).at(-1), '10.0.0.6');
    stop();
    const statistics = await ended;
    assert.deepEqual([statistics.records, statistics.scans], [6, 6]);
  });

  it('the last line of a rotated file that has no end is not joined to the next file’s first', async () => {
    const path = join(folder, 'joined.log');
    writeFileSync(path, line('10.0.0.1') + line('10.0.0.2').trimEnd());
    const { until, stop, ended } = follow(path);
    // Now it has this file open, and not the next one.
    assert.deepEqual(await until(1), ['10.0.0.1']);
    renameSync(path, `${path}.1`);
    writeFileSync(path, line('10.0.0.3'));
    assert.deepEqual(await until(3), ['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    stop();
    await ended;
  });

  it('closes a scan when the log falls silent', async () => {
    const path = join(folder, 'silent.log');
    writeFileSync(path, line('10.0.0.1'));
    const { alerts, stop, ended } = follow(path, 0.5);
    for (let tries = 0; tries < 600 && alerts.length < 2; tries++) await sleep(50);
    assert.deepEqual(
      alerts.map(({ state }) => state),
      ['open', 'closed'],
    );
    stop();
    await ended;
  });

  it('a clock that ran ahead and was set back does not tear scans apart', async () => {
    const path = join(folder, 'clock.log');
    const at = (moment: string) => line('10.0.0.1').replace('10/Oct/2026:13:00:00', moment);
    writeFileSync(path, at('10/Oct/2099:13:00:00') + at('10/Oct/2026:13:00:00'));
    const { alerts, until, stop, ended } = follow(path);
    await until(2);
    // Longer than a tick: the time of before would close the scan by now.
    await sleep(1500);
    appendFileSync(path, at('10/Oct/2026:13:00:03'));
    await sleep(500);
    stop();
    await ended;
    assert.deepEqual(
      alerts.map(({ state, evidenceCount }) => `${state} ${evidenceCount}`),
      ['open 1', 'closed 1', 'open 1', 'closed 2'],
    );
  });

  it('a file of another kind is told once, and followed all the same', async () => {
    const path = join(folder, 'other.log');
    writeFileSync(path, 'garbage\n');
    const { notices, until, stop, ended } = follow(path);
    await sleep(400);
    appendFileSync(path, `more\n${line('10.0.0.1')}`);
    assert.deepEqual(await until(1), ['10.0.0.1']);
    stop();
    await ended;
    assert.deepEqual(notices, [
      `${path}: none of its 1 lines could be read as such a log (1 not of this format). Is it of another kind?`,
    ]);
  });

  it('a file that is not there is an error at once', async () => {
    await assert.rejects(follow(join(folder, 'none.log')).ended, /no such file/);
    await assert.rejects(follow(folder).ended, /is a directory/);
  });
});
