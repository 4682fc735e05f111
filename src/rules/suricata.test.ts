import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { CompiledSignature } from '../signature/compile-signatures.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import { exportSuricata } from './suricata.ts';
import { withFastPattern } from './suricata-fast-pattern.ts';
import { content, longestRun, pcre } from './suricata-options.ts';
import { defaultSidBase, ruleMeaning, ruleSid } from './suricata-sids.ts';

const catalogue = loadCatalogue();
const options = { version: 7, sidBase: defaultSidBase, grade: 'weak', window: 30 } as const;

function named(id: string): CompiledSignature {
  const found = catalogue.find((signature) => signature.id === id);
  assert.ok(found !== undefined, id);
  return found;
}

function rulesOf(id: string, more: Partial<CompiledSignature> = {}): string[] {
  return exportSuricata([{ ...named(id), ...more }], options);
}

describe('rules for Suricata', () => {
  it("a definitive signature: a rule for each direction, in Suricata's own words", () => {
    const rules = rulesOf('http-vulners-agent');
    assert.deepEqual(
      rules.map((rule) => rule.split(' (')[0]),
      [
        'alert http $HOME_NET any -> $HOME_NET any',
        'alert http $HOME_NET any -> $EXTERNAL_NET any',
        'alert http $EXTERNAL_NET any -> $HOME_NET any',
      ],
    );
    assert.match(rules[0]!, /flow:established,to_server; http\.user_agent; content:"Vulners NMAP Plugin"; startswith;/);
    assert.match(rules[0]!, /priority:1; sid:9100443; rev:1; metadata:trespass http-vulners-agent, grade definitive,/);
    assert.match(rules[0]!, /signature_severity Critical/);
    assert.match(rules[1]!, /signature_severity Major/);
    assert.match(rules[2]!, /signature_severity Minor/);
  });

  it('a strong signature looks for another strong one before it leaves its own mark', () => {
    const rules = rulesOf('http-dlink-backdoor');
    assert.equal(rules.length, 4);
    assert.match(
      rules[0]!,
      /xbits:isset,trespass\.strong,.*xbits:isnotset,trespass\.http-dlink-backdoor,.*flowbits:set/,
    );
    assert.match(
      rules[3]!,
      /noalert; xbits:unset,trespass\.strong,.*xbits:set,trespass\.strong,track ip_src,expire 30/,
    );
  });

  it('a weak signature without a sequence gives none; --grade leaves out what is weaker', () => {
    assert.deepEqual(rulesOf('http-vulners-agent', { grade: 'weak' }), []);
    const definitive = exportSuricata(catalogue, { ...options, grade: 'definitive' });
    assert.ok(definitive.every((rule) => rule.includes('grade definitive')));
    assert.ok(definitive.every((rule) => !rule.includes('xbits:')));
  });

  it('the SYN of a port scan marks two hosts, and what ordinary clients say, too, alerts behind it', () => {
    const rules = exportSuricata(catalogue, options);
    const mark = rules.find((rule) => rule.includes('metadata:trespass packet-syn-scan,'))!;
    assert.match(mark, /noalert; .*xbits:set,trespass\.sequence-after-syn-scan,track ip_pair,expire 600/);
    const behind = rules.filter((rule) => rule.includes('metadata:trespass pop3-capabilities, sequence'));
    assert.equal(behind.length, 3);
    assert.match(behind[0]!, /xbits:isset,trespass\.sequence-after-syn-scan,track ip_pair/);
  });

  it('the revision is the signature’s', () => {
    assert.ok(rulesOf('smtp-ehlo-scanme', { rev: 4 }).every((rule) => rule.includes(' rev:4;')));
  });

  it('each rule has a number of its own, whatever the base, that leads back to its signature', () => {
    for (const sidBase of [1, defaultSidBase, 4_000_000_000]) {
      const rules = exportSuricata(catalogue, { ...options, sidBase });
      const sids = rules.map((rule) => Number(/ sid:(\d+);/.exec(rule)![1]));
      assert.equal(new Set(sids).size, sids.length);
      assert.ok(Math.max(...sids) < 2 ** 32);
      for (const [index, rule] of rules.entries()) {
        const meaning = ruleMeaning(sidBase, sids[index]!);
        const signature = catalogue.find(({ sid }) => sid === meaning?.signatureSid);
        assert.ok(rule.includes(`metadata:trespass ${signature?.id},`), rule);
      }
    }
  });

  it('a number that is none of ours means nothing', () => {
    assert.equal(ruleMeaning(defaultSidBase, 2_100_498), undefined);
    assert.equal(ruleMeaning(defaultSidBase, ruleSid(defaultSidBase, 9_100_001, 'internal', 0) - 2), undefined);
  });

  it('are one line each, ASCII, and closed once, whatever a title holds', () => {
    const nasty = { title: 'a "quote"; a \\ and | and ü (sid:1;)' };
    for (const version of [6, 7, 8] as const) {
      const rules = exportSuricata([{ ...named('smtp-ehlo-scanme'), ...nasty }, ...catalogue], { ...options, version });
      for (const rule of rules) assert.match(rule, /^alert [a-z-]+ \S+ any -> \S+ \S+ \(msg:"[^";\\|]*"; [ -~]+;\)$/);
    }
  });
});

describe('words of a rule', () => {
  it('bytes that mean something to the rule language stand in hex', () => {
    assert.deepEqual(content('a"b;c:d|e\\f\r\n'), ['content:"a|22|b|3b|c|3a|d|7c|e|5c|f|0d 0a|"']);
  });

  it('long content comes in pieces that follow each other', () => {
    const options = content('x'.repeat(300), { start: true, end: true });
    assert.deepEqual(
      options.filter((option) => !option.startsWith('content')),
      ['startswith', 'distance:0', 'within:45', 'isdataat:!1,relative'],
    );
  });

  it('any bytes: nothing ends the option early, and they can be read back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 255 }), (bytes) => {
        const [option] = content(Buffer.from(bytes).toString('latin1'));
        assert.match(option!, /^content:"[^";\\:]+"$/);
        const text = option!
          .slice(9, -1)
          .replace(/\|([0-9a-f ]+)\|/g, (_, hex: string) =>
            Buffer.from(hex.replaceAll(' ', ''), 'hex').toString('latin1'),
          );
        assert.equal(text, Buffer.from(bytes).toString('latin1'));
      }),
    );
  });

  it("a pattern keeps its meaning in PCRE: the end is the very end, JavaScript's forms of a byte are one", () => {
    assert.equal(pcre('^a$'), 'pcre:"/^a\\z/s"');
    assert.equal(pcre('[$]"/;'), 'pcre:"/[$]\\x22\\x2f\\x3b/s"');
    assert.equal(pcre('\\u00ffx[^]', true), 'pcre:"/\\xffx[\\x00-\\xff]/si"');
  });

  it('the longest run of bytes that a pattern demands', () => {
    assert.deepEqual(longestRun('^abc[0-9]+defgh'), { bytes: 'defgh', start: false });
    assert.deepEqual(longestRun('^\\x00\\x01abc'), { bytes: '\0\x01abc', start: true });
    assert.equal(longestRun('abc|def'), undefined);
    assert.deepEqual(longestRun('abcd?(ef|gh)'), { bytes: 'abc', start: false });
  });

  it('the fast pattern is the rarest content, not the longest', () => {
    const chosen = withFastPattern([
      'content:"User-Agent|3a| Mozilla/5.0"',
      'nocase',
      'content:"qz#7~kk!"',
      'startswith',
    ]);
    assert.deepEqual(chosen.slice(-2), ['startswith', 'fast_pattern']);
  });
});
