/**
 * `npm run test:live`: real Nmap against real servers in network namespaces, while `trespass watch` looks on. Needs root on
 * Linux (docs/watch.md says which packages); elsewhere everything is skipped.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { attempt, run } from '../shell.ts';
import { Stage } from './stage.ts';
import { closed, launch, type PrintedAlert, readBack, startWatch } from './watching.ts';

const canRun = process.platform === 'linux' && process.getuid?.() === 0;
const skip = canRun ? false : 'needs root on Linux: sudo npm run test:live';

describe('watch', { skip }, () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.open(['openssh', 'nginx', 'vsftpd', 'postfix', 'bind9', 'snmpd']);
  });
  after(() => stage?.close());

  it('says of each kind of scan what read says of a capture beside it, on several interfaces', async () => {
    const [inside, outside] = [await stage.tcpdump('eth0'), await stage.tcpdump('eth1')];
    const watching = await startWatch(stage.network.target, ['eth0', 'eth1']);
    const kinds = [
      '-Pn -sS -p 1-200',
      '-Pn -sT -p 21,22,25,53,80,443',
      '-Pn -sV -p 21,22,25,53,80,443',
      '-Pn -sC -p 22,25,80,443',
      '-Pn -A -p 22,80',
      '-Pn -O -p 22,81',
      '-Pn -sU -sV -p 53,161',
      '-Pn -p 25 --script smtp-open-relay,smtp-commands',
      '-Pn -p 80 --script http-title,http-enum,http-methods',
      '-Pn -p 80 --script http-title --mtu 16 -sS',
      '-Pn -p 21 --script ftp-anon,ftp-syst',
      '-Pn -p 22 --script ssh-hostkey,ssh2-enum-algos,ssh-auth-methods',
      '-Pn -sU -p 53 --script dns-recursion,dns-nsid',
      '-sn -PE -PU40125 --data-length 24',
    ];
    const scans = kinds.map((kind) => stage.nmap(`${kind} -S ${stage.newScanner()} -e eth0 10.77.0.10`));
    scans.push(stage.nmap('-6 -Pn -sV -p 22,80 fd77::10'));
    scans.push(stage.nmap('-Pn -sV -p 22,25,80 10.77.0.10', stage.network.outside));
    await Promise.all(scans);
    await sleep(500);
    const files = [await inside.stop(), await outside.stop()];
    assert.equal(await watching.end(), 0, watching.log());

    const live = closed(watching.alerts);
    const read = closed(readBack(files));
    assert.ok(read.length >= 10, `${read.length} scans are few`);
    assert.deepEqual(live.map(sourceOf), read.map(sourceOf));
    for (const [index, alert] of live.entries()) assertSame(alert, read[index]!);
    // A bare port scan says nothing.
    assert.ok(!live.some(({ src_ip }) => src_ip === '10.77.0.101' || src_ip === '10.77.0.102'));
    // Each was reported when it opened, under the same name.
    const opened = watching.alerts.filter(({ trespass }) => trespass.state === 'open');
    assert.deepEqual(opened.map(scanOf).sort(), live.map(scanOf).sort());
    const delays = [...watching.delays].sort((a, b) => a - b);
    const median = delays[delays.length >> 1]!;
    assert.ok(median < 100, `half of the alerts took longer than ${median} ms`);
    console.log(`alerts after the packet that proved them: median ${median} ms, at most ${delays.at(-1)} ms`);
  });
});

function scanOf({ trespass }: PrintedAlert): string {
  return trespass.scan;
}

function sourceOf({ src_ip }: PrintedAlert): string {
  return src_ip;
}

/**
 * The verdict must be the same. Times may differ by a millisecond, for the kernel stamps a packet for each of those who look
 * on; so may the scan's name, which is made of them, and which of two packets of one microsecond is shown.
 */
function assertSame(a: PrintedAlert, b: PrintedAlert): void {
  assert.deepEqual(verdictOf(a), verdictOf(b));
  for (const name of ['first_seen', 'last_seen'] as const) {
    const difference = Date.parse(a.trespass[name]) - Date.parse(b.trespass[name]);
    assert.ok(Math.abs(difference) <= 1, `${name} of ${a.src_ip} differs by ${difference} ms`);
  }
}

function verdictOf({ trespass }: PrintedAlert): unknown {
  const { scan: _scan, first_seen: _first, last_seen: _last, evidence, ...verdict } = trespass;
  return { ...verdict, evidence: evidence.map(({ signature }) => signature).sort() };
}
