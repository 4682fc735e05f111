import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scenariosFolder } from './repository.ts';
import { parseScenarios, readScenarios } from './scenario.ts';
import { readServers } from './server.ts';

const one = (lines: string) =>
  parseScenarios(`defaults: { group: nmap }\nscenarios:\n  one:\n${lines}`, 'one.yaml')[0]!;

test('a scenario of Nmap expects an alert, needs the package nmap and names the scripts of its command', () => {
  const scenario = one('    command: nmap -p 53 --script +dns-nsid,dns-recursion 10.77.0.10');
  assert.deepEqual(scenario.expect, { alert: true });
  assert.deepEqual(scenario.tools, ['nmap']);
  assert.deepEqual(scenario.scripts, ['dns-nsid', 'dns-recursion']);
  assert.equal(scenario.from, 'scanner');
});

test('what a scenario says itself goes before the defaults of its file', () => {
  const scenario = one('    command: nmap 10.77.0.10\n    expect: { alert: false }\n    from: outside');
  assert.deepEqual(scenario.expect, { alert: false });
  assert.equal(scenario.from, 'outside');
});

test('an unknown key is refused, with the name of the file', () => {
  assert.throws(() => one('    command: nmap 10.77.0.10\n    expects: { alert: true }'), /one\.yaml[\s\S]*expects/);
});

test('bytes are latin1: a character above U+00FF is refused', () => {
  assert.throws(() => one('    command: nmap 10.77.0.10\n    bytes: ["\\u0100"]'), /U\+00FF/);
});

test('every scenario of the lab is well-formed, and its servers exist', () => {
  const servers = readServers();
  for (const scenario of readScenarios(scenariosFolder)) {
    for (const choice of scenario.servers) {
      if (typeof choice === 'string') assert.ok(servers.has(choice), `${scenario.name}: no server ${choice}`);
    }
    for (const pattern of scenario.patterns ?? []) assert.doesNotThrow(() => new RegExp(pattern, 's'), scenario.name);
  }
});

test('nothing but Nmap is expected to alert, unless the scenario says why', () => {
  for (const { group, name, expect, note } of readScenarios(scenariosFolder)) {
    if (group === 'benign') assert.equal(expect.alert, false, name);
    if (group === 'other-scanner' && expect.alert) assert.ok(note !== undefined, name);
  }
});
