import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import ajv from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { exampleSignature } from '../scan/example-evidence.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import { logSources } from './log-sources.ts';
import { type SigmaRule, sigmaRules } from './sigma.ts';
import { sigmaAnswer, sigmaAnswers } from './sigma-answer.ts';
import { sigmaMatches } from './sigma-evaluate.test.helper.ts';
import { sigmaYaml } from './sigma-file.ts';
import { sigmaItems } from './sigma-values.ts';

const catalogue = loadCatalogue();
const rules = sigmaRules(catalogue);
const correlations = rules.filter(({ content }) => 'correlation' in content);
const detections = rules.filter(({ content }) => 'detection' in content);

function ruleOf(id: string, kind: string): SigmaRule {
  const signature = catalogue.find((one) => one.id === id);
  assert.ok(signature, id);
  const rule = sigmaRules([signature]).find(({ file }) => file.startsWith(`trespass_${kind}_`));
  assert.ok(rule, `${id} in ${kind}`);
  return rule;
}

describe('Sigma rules', () => {
  it('one of them, as it is written', () => {
    const [, rule] = sigmaRules([exampleSignature({ blind: ['target given by name'], seen: ['smtp-commands'] })]);
    assert.equal(
      sigmaYaml(rule as SigmaRule),
      `title: SMTP client introduces itself as nmap.scanme.org (Zeek smtp.log)
id: ${rule?.content.id}
status: test
description: |-
    Detects Nmap: SMTP client introduces itself as nmap.scanme.org.
    Blind to: target given by name.
license: Apache-2.0
references:
    - https://svn.nmap.org/nmap/nselib/smtp.lua
author: Trespass
date: 2026-11-23
tags:
    - attack.discovery
    - attack.t1046
logsource:
    product: zeek
    service: smtp
detection:
    selection:
        helo|cased: nmap.scanme.org
    condition: selection
fields:
    - id.orig_h
    - id.resp_h
    - id.resp_p
    - helo
    - mailfrom
    - rcptto
falsepositives:
    - Unlikely
level: medium
`,
    );
  });

  it('every rule has a file, a title and a UUID of its own, the same in every export', () => {
    const distinct = (of: (rule: SigmaRule) => unknown) => new Set(rules.map(of)).size;
    assert.ok(rules.length > 100);
    assert.equal(
      distinct(({ file }) => file),
      rules.length,
    );
    assert.equal(
      distinct(({ content }) => content.id),
      rules.length,
    );
    assert.equal(
      distinct(({ content }) => content.title),
      rules.length,
    );
    assert.deepEqual(sigmaRules(loadCatalogue()), rules);
    for (const { file, content } of rules) {
      assert.match(file, /^[a-z0-9_]{6,66}\.yml$/);
      assert.match(String(content.id), /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  it('definitive ones are medium, strong ones low, weak ones none; two strong of one source are medium', () => {
    for (const { content } of detections) assert.match(String(content.level), /^(medium|low)$/);
    assert.deepEqual(sigmaRules([exampleSignature({ grade: 'weak' })]), []);
    const [strong] = sigmaRules([exampleSignature({ grade: 'strong' })]);
    assert.equal(strong?.content.level, 'low');
    assert.match(String(strong?.content.description), /no proof alone/);
    assert.ok(correlations.length >= 3);
    for (const { content } of correlations) {
      assert.equal(content.level, 'medium');
      const { rules: ids, ...how } = content.correlation as { rules: string[]; 'group-by': string[] };
      assert.ok(ids.length >= 2);
      const named = detections.filter((rule) => ids.includes(String(rule.content.id)));
      assert.deepEqual(
        named.map((rule) => rule.content.level),
        ids.map(() => 'low'),
      );
      const group = how['group-by'][0];
      assert.deepEqual(how, { type: 'temporal', 'group-by': [group], timespan: '30s', condition: { gte: 2 } });
      for (const rule of named) assert.ok((rule.content.fields as string[]).includes(group as string));
    }
  });

  it('rules that a correlation names come before it, in files sorted by name, too', () => {
    const order = rules.map(({ file }) => file);
    assert.deepEqual(order, [...order].sort());
    const last = Math.max(...detections.map((rule) => rules.indexOf(rule)));
    assert.ok(Math.min(...correlations.map((rule) => rules.indexOf(rule))) > last);
  });

  it('written and read again, they are the same', () => {
    for (const rule of rules) assert.deepEqual(parse(sigmaYaml(rule)), JSON.parse(JSON.stringify(rule.content)));
  });

  it('--grade and --ignore-case', () => {
    const definitive = sigmaRules(catalogue, { grade: 'definitive' });
    assert.ok(definitive.length < rules.length);
    assert.ok(definitive.every(({ content }) => content.level === 'medium' && !('correlation' in content)));
    const ignoring = JSON.stringify(sigmaRules(catalogue, { ignoreCase: true }));
    assert.ok(!ignoring.includes('cased'));
    assert.ok(JSON.stringify(rules).includes('|cased'));
  });
});

/** Clone https://github.com/SigmaHQ/sigma-specification into the folder that TRESPASS_SCHEMAS names. */
describe("Sigma rules against Sigma's own schema", () => {
  const folder = join(process.env.TRESPASS_SCHEMAS ?? '', 'sigma-specification', 'json-schema');
  const skip = existsSync(folder) ? false : 'TRESPASS_SCHEMAS names no folder with sigma-specification';

  it('every rule and correlation is valid', { skip }, () => {
    const validator = new ajv.default({ strict: false, formats: { uuid: /^[0-9a-f-]{36}$/ } });
    const compile = (name: string) => validator.compile(JSON.parse(readFileSync(join(folder, name), 'utf8')));
    const rule = compile('sigma-detection-rule-schema.json');
    const correlation = compile('sigma-correlation-rules-schema.json');
    for (const one of rules) {
      const validate = 'correlation' in one.content ? correlation : rule;
      assert.ok(validate(parse(sigmaYaml(one))), `${one.file}: ${JSON.stringify(validate.errors)}`);
    }
  });
});

/** Where Python has pySigma (`pip install pysigma`). */
describe('pySigma', () => {
  const python = (program: string, input = '') => spawnSync('python3', ['-c', program], { input, encoding: 'utf8' });
  const skip =
    python('from sigma.backends.test import TextQueryTestBackend').status === 0 ? false : 'Python has no pySigma here';

  it('takes and converts every rule', { skip }, () => {
    const { status, stdout, stderr } = python(
      `
import sys
from sigma.collection import SigmaCollection
from sigma.backends.test import TextQueryTestBackend
rules = SigmaCollection.from_yaml(sys.stdin.read())
print(len(rules.rules), len(TextQueryTestBackend().convert(rules)))`,
      rules.map(sigmaYaml).join('---\n'),
    );
    assert.equal(status, 0, stderr);
    const [taken, converted] = stdout.trim().split(' ').map(Number);
    assert.equal(taken, rules.length);
    // Rules that a correlation names are converted as a part of it.
    const named = correlations.flatMap(({ content }) => (content.correlation as { rules: string[] }).rules);
    assert.equal(converted, rules.length - named.length);
  });
});

describe('conditions in Sigma’s words', () => {
  it('plain values, their wildcards and backslashes escaped', () => {
    assert.deepEqual(sigmaItems('f', { is: 'a*b?' }), [['f|cased', 'a\\*b\\?']]);
    assert.deepEqual(sigmaItems('f', { starts: 'a\\' }), [['f|startswith|cased', 'a\\\\']]);
    assert.deepEqual(sigmaItems('f', { contains: 'a\\b' }), [['f|contains|cased', 'a\\b']]);
    assert.deepEqual(sigmaItems('f', { ends: '1.0', nocase: true }), [['f|endswith', '1.0']]);
    assert.deepEqual(sigmaItems('f', { is: '123' }), [['f', '123']]);
  });

  it('patterns: plain where they are no more than text, else as the specification allows them', () => {
    assert.deepEqual(sigmaItems('f', { matches: '^a\\.b \\(c\\)$' }), [['f|cased', 'a.b (c)']]);
    assert.deepEqual(sigmaItems('f', { matches: 'a\\.b$' }), [['f|endswith|cased', 'a.b']]);
    assert.deepEqual(sigmaItems('f', { matches: '^(?:a|b)\\x22[0-9]{3}' }), [['f|re', '^(a|b)"[0-9]{3}']]);
    assert.deepEqual(sigmaItems('f', { matches: 'a+', nocase: true }), [['f|re|i', 'a+']]);
    assert.deepEqual(sigmaItems('f', { contains: 'b.c', at: 3 }), [['f|re', '^.{3}b\\.c']]);
    for (const matches of ['a(?!b)', '\\d+', 'a\\xff']) assert.equal(sigmaItems('f', { matches }), undefined);
  });
});

describe('which logs show a signature', () => {
  it('every answer but exact has a reason; each that is not unsupported is a rule', () => {
    for (const signature of catalogue) {
      const { answer, reason } = sigmaAnswer(signature);
      assert.equal(reason === '', answer === 'exact', `${signature.id}: ${answer} ${reason}`);
      assert.equal(sigmaAnswers(signature).length, sigmaRules([signature]).length, signature.id);
    }
  });

  it('none where a condition is on what the log has not', () => {
    const answer = (id: string) => sigmaAnswer(catalogue.find((one) => one.id === id) ?? exampleSignature());
    assert.deepEqual(answer('http-cve-2012-1823'), { answer: 'unsupported', reason: 'no log has http.body' });
    assert.equal(answer('http-sdk-version').answer, 'unsupported');
    assert.equal(answer('http-user-agent').answer, 'exact');
    assert.equal(answer('sequence-service-detection').answer, 'unsupported');
  });

  it('names of fields that rules use are those of the logs', () => {
    for (const { fields } of Object.values(logSources)) {
      for (const { name } of Object.values(fields)) assert.match(name ?? 'a', /^[a-z][a-z0-9_.-]*$/);
    }
  });
});

describe('rules on records', () => {
  const cases: [id: string, kind: string, hit: object, miss: object][] = [
    [
      'http-user-agent',
      'web',
      { 'cs-user-agent': 'Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)' },
      { 'cs-user-agent': 'mozilla/5.0 (compatible; nmap scripting engine; https://nmap.org/book/nse.html)' },
    ],
    ['http-waf-detect', 'web', { 'cs-uri-stem': '/', 'cs-uri-query': 'p4yl04d2=x' }, { 'cs-uri-stem': '/p4yl04d2=x' }],
    [
      'http-puppet-agentzero',
      'web',
      { 'cs-uri-stem': '/production/certificate_request/agentzero.localdomain' },
      { 'cs-uri-stem': '/' },
    ],
    [
      'http-open-redirect',
      'web',
      { 'cs-uri-stem': '/r', 'cs-uri-query': 'u=http%3A%2F%2Fscanme.nmap.org%2F' },
      { 'cs-uri-stem': '/r', 'cs-uri-query': 'u=http://example.org/' },
    ],
    [
      'dns-random-source-port',
      'zeek_dns',
      { proto: 'udp', trans_id: 48879, query: 'porttest.dns-oarc.net', qtype_name: 'TXT' },
      { proto: 'tcp', trans_id: 48879, query: 'porttest.dns-oarc.net', qtype_name: 'TXT' },
    ],
    ['rdp-cookie', 'zeek_rdp', { cookie: 'nmap' }, { cookie: 'nmapper' }],
    [
      'smtp-relay-test',
      'eve_smtp',
      { event_type: 'smtp', smtp: { mail_from: '<antispam@a>', rcpt_to: ['<b@c>', '<relaytest@d>'] } },
      { event_type: 'smtp', smtp: { mail_from: '<antispam@a>', rcpt_to: ['<b@c>'] } },
    ],
    [
      'ssh-hostkey',
      'eve_ssh',
      { event_type: 'ssh', ssh: { client: { proto_version: '2.0', software_version: 'Nmap-SSH2-Hostkey' } } },
      { event_type: 'ssh', ssh: { server: { proto_version: '2.0', software_version: 'Nmap-SSH2-Hostkey' } } },
    ],
    [
      'ftp-bounce-scanme',
      'eve_ftp',
      { event_type: 'ftp', ftp: { command: 'PORT', command_data: '45,33,32,156,0,80' } },
      { event_type: 'ftp', ftp: { command: 'USER', command_data: '45,33,32,156,0,80' } },
    ],
    [
      'dns-random-transaction-id',
      'eve_dns',
      {
        event_type: 'dns',
        proto: 'UDP',
        dns: { type: 'query', id: 47806, rrname: 'txidtest.dns-oarc.net', rrtype: 'TXT' },
      },
      {
        event_type: 'dns',
        proto: 'UDP',
        dns: { type: 'answer', id: 47806, rrname: 'txidtest.dns-oarc.net', rrtype: 'TXT' },
      },
    ],
  ];
  for (const [id, kind, hit, miss] of cases) {
    it(`${id} in ${kind}`, () => {
      const rule = ruleOf(id, kind);
      assert.ok(sigmaMatches(rule, hit as Record<string, unknown>));
      assert.ok(!sigmaMatches(rule, miss as Record<string, unknown>));
    });
  }
});
