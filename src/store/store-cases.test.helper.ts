/** What every store does, whatever is behind it: one list of cases, run for the file and for PostgreSQL. */

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { eveAlert } from '../report/eve.ts';
import type { Alert } from '../scan/alert.ts';
import { exampleAlert } from '../scan/example-alert.ts';
import { exampleEvidence, exampleSignature } from '../scan/example-evidence.ts';
import type { DueScan, Incident, Store } from './store.ts';
import { StoreError } from './store-error.ts';

const smtp = exampleSignature();
const http = exampleSignature({
  id: 'http-agent',
  title: 'HTTP client calls itself Nmap Scripting Engine',
  sid: 9_100_001,
  nmap: { scripts: ['http-title'] },
});

/** Noon of 2026-11-22, as the examples have it. */
export const noon = Date.UTC(2026, 10, 22, 12) * 1000;

export interface Example {
  readonly source?: string;
  readonly target?: string;
  /** Seconds after noon. */
  readonly at?: number;
  readonly until?: number;
  readonly open?: boolean;
  readonly web?: boolean;
  readonly authorised?: boolean;
}

/** From outside, if nothing else is said: low. */
export function scanned(given: Example = {}): Alert {
  const {
    source = '192.0.2.7',
    target = '10.0.0.9',
    at = 0,
    until = at,
    open = false,
    web = false,
    authorised,
  } = given;
  const evidence = [at, until].map((seconds) => exampleEvidence(web ? http : smtp, seconds, { source, target }));
  const alert = exampleAlert(evidence, {
    windowSeconds: 86_400,
    ...(authorised && { authorised: [{ address: source, owner: 'Blue team', reason: '', expires: '' }] }),
  });
  return open ? { ...alert, state: 'open' } : alert;
}

const titles = (scans: readonly { readonly alert: Alert }[]) =>
  scans.map(({ alert }) => `${alert.source} > ${alert.targets.map(({ address }) => address)}`);

/** All that is due now. */
export async function tell(store: Store): Promise<string[]> {
  const told: string[] = [];
  const deliver = async (due: readonly DueScan[]) => {
    told.push(...due.map(({ scan, because }) => `${scan.alert.source} ${because} ${scan.alert.severity}`));
  };
  while ((await store.tellDue(deliver)) > 0);
  return told;
}

/** `open`: an empty store each time. */
export function storeCases(open: () => Promise<Store>): void {
  const using = (name: string, work: (store: Store) => Promise<void>) =>
    it(name, async () => {
      const store = await open();
      try {
        await work(store);
      } finally {
        await store.close();
      }
    });

  using('gives a scan back as it was', async (store) => {
    const alert = scanned({ until: 20 });
    const written = await store.write({ sensor: 'dmz', alerts: [alert] });
    assert.equal(written.accepted, true);
    const stored = await store.scan(alert.scan);
    assert.ok(stored);
    const { sensors, ...rest } = stored.alert;
    assert.deepEqual(sensors, ['dmz']);
    assert.deepEqual(rest.nmap, alert.nmap);
    assert.deepEqual(
      { ...rest, signatures: [], evidence: [], headline: undefined },
      { ...alert, signatures: [], evidence: [], headline: undefined },
    );
    assert.deepEqual(
      rest.evidence.map(({ bytes, time, signature, fields }) => [Buffer.from(bytes), time, signature.id, fields]),
      alert.evidence.map(({ bytes, time, signature, fields }) => [Buffer.from(bytes), time, signature.id, fields]),
    );
    assert.deepEqual(
      rest.signatures.map(({ signature, count }) => [signature.title, signature.sid, signature.attack, count]),
      alert.signatures.map(({ signature, count }) => [signature.title, signature.sid, signature.attack, count]),
    );
    assert.equal(rest.headline, rest.evidence[0]);
    assert.deepEqual(eveAlert(written.scans[0]!.alert), eveAlert(stored.alert));
    assert.deepEqual(eveAlert(stored.alert), eveAlert({ ...alert, sensors: ['dmz'] }));
    assert.deepEqual(written.scans[0]!.sensors, stored.sensors);
    assert.equal(await store.scan('0123456789abcdef'), undefined);
    assert.equal(await store.scan("' OR 1=1 --"), undefined);
  });

  using('keeps one scan when it is told open, then closed, then once more', async (store) => {
    const open = scanned({ at: 0, open: true });
    const closed: Alert = { ...scanned({ at: 0, until: 20 }), scan: open.scan };
    await store.write({ sensor: 'dmz', alerts: [open] });
    await store.write({ sensor: 'dmz', alerts: [closed] });
    await store.write({ sensor: 'dmz', alerts: [open] });
    const { scans } = await store.list({});
    assert.equal(scans.length, 1);
    assert.equal(scans[0]!.alert.state, 'closed');
    assert.equal(scans[0]!.alert.evidenceCount, 2);
  });

  using('lists newest first, page by page', async (store) => {
    const alerts = Array.from({ length: 25 }, (_, index) =>
      scanned({ at: index * 100, source: `192.0.2.${index % 3}` }),
    );
    await store.write({ sensor: 'dmz', alerts });
    for (const filter of [
      {},
      { source: '192.0.2.0/24' },
      { address: '10.0.0.9' },
      { severities: ['low', 'high'] as const },
    ]) {
      const seen: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.list(filter, { limit: 10, ...(cursor && { cursor }) });
        seen.push(...page.scans.map(({ alert }) => (alert.firstSeen - noon) / 100e6));
        cursor = page.next;
      } while (cursor !== undefined);
      assert.deepEqual(
        seen,
        Array.from({ length: 25 }, (_, index) => 24 - index),
      );
    }
    await assert.rejects(store.list({}, { cursor: 'x' }), StoreError);
  });

  using('filters by everything', async (store) => {
    const authorised = scanned({ source: '10.0.0.77', at: 400, authorised: true });
    await store.write({
      sensor: 'dmz',
      alerts: [
        scanned({ source: '192.0.2.7', at: 0 }),
        scanned({ source: '2001:db8::7', target: 'fd00::1', at: 100 }),
        scanned({ source: '10.0.0.5', target: '192.0.2.7', at: 200, web: true }),
        authorised,
      ],
    });
    await store.write({
      sensor: 'office',
      alerts: [scanned({ source: '10.0.0.5', target: '10.0.0.6', at: 3000, until: 3600 })],
    });
    const office = '10.0.0.5 > 10.0.0.6';
    const cases: [filter: Parameters<Store['list']>[0], expected: string[]][] = [
      [{ severities: ['high'] }, [office]],
      [{ severities: ['medium', 'high'] }, [office, '10.0.0.5 > 192.0.2.7']],
      [{ severities: ['info'] }, ['10.0.0.77 > 10.0.0.9']],
      [{ severities: [] }, []],
      [{ zones: ['internal-external'] }, ['10.0.0.5 > 192.0.2.7']],
      [{ source: '2001:DB8:0::7' }, ['2001:db8::7 > fd00::1']],
      [{ source: '::ffff:192.0.2.7' }, ['192.0.2.7 > 10.0.0.9']],
      [{ source: '10.0.0.0/24' }, [office, '10.0.0.77 > 10.0.0.9', '10.0.0.5 > 192.0.2.7']],
      [{ target: '192.0.2.0/24' }, ['10.0.0.5 > 192.0.2.7']],
      [{ target: '10.0.0.6', source: '10.0.0.5' }, [office]],
      [{ target: '10.0.0.6', source: '10.0.0.77' }, []],
      [{ address: '192.0.2.7' }, ['10.0.0.5 > 192.0.2.7', '192.0.2.7 > 10.0.0.9']],
      [{ address: '192.0.2.0/25' }, ['10.0.0.5 > 192.0.2.7', '192.0.2.7 > 10.0.0.9']],
      [{ script: 'HTTP-Title' }, ['10.0.0.5 > 192.0.2.7']],
      [{ script: 'no-such-script' }, []],
      [{ signature: 'http-agent' }, ['10.0.0.5 > 192.0.2.7']],
      [{ signature: 'smtp-ehlo-scanme', source: '10.0.0.5' }, [office]],
      [{ sensor: 'office' }, [office]],
      [{ sensor: 'nowhere' }, []],
      [{ since: noon + 3500e6 }, [office]],
      [{ until: noon + 100e6 }, ['2001:db8::7 > fd00::1', '192.0.2.7 > 10.0.0.9']],
      [{ since: noon + 50e6, until: noon + 150e6 }, ['2001:db8::7 > fd00::1']],
      [{ acknowledged: true }, ['10.0.0.77 > 10.0.0.9']],
      [{ state: 'open' }, []],
    ];
    assert.equal(await store.acknowledge(authorised.scan, 'ada'), true);
    assert.equal(await store.acknowledge('0123456789abcdef', 'ada'), false);
    for (const [filter, expected] of cases) {
      assert.deepEqual(titles((await store.list(filter)).scans), expected, JSON.stringify(filter));
      const counted = (await store.timeline(filter, 60e6)).flatMap(({ scans }) => Object.values(scans));
      assert.equal(
        counted.reduce((a, b) => a + b, 0),
        expected.length,
        `timeline ${JSON.stringify(filter)}`,
      );
    }
    await assert.rejects(store.list({ source: '10.0.0' }), { fault: 'bad-question' });
  });

  using('tells the timeline, and who scanned whom', async (store) => {
    await store.write({
      sensor: 'dmz',
      alerts: [
        scanned({ at: 0 }),
        scanned({ at: 100 }),
        scanned({ at: 4000 }),
        scanned({ at: 50, source: '10.0.0.5' }),
      ],
    });
    assert.deepEqual(await store.timeline({}, 3600e6), [
      { time: noon, scans: { info: 0, low: 2, medium: 0, high: 1 } },
      { time: noon + 3600e6, scans: { info: 0, low: 1, medium: 0, high: 0 } },
    ]);
    assert.deepEqual(await store.pairs({}, 10), [
      { source: '192.0.2.7', target: '10.0.0.9', scans: 3, severity: 'low', lastSeen: noon + 4000e6 },
      { source: '10.0.0.5', target: '10.0.0.9', scans: 1, severity: 'high', lastSeen: noon + 50e6 },
    ]);
    assert.deepEqual(await store.pairs({ target: '10.0.0.10' }, 10), []);
    assert.equal((await store.pairs({ target: '10.0.0.0/28' }, 1)).length, 1);
  });

  using('joins what several sensors see of one scan, in any order', async (store) => {
    const parts = [
      { sensor: 'dmz', alerts: [scanned({ target: '10.0.0.1', at: 0, until: 20 })] },
      { sensor: 'office', alerts: [scanned({ target: '10.0.0.2', at: 70, until: 90, web: true })] },
      { sensor: 'lab', alerts: [scanned({ target: '10.0.0.3', at: 25, until: 45 })] },
    ];
    await store.write(parts[0]!);
    await store.write(parts[1]!);
    assert.equal((await store.list({})).scans.length, 2, 'fifty seconds of silence lie between them');
    await store.comment(parts[1]!.alerts[0]!.scan, 'ada', 'who is that?');
    await store.write(parts[2]!);
    const { scans } = await store.list({});
    assert.deepEqual(titles(scans), ['192.0.2.7 > 10.0.0.1,10.0.0.2,10.0.0.3']);
    const [scan] = scans;
    assert.deepEqual(scan!.alert.sensors, ['dmz', 'lab', 'office']);
    assert.equal(scan!.alert.evidenceCount, 6);
    assert.equal(scan!.alert.signatures.length, 2);
    assert.deepEqual(
      scan!.sensors.map(({ sensor, evidenceCount }) => [sensor, evidenceCount]),
      [
        ['dmz', 2],
        ['lab', 2],
        ['office', 2],
      ],
    );
    assert.deepEqual(
      scan!.comments.map(({ by, text }) => [by, text]),
      [['ada', 'who is that?']],
    );
    for (const { alerts } of parts) {
      assert.equal((await store.scan(alerts[0]!.scan))?.alert.scan, scan!.alert.scan);
    }
    for (const part of parts) await store.write(part);
    assert.deepEqual((await store.list({})).scans, scans, 'the same once more changes nothing');
    assert.deepEqual(titles((await store.list({ target: '10.0.0.2' })).scans), titles(scans));
    assert.equal((await store.list({ target: '10.0.0.2/31' })).scans.length, 1);
  });

  using('keeps text behind a zero, which no database takes', async (store) => {
    const alert = scanned({});
    await store.write({ sensor: 'dmz', alerts: [alert] });
    await store.comment(alert.scan, 'ada', 'before\0behind');
    const { incident } = await store.addIncident({
      address: '192.0.2.7',
      what: 'a\0b',
      time: alert.firstSeen,
      reporter: 'edr',
      reference: '\0',
    });
    assert.equal((await store.scan(alert.scan))?.comments[0]?.text, 'before\ufffdbehind');
    const [read] = await store.incidents();
    assert.deepEqual([read?.what, read?.reference], ['a\ufffdb', '\ufffd']);
    assert.equal(read?.id, incident.id);
  });

  using('does not join scans of one sensor, nor other zones', async (store) => {
    await store.write({ sensor: 'dmz', alerts: [scanned({ at: 0 }), scanned({ at: 10 })] });
    await store.write({ sensor: 'office', alerts: [scanned({ at: 0, target: '198.51.100.1' })] });
    assert.equal((await store.list({})).scans.length, 3);
  });

  using('takes a batch with a sequence once', async (store) => {
    const batch = (number: number, spool = 'a') => ({
      sensor: 'dmz',
      sequence: { spool, number },
      alerts: [scanned({ at: number * 1000 })],
    });
    assert.equal((await store.write(batch(1))).accepted, true);
    assert.equal((await store.write(batch(2))).accepted, true);
    assert.equal((await store.write(batch(1))).accepted, false);
    assert.equal(
      (await store.write(batch(1, 'b'))).accepted,
      true,
      'the spool was lost: another one counts from 1 again',
    );
    const { scans, sensors } = await store.statistics();
    assert.equal(scans, 2);
    assert.deepEqual(
      sensors.map(({ sensor, batches, repeated }) => ({ sensor, batches, repeated })),
      [{ sensor: 'dmz', batches: 3, repeated: 1 }],
    );
  });

  using('takes a batch of each of two sensors, of which one is a clone of the other, spool and all', async (store) => {
    const batch = (sensor: string, number: number) => ({
      sensor,
      sequence: { spool: 'a', number },
      alerts: [scanned({ at: number * 1000, source: sensor === 'dmz' ? '192.0.2.7' : '192.0.2.8' })],
    });
    for (const number of [1, 2, 3]) assert.equal((await store.write(batch('dmz', number))).accepted, true);
    for (const number of [2, 3]) assert.equal((await store.write(batch('office', number))).accepted, true);
    assert.equal((await store.write(batch('office', 3))).accepted, false);
    assert.equal((await store.statistics()).scans, 5);
  });

  using('tells each due scan once, and again when nobody took it', async (store) => {
    await store.write({ sensor: 'dmz', alerts: [scanned({ at: 0 })] });
    assert.deepEqual(await tell(store), []);
    await store.write({ sensor: 'dmz', alerts: [scanned({ at: 100, open: true })], tell: true });
    await assert.rejects(
      store.tellDue(async () => {
        throw new Error('nobody at home');
      }),
      /nobody at home/,
    );
    assert.deepEqual(await tell(store), ['192.0.2.7 opened low']);
    assert.deepEqual(await tell(store), []);
    await store.write({ sensor: 'dmz', alerts: [scanned({ at: 100 })], tell: true });
    await store.write({ sensor: 'dmz', alerts: [scanned({ at: 100 })], tell: true });
    assert.deepEqual(await tell(store), ['192.0.2.7 closed low']);
  });

  using('raises by an incident what was, what is and what will be', async (store) => {
    const day = 86_400;
    await store.write({
      sensor: 'dmz',
      alerts: [scanned({ at: -40 * day }), scanned({ at: -20 * day }), scanned({ at: 0, source: '192.0.2.8' })],
    });
    const given = { address: '192.0.2.7', time: noon, what: 'webshell dropped', reporter: 'EDR' };
    const { incident, added, raised } = await store.addIncident(given);
    assert.deepEqual([added, raised, incident.horizonDays], [true, 1, 30]);
    assert.equal((await store.addIncident(given)).added, false);
    assert.deepEqual(await tell(store), ['192.0.2.7 raised high']);
    const [scan] = (await store.list({ severities: ['high'] })).scans;
    assert.equal(scan!.severityFound, 'low');
    assert.equal(scan!.alert.raisedFrom, 'low');
    assert.deepEqual(scan!.alert.incidents, [
      { id: incident.id, time: noon, what: 'webshell dropped', reporter: 'EDR' },
    ]);

    const later = await store.write({ sensor: 'dmz', alerts: [scanned({ at: 60 * day, open: true })], tell: true });
    assert.equal(later.scans[0]!.alert.severity, 'high');
    assert.deepEqual(
      later.scans[0]!.alert.incidents?.map(({ what }) => what),
      ['webshell dropped'],
    );
    assert.deepEqual(await tell(store), ['192.0.2.7 opened high']);
    assert.equal((await store.list({ severities: ['low'] })).scans.length, 2);

    assert.equal(await store.closeIncident(incident.id, 'ada'), true);
    assert.equal(await store.closeIncident(incident.id, 'ada'), false);
    assert.equal((await store.incidents({ state: 'open' })).length, 0);
    const [closed] = (await store.incidents({ address: '192.0.2.0/24' })) as [Incident];
    assert.equal(closed.closedBy, 'ada');
    const after = await store.write({ sensor: 'dmz', alerts: [scanned({ at: 30_000 * day })] });
    assert.equal(after.scans[0]!.alert.severity, 'low');
    assert.equal((await store.list({ severities: ['high'] })).scans.length, 2, 'what was raised stays raised');
    await assert.rejects(store.addIncident({ ...given, address: 'example.org' }), { fault: 'bad-question' });
  });

  using('leaves an authorised scan as it is, whatever is reported', async (store) => {
    await store.write({ sensor: 'dmz', alerts: [scanned({ authorised: true })] });
    const { raised, authorised } = await store.addIncident({
      address: '192.0.2.7',
      time: noon,
      what: 'x',
      reporter: 'IDS',
    });
    assert.deepEqual([raised, authorised], [0, 1]);
    assert.deepEqual(await tell(store), []);
    assert.equal((await store.list({})).scans[0]!.alert.severity, 'info');
  });

  using('feeds changes to whoever asks', async (store) => {
    const start = await store.changedSince();
    assert.deepEqual(start.scans, []);
    const alerts = [scanned({ at: 0 }), scanned({ at: 100 }), scanned({ at: 200 })];
    await store.write({ sensor: 'dmz', alerts });
    const first = await store.changedSince(start.cursor, 2);
    assert.deepEqual([first.scans.length, first.more], [2, true]);
    const second = await store.changedSince(first.cursor, 2);
    assert.deepEqual([second.scans.length, second.more], [1, false]);
    assert.deepEqual((await store.changedSince(second.cursor)).scans, []);
    await store.acknowledge(alerts[0]!.scan, 'ada');
    await store.comment(alerts[0]!.scan, 'ada', 'seen');
    const third = await store.changedSince(second.cursor);
    assert.deepEqual(
      third.scans.map(({ acknowledged, comments }) => [acknowledged?.by, comments.length]),
      [['ada', 1]],
    );
    await store.acknowledge(alerts[0]!.scan, undefined);
    assert.equal((await store.changedSince(third.cursor)).scans[0]!.acknowledged, undefined);
    assert.equal((await store.changedSince((await store.changedSince()).cursor)).scans.length, 0);
  });

  using('forgets what is too old, by severity', async (store) => {
    const day = 86_400;
    const ages = [1, 40, 100];
    const sources = ['192.0.2.7', '10.0.0.5'];
    const alerts = ages.flatMap((age) => sources.map((source) => scanned({ source, at: -age * day })));
    await store.write({ sensor: 'dmz', alerts });
    const { deleted, more } = await store.retain({ days: { info: 30, low: 30, medium: 30, high: 60 }, size: 0 }, noon);
    assert.deepEqual([deleted, more], [{ info: 0, low: 2, medium: 0, high: 1 }, false]);
    const { scans } = await store.list({ target: '10.0.0.9' });
    assert.deepEqual(
      scans.map(({ alert }) => [alert.source, Math.round((noon - alert.firstSeen) / day / 1e6)]).sort(),
      [
        ['10.0.0.5', 1],
        ['10.0.0.5', 40],
        ['192.0.2.7', 1],
      ],
    );
    assert.equal((await store.list({ signature: 'smtp-ehlo-scanme' })).scans.length, 3);
  });

  using('keeps authorised scanners and tokens', async (store) => {
    const given = { address: '10.0.8.0/24', owner: 'Blue team', reason: 'inventory', expires: '2027-03-31' };
    const { id } = await store.addAuthorisedScanner(given, 'ada');
    assert.deepEqual(
      (await store.authorisedScanners()).map(({ address, by }) => [address, by]),
      [['10.0.8.0/24', 'ada']],
    );
    const written = await store.write({
      sensor: 'dmz',
      alerts: [scanned({ source: '10.0.8.20' }), scanned({ source: '10.0.8.20', at: 200 * 86_400 })],
      tell: true,
    });
    assert.deepEqual(
      written.scans.map(({ alert, severityFound }) => [alert.severity, severityFound, alert.authorisation?.owner]),
      [
        ['info', 'info', 'Blue team'],
        ['high', 'high', undefined],
      ],
      'until it expires',
    );
    await assert.rejects(store.addAuthorisedScanner({ ...given, address: '10/8' }, 'ada'), { fault: 'bad-question' });
    assert.equal(await store.removeAuthorisedScanner(id), true);
    assert.equal(await store.removeAuthorisedScanner(id), false);

    const token = await store.addToken('siem', 'reader', 'a1b2');
    await assert.rejects(store.addToken('siem', 'reader', 'c3d4'), { fault: 'bad-question' });
    assert.deepEqual(await store.tokenByHash('a1b2'), token);
    assert.equal(await store.tokenByHash('ffff'), undefined);
    assert.equal(await store.revokeToken(token.id), true);
    assert.equal(await store.revokeToken(token.id), false);
    assert.equal(await store.tokenByHash('a1b2'), undefined);
    assert.equal((await store.tokens()).length, 1);
    await store.addToken('siem', 'reader', 'e5f6');
  });
}
