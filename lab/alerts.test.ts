/** The lab's captures through the whole of Trespass: exactly the alerts that their records expect. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { enhancedPacket, interfaceBlock, section } from '../src/capture/capture-builder.test.helper.ts';
import { compareVersions, tellNmapStory } from '../src/scan/nmap-story.ts';
import { type Alert, loadCatalogue } from '../src/trespass.ts';
import { captureNames, capturePath, readRecord } from './captures.ts';
import { alertsIn, expectationOf, expected } from './expectation.ts';

const catalogue = loadCatalogue();
const folder = mkdtempSync(join(tmpdir(), 'trespass-captures-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Every n-th, from another place in each use: all of them in every form would take minutes. */
const some = (every: number, first: number) => captureNames.filter((_, index) => index % every === first);

/** Alerts of `bytes` as a file. */
async function alertsOf(bytes: Uint8Array, name: string): Promise<readonly Alert[]> {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  const { alerts } = await alertsIn([file], catalogue);
  rmSync(file);
  return alerts;
}

describe('the alerts of each capture are those that its record expects:', () => {
  for (const name of captureNames) {
    it(name, async () => {
      const now = await expectationOf(capturePath(name), catalogue);
      assert.deepEqual(now, readRecord(name).expect, 'if it is right: npm run lab:expect -- --update');
      if (name.startsWith('benign/')) assert.deepEqual(now.alerts, []);
    });
  }
});

describe('what an alert says of Nmap is true of the command:', () => {
  /** Commands whose scripts or probes nobody named one by one. */
  const runsMore = /(^|\s)(-A|-s[A-Z]*[VC][A-Z]*)\b/;

  it('the version that was run is in the range', () => {
    for (const name of captureNames.filter((one) => one.startsWith('nmap/'))) {
      const { expect, tools } = readRecord(name);
      const [, version = ''] = /^nmap (\d+\.\d+)/.exec(tools.find((tool) => tool.startsWith('nmap ')) ?? '') ?? [];
      assert.notEqual(version, '', name);
      for (const { versions = '' } of expect.alerts) assert.ok(includes(versions, version), `${name}: ${versions}`);
    }
  });

  it('no script that was not run', () => {
    for (const name of captureNames) {
      const { command, scripts: ran = [], expect } = readRecord(name);
      if (runsMore.test(command)) continue;
      for (const { scripts = [], options = [] } of expect.alerts) {
        for (const script of scripts) assert.ok(ran.includes(script), `${name}: ${script}`);
        assert.ok(!options.includes('-sV') && !options.includes('-sC'), `${name}: ${options}`);
      }
    }
  });

  it('of several that fit, one was sent', () => {
    const byId = new Map(catalogue.map((signature) => [signature.id, signature]));
    const untrue: string[] = [];
    for (const name of captureNames.filter((one) => one.startsWith('nmap/'))) {
      const { command, scripts: ran = [], expect } = readRecord(name);
      // With --data-string, the user says what else only scripts say.
      if (runsMore.test(command) || command.includes('--data-string')) continue;
      const payloads = /\s-s[A-Z]*U/.test(command);
      for (const { signatures } of expect.alerts) {
        for (const { scripts, probes, signatures: ids } of tellNmapStory(signatures.map((id) => byId.get(id)!)).oneOf) {
          if (scripts.some((script) => ran.includes(script)) || (payloads && probes.length > 0)) continue;
          untrue.push(`${name}: ${ids}`);
        }
      }
    }
    assert.deepEqual(untrue, []);
  });

  it('no scan of UDP and no OS detection that was not asked for', () => {
    for (const name of captureNames) {
      const { command, expect } = readRecord(name);
      const options = new Set(expect.alerts.flatMap(({ options: all = [] }) => all));
      if (options.has('-sU')) assert.match(command, /\s-s[A-Z]*U/, name);
      if (options.has('-O')) assert.match(command, /\s-[AO]\b/, name);
    }
  });

  it('the side of the perimeter that the command ran on', () => {
    for (const name of captureNames) {
      for (const { zone, severity, source } of readRecord(name).expect.alerts) {
        const outside = source === '203.0.113.7';
        assert.equal(zone.startsWith('external'), outside, name);
        assert.equal(severity, outside ? 'low' : zone === 'internal-internal' ? 'high' : 'medium', name);
      }
    }
  });
});

describe('the same alerts from other files:', () => {
  it('pcapng, both byte orders, nanoseconds', async () => {
    for (const [index, name] of some(16, 0).entries()) {
      const capture = pcapngOf(readFileSync(capturePath(name)), index % 2 === 0);
      const alerts = await alertsOf(capture, 'capture.pcapng');
      assert.deepEqual(alerts.map(expected), readRecord(name).expect.alerts, name);
    }
  });

  it('gzip', async () => {
    for (const name of some(16, 5)) {
      const alerts = await alertsOf(gzipSync(readFileSync(capturePath(name))), 'capture.pcap.gz');
      assert.deepEqual(alerts.map(expected), readRecord(name).expect.alerts, name);
    }
  });

  it('cut off anywhere: nothing that the whole capture does not prove', async () => {
    for (const [index, name] of some(8, 2).entries()) {
      const whole = readFileSync(capturePath(name));
      // Spread over header, records and payloads; the same in every run.
      const length = Math.floor(whole.length * ((index * 0.6180339887) % 1));
      const { alerts: all } = readRecord(name).expect;
      if (length < 24) continue;
      for (const alert of await alertsOf(whole.subarray(0, length), 'capture.pcap')) {
        const { source, zone, signatures } = expected(alert);
        const possible = all.filter((one) => one.source === source && one.zone === zone);
        const known = new Set(possible.flatMap((one) => one.signatures));
        for (const id of signatures) assert.ok(known.has(id), `${name} cut at ${length}: ${id} from ${source}`);
      }
    }
  });

  it('all benign captures as one timeline, as if one host had done it all: none', async () => {
    const names = captureNames.filter((name) => name.startsWith('benign/'));
    const { alerts } = await alertsIn(names.map(capturePath), catalogue);
    assert.deepEqual(
      alerts.map(({ title }) => title),
      [],
    );
  });

  it('all scans of Nmap as one timeline: every definitive signature is seen again', async () => {
    const names = captureNames.filter((name) => name.startsWith('nmap/'));
    const { alerts, notices } = await alertsIn(names.map(capturePath), catalogue);
    assert.deepEqual(notices, []);
    const seen = new Set(alerts.flatMap(({ signatures }) => signatures.map(({ signature }) => signature.id)));
    const grades = new Map(catalogue.map(({ id, grade, sequence }) => [id, sequence ? 'sequence' : grade]));
    const alone = names.flatMap((name) => readRecord(name).expect.alerts).flatMap(({ signatures }) => signatures);
    const missing = alone.filter((id) => grades.get(id) === 'definitive' && !seen.has(id));
    assert.deepEqual([...new Set(missing)], []);
  });
});

/** `7.90-7.93`, `7.90 or newer`, `7.95 or older`; empty is any. */
function includes(range: string, version: string): boolean {
  const [since, until] = range.match(/\d+\.\d+/g) ?? [];
  if (range.endsWith('newer')) return compareVersions(since!, version) <= 0;
  if (range.endsWith('older')) return compareVersions(version, since!) <= 0;
  if (range === '') return true;
  return compareVersions(since!, version) <= 0 && compareVersions(version, until ?? since!) <= 0;
}

/** The frames of a little-endian pcap file of Ethernet with microseconds, as the lab writes them. */
function pcapngOf(pcap: Buffer, little: boolean): Buffer {
  const blocks: Uint8Array[] = [
    section(little),
    interfaceBlock({ little, resolution: 9, linkType: pcap.readUInt32LE(20) }),
  ];
  for (let at = 24; at + 16 <= pcap.length; ) {
    const length = pcap.readUInt32LE(at + 8);
    const ticks = (BigInt(pcap.readUInt32LE(at)) * 1_000_000n + BigInt(pcap.readUInt32LE(at + 4))) * 1000n;
    const bytes = pcap.subarray(at + 16, at + 16 + length);
    blocks.push(enhancedPacket({ bytes, ticks, original: pcap.readUInt32LE(at + 12), little }));
    at += 16 + length;
  }
  return Buffer.concat(blocks);
}
