import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { captureFiles, captureNames, capturePath, readRecord } from './captures.ts';
import { missingBytes } from './frames.ts';
import { scenariosFolder } from './repository.ts';
import { readScenarios } from './scenario.ts';

test('each capture has its record and each record its capture', () => {
  const all = new Set(captureFiles);
  for (const name of captureFiles)
    assert.ok(all.has(name.endsWith('.pcap') ? name.replace(/pcap$/, 'yaml') : name.replace(/yaml$/, 'pcap')), name);
});

test('each record is well-formed, and its scenario still says the same', () => {
  const scenarios = new Map(readScenarios(scenariosFolder).map((one) => [`${one.group}/${one.name}`, one]));
  for (const name of captureNames) {
    const record = readRecord(name);
    const scenario = scenarios.get(name);
    assert.ok(scenario !== undefined, `${name}: no scenario makes it`);
    assert.equal(record.command, scenario.command, name);
    const seen = new Set(record.expect.alerts.flatMap(({ signatures }) => signatures));
    assert.equal(record.expect.alerts.length > 0, scenario.expect.alert, `${name}: is there an alert?`);
    const missing = (scenario.expect.signatures ?? []).filter((id) => !seen.has(id));
    assert.deepEqual(missing, [], `${name}: signatures that the scenario promises`);
  }
});

test('the bytes that a record promises stand in its capture', () => {
  for (const name of captureNames) {
    const { bytes, patterns } = readRecord(name);
    const capture = readFileSync(capturePath(name));
    assert.deepEqual(missingBytes(capture, bytes ?? [], patterns ?? []), [], name);
  }
});

test('the captures stay small: 300 KB each, 15 MB together', () => {
  const sizes = captureNames.map((name) => statSync(capturePath(name)).size);
  for (const [index, size] of sizes.entries()) assert.ok(size < 300_000, `${captureNames[index]}: ${size}`);
  assert.ok(sizes.reduce((sum, size) => sum + size, 0) < 15_000_000);
});
