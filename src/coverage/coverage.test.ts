import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { exampleSignature } from '../signature/example-signature.test.helper.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import { countCoverage, summarise } from './coverage.ts';
import { type Expectations, type Observation, readExpectations, readObservations } from './coverage-data.ts';
import { coveragePage, coveragePageFile } from './coverage-page.ts';

const nmap = exampleSignature().nmap;
const own = exampleSignature({ id: 'a-own', nmap: { ...nmap, emittedBy: ['scripts/x.nse'], scripts: ['own'] } });
const library = exampleSignature({ id: 'a-library' });
const strong = exampleSignature({ id: 'a-strong', grade: 'strong' });
const probe = exampleSignature({
  id: 'a-probe',
  nmap: { ...nmap, emittedBy: ['nmap-service-probes'], probes: ['Get'] },
});
const tls = exampleSignature({ id: 'a-tls', nmap: { ...nmap, emittedBy: ['nsock/src/nsock_ssl.c'] } });
const catalogue = [own, library, strong, probe, tls];

function observed(changes: Partial<Observation>): Observation {
  return { scripts: [], probes: [], serviceDetection: false, says: true, alert: true, signatures: [], ...changes };
}

function count(observations: Record<string, Observation>, expectations: Partial<Expectations>) {
  return countCoverage(
    catalogue,
    { packaged: '7', source: '8', scripts: {}, probes: {}, packets: {}, ...expectations },
    observations,
  );
}

describe('coverage', () => {
  const expected = { expected: 'strong' as const };

  it('counts what a capture of its own shows', () => {
    const cases: [Partial<Observation>, string, string][] = [
      [{ signatures: ['a-own'] }, 'definitive', 'alert'],
      [{ signatures: ['a-library'] }, 'library', 'alert'],
      [{ signatures: ['a-strong'], alert: false }, 'strong', 'evidence'],
      [{ signatures: [], alert: false }, 'strong', 'nothing'],
      // The alert is that of service detection, which ran along.
      [{ signatures: ['a-probe'], serviceDetection: true }, 'strong', 'nothing'],
    ];
    for (const [changes, recognition, seen] of cases) {
      const [entry] = count({ c: observed({ scripts: ['own'], ...changes }) }, { scripts: { own: expected } });
      assert.deepEqual([entry?.recognition, entry?.seen], [recognition, seen], JSON.stringify(changes));
    }
  });

  it('counts of a capture that several scripts share what names the script', () => {
    const shared = { c: observed({ scripts: ['own', 'other'], signatures: ['a-own', 'a-library'] }) };
    const silent = { expected: 'silent', reason: 'only listens' } as const;
    const entries = count(shared, { scripts: { own: expected, other: expected, third: expected, silent } });
    assert.deepEqual(
      entries.map(({ name, seen, signatures }) => [name, seen, signatures]),
      [
        ['own', 'alert', ['a-own']],
        ['other', 'nothing', []],
        ['third', 'not captured yet', []],
        ['silent', 'nothing to capture', []],
      ],
    );
  });

  it('counts a probe on its own transport', () => {
    const seen = { c: observed({ probes: ['tcp/Get', 'udp/Get'], signatures: ['a-probe'] }) };
    const entries = count(seen, { probes: { 'tcp/Get': expected, 'udp/Get': expected } });
    assert.deepEqual(
      entries.map(({ seen }) => seen),
      ['alert', 'nothing'],
    );
  });

  it('knows a probe that is said inside TLS by how Nmap begins TLS', () => {
    const seen = { c: observed({ insideTls: ['tcp/Get'], signatures: ['a-tls', 'a-library'] }) };
    const [entry] = count(seen, { probes: { 'tcp/Get': expected } });
    assert.deepEqual([entry?.recognition, entry?.seen, entry?.signatures], ['library', 'alert', ['a-tls']]);
  });

  it('sums up', () => {
    const entries = count(
      {
        a: observed({ scripts: ['a'], signatures: ['a-library'] }),
        b: observed({ scripts: ['b'] }),
        c: observed({ scripts: ['c'], says: false }),
        d: observed({ scripts: ['d'] }),
      },
      {
        scripts: {
          a: expected,
          b: { ...expected, reason: 'because' },
          c: expected,
          d: expected,
          e: expected,
          f: { expected: 'silent', reason: 'works on what is known' },
        },
      },
    );
    assert.deepEqual(summarise(entries), {
      known: 6,
      silent: 1,
      uncaptured: 1,
      saying: 3,
      alert: 1,
      evidence: 0,
      explained: 1,
      unexplained: 1,
    });
  });
});

describe('the coverage of the catalogue', () => {
  const expectations = readExpectations();
  const entries = countCoverage(loadCatalogue(), expectations, readObservations());

  it('is what docs/coverage.md says', () => {
    assert.equal(readFileSync(coveragePageFile, 'utf8'), coveragePage(entries, expectations), 'run `npm run coverage`');
  });

  it('knows every script and probe that a signature or a capture names', () => {
    const scripts = [
      ...loadCatalogue().flatMap(({ nmap }) => nmap.scripts),
      ...Object.values(readObservations()).flatMap((one) => one.scripts),
    ];
    assert.deepEqual(
      [...new Set(scripts)].filter((name) => !(name in expectations.scripts)),
      [],
    );
    const known = new Set(Object.keys(expectations.probes).flatMap((name) => [name, name.slice(4)]));
    const probes = [
      ...loadCatalogue().flatMap(({ nmap }) => nmap.probes),
      ...Object.values(readObservations()).flatMap((one) => one.probes),
    ];
    assert.deepEqual(
      [...new Set(probes)].filter((name) => !known.has(name)),
      [],
    );
  });

  it('gives a reason where nothing is to be expected', () => {
    const silent = Object.entries({ ...expectations.scripts, ...expectations.probes })
      .filter(([, { expected, reason }]) => ['indistinct', 'silent'].includes(expected) && !reason)
      .map(([name]) => name);
    assert.deepEqual(silent, []);
  });
});
