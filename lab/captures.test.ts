import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { expectation } from './expectation.ts';
import { missingBytes } from './frames.ts';
import { capturesFolder, scenariosFolder } from './repository.ts';
import { readScenarios } from './scenario.ts';

const groups = ['nmap', 'benign', 'other-scanner'];

const shape = z.strictObject({
  command: z.string(),
  from: z.string(),
  tools: z.array(z.string()),
  servers: z.array(z.string()),
  date: z.string().regex(/^\d{4}-\d\d-\d\d$/),
  scripts: z.array(z.string()).optional(),
  probes: z.array(z.string()).optional(),
  bytes: z.array(z.string()).optional(),
  patterns: z.array(z.string()).optional(),
  expect: expectation,
  note: z.string().optional(),
});

/** Every file of the lab's captures, `group/name.extension`. */
const files = groups
  .filter((group) => existsSync(join(capturesFolder, group)))
  .flatMap((group) => readdirSync(join(capturesFolder, group)).map((name) => `${group}/${name}`));
const captures = files.filter((name) => name.endsWith('.pcap')).map((name) => name.slice(0, -'.pcap'.length));

const recordOf = (name: string) => shape.parse(parse(readFileSync(join(capturesFolder, `${name}.yaml`), 'utf8')));

test('each capture has its record and each record its capture', () => {
  const all = new Set(files);
  for (const name of files)
    assert.ok(all.has(name.endsWith('.pcap') ? name.replace(/pcap$/, 'yaml') : name.replace(/yaml$/, 'pcap')), name);
});

test('each record is well-formed, and its scenario still says the same', () => {
  const scenarios = new Map(readScenarios(scenariosFolder).map((one) => [`${one.group}/${one.name}`, one]));
  for (const name of captures) {
    const record = recordOf(name);
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
  for (const name of captures) {
    const { bytes, patterns } = recordOf(name);
    const capture = readFileSync(join(capturesFolder, `${name}.pcap`));
    assert.deepEqual(missingBytes(capture, bytes ?? [], patterns ?? []), [], name);
  }
});

test('the captures stay small: 300 KB each, 15 MB together', () => {
  const sizes = captures.map((name) => statSync(join(capturesFolder, `${name}.pcap`)).size);
  for (const [index, size] of sizes.entries()) assert.ok(size < 300_000, `${captures[index]}: ${size}`);
  assert.ok(sizes.reduce((sum, size) => sum + size, 0) < 15_000_000);
});
