import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Signature } from '../signature/signature.ts';
import type { Alert } from './alert.ts';
import type { Evidence } from './evidence.ts';
import { exampleEvidence, exampleSignature } from './example-evidence.ts';
import { defaultScanSettings, type ScanSettings } from './scan-settings.ts';
import { ScanTracker } from './scan-tracker.ts';

const definitive = exampleSignature();
const strong = exampleSignature({ id: 'ftp-anonymous-ieuser', sid: 2, grade: 'strong' });
const otherStrong = exampleSignature({ id: 'http-random404', sid: 3, grade: 'strong' });
const weakHttp = exampleSignature({ id: 'http-get-bare', sid: 4, grade: 'weak', family: 'http' });
const weakRtsp = exampleSignature({ id: 'rtsp-options-bare', sid: 5, grade: 'weak', family: 'rtsp' });
const weakDns = exampleSignature({ id: 'dns-status', sid: 6, grade: 'weak', family: 'dns' });
const walk = exampleSignature({
  id: 'sequence-service-walk',
  sid: 7,
  grade: 'definitive',
  match: [],
  sequence: { of: [weakHttp.id, weakRtsp.id, weakDns.id], atLeast: 3, distinct: 'family', on: 'port', within: 60 },
});

function track(evidence: readonly Evidence[], settings: Partial<ScanSettings> = {}, signatures: Signature[] = [walk]) {
  const alerts: Alert[] = [];
  const tracker = new ScanTracker({
    settings: { ...defaultScanSettings, ...settings },
    signatures,
    onAlert: (alert) => alerts.push(alert),
  });
  for (const one of evidence) tracker.add(one);
  return { alerts, tracker };
}

function states(alerts: readonly Alert[]): string[] {
  return alerts.map(({ state, source }) => `${state} ${source}`);
}

const second = (seconds: number) => exampleEvidence(definitive, seconds).time;

describe('what opens a scan', () => {
  it('one definitive signature', () => {
    const { alerts } = track([exampleEvidence(definitive, 0)]);
    assert.deepEqual(states(alerts), ['open 10.0.0.5']);
  });

  it('not one strong signature, however often', () => {
    const { alerts } = track([0, 1, 2].map((time) => exampleEvidence(strong, time, { targetPort: 1000 + time })));
    assert.deepEqual(alerts, []);
  });

  it('two different strong signatures, also against different hosts', () => {
    const { alerts } = track([
      exampleEvidence(strong, 0),
      exampleEvidence(otherStrong, 29, { target: '10.0.0.77', targetPort: 80 }),
    ]);
    assert.deepEqual(states(alerts), ['open 10.0.0.5']);
    assert.deepEqual(
      alerts[0]!.targets.map(({ address }) => address),
      ['10.0.0.77', '10.0.0.9'],
    );
  });

  it('not two strong signatures further apart than the window', () => {
    assert.deepEqual(track([exampleEvidence(strong, 0), exampleEvidence(otherStrong, 31)]).alerts, []);
  });

  it('not two strong signatures of different sources', () => {
    const { alerts } = track([exampleEvidence(strong, 0), exampleEvidence(otherStrong, 1, { source: '10.0.0.6' })]);
    assert.deepEqual(alerts, []);
  });

  it('not weak evidence alone', () => {
    const { alerts } = track([weakHttp, weakRtsp, weakHttp].map((signature, time) => exampleEvidence(signature, time)));
    assert.deepEqual(alerts, []);
  });

  it('weak evidence in a sequence, which is named', () => {
    const { alerts } = track(
      [weakHttp, weakRtsp, weakDns].map((signature, time) => exampleEvidence(signature, time * 20)),
    );
    assert.deepEqual(states(alerts), ['open 10.0.0.5']);
    assert.equal(alerts[0]!.headline.signature.id, 'sequence-service-walk');
    assert.equal(alerts[0]!.evidenceCount, 3);
    assert.deepEqual(
      alerts[0]!.signatures.map(({ signature, count }) => `${signature.id} ${count}`),
      ['sequence-service-walk 1', 'dns-status 1', 'http-get-bare 1', 'rtsp-options-bare 1'],
    );
  });

  it('not a sequence that lacks what it needs, whatever else there is', () => {
    const needy = { ...walk, sequence: { ...walk.sequence!, atLeast: 2, needs: [weakDns.id] } };
    const others = [exampleEvidence(weakHttp, 0), exampleEvidence(weakRtsp, 1)];
    assert.deepEqual(track(others, {}, [needy]).alerts, []);
    assert.equal(track([...others, exampleEvidence(weakDns, 2)], {}, [needy]).alerts.length, 1);
    assert.equal(track([exampleEvidence(weakDns, 0), exampleEvidence(weakRtsp, 60)], {}, [needy]).alerts.length, 1);
    assert.deepEqual(track([exampleEvidence(weakDns, 0), exampleEvidence(weakRtsp, 61)], {}, [needy]).alerts, []);
  });

  it('not a sequence spread over several ports when it asks for one', () => {
    const { alerts } = track(
      [weakHttp, weakRtsp, weakDns].map((signature, time) => exampleEvidence(signature, time, { targetPort: time })),
    );
    assert.deepEqual(alerts, []);
  });

  it('not a sequence that takes longer than it may', () => {
    const { alerts } = track(
      [weakHttp, weakRtsp, weakDns].map((signature, time) => exampleEvidence(signature, time * 31)),
    );
    assert.deepEqual(alerts, []);
  });

  it('not a strong sequence together with one of the strong signatures that it counts', () => {
    const pair = exampleSignature({
      id: 'sequence-pair',
      grade: 'strong',
      sequence: { of: [strong.id, weakHttp.id], atLeast: 2, distinct: 'signature', on: 'port', within: 60 },
    });
    const both = [exampleEvidence(strong, 0), exampleEvidence(weakHttp, 1)];
    assert.deepEqual(track(both, {}, [pair]).alerts, []);
    assert.deepEqual(states(track([...both, exampleEvidence(otherStrong, 2)], {}, [pair]).alerts), ['open 10.0.0.5']);
  });
});

describe('what belongs to a scan', () => {
  it('closes when the window has passed in silence', () => {
    const { alerts, tracker } = track([exampleEvidence(definitive, 0), exampleEvidence(definitive, 30)]);
    tracker.advance(second(60));
    assert.deepEqual(states(alerts), ['open 10.0.0.5']);
    tracker.advance(second(60.000001));
    assert.deepEqual(states(alerts), ['open 10.0.0.5', 'closed 10.0.0.5']);
    assert.equal(alerts[1]!.evidenceCount, 2);
    assert.equal(alerts[0]!.scan, alerts[1]!.scan);
  });

  it('is another one after the window, even when nobody told the time', () => {
    const { alerts, tracker } = track([exampleEvidence(definitive, 0), exampleEvidence(definitive, 31)]);
    tracker.close();
    assert.deepEqual(states(alerts), ['open 10.0.0.5', 'closed 10.0.0.5', 'open 10.0.0.5', 'closed 10.0.0.5']);
    assert.notEqual(alerts[0]!.scan, alerts[2]!.scan);
  });

  it('weak and strong evidence of the window before the opening', () => {
    const { alerts } = track([
      exampleEvidence(weakHttp, 0),
      exampleEvidence(weakRtsp, 15),
      exampleEvidence(strong, 20),
      exampleEvidence(definitive, 40),
    ]);
    assert.equal(alerts[0]!.evidenceCount, 3);
    assert.equal(alerts[0]!.firstSeen, second(15));
  });

  it('not a morning full of weak evidence before it', () => {
    const morning = Array.from({ length: 2000 }, (_, index) => exampleEvidence(weakHttp, index * 5));
    const { alerts } = track([...morning, exampleEvidence(definitive, 10_000)]);
    assert.ok(alerts[0]!.firstSeen >= second(10_000 - 60), 'began within the memory');
    assert.ok(alerts[0]!.evidenceCount <= 13);
  });

  it('weak evidence afterwards, which does not keep it open', () => {
    const { alerts, tracker } = track([
      exampleEvidence(definitive, 0),
      exampleEvidence(weakHttp, 20),
      exampleEvidence(weakHttp, 40),
    ]);
    tracker.close();
    assert.deepEqual(states(alerts), ['open 10.0.0.5', 'closed 10.0.0.5']);
    assert.equal(alerts[1]!.evidenceCount, 2);
  });

  it('the steps of a complete sequence again, as long as it takes: passwords behind one port scan', () => {
    const syn = exampleSignature({ id: 'packet-syn', sid: 8, grade: 'weak' });
    const login = exampleSignature({ id: 'ssh-libssh2', sid: 9, grade: 'weak' });
    const after = exampleSignature({
      id: 'sequence-after-syn',
      sid: 10,
      match: [],
      sequence: { of: [syn.id, login.id], needs: [syn.id], atLeast: 2, distinct: 'signature', on: 'port', within: 600 },
    });
    const logins = Array.from({ length: 40 }, (_, index) => exampleEvidence(login, 1 + index * 20));
    const { alerts, tracker } = track([exampleEvidence(syn, 0), ...logins], {}, [after]);
    tracker.close();
    const closed = alerts.filter(({ state }) => state === 'closed');
    // The last that is of the sequence came ten minutes after the first, and all within the window of that.
    assert.deepEqual(
      closed.map(({ evidenceCount, lastSeen }) => [evidenceCount, lastSeen - second(0)]),
      [[33, 621e6]],
    );
  });

  it('one scan per source and zone pair', () => {
    const { alerts } = track([
      exampleEvidence(definitive, 0),
      exampleEvidence(definitive, 1, { target: '198.51.100.1' }),
      exampleEvidence(definitive, 2, { target: '10.0.0.200' }),
      exampleEvidence(definitive, 3, { source: '203.0.113.5' }),
    ]);
    assert.deepEqual(
      alerts.map(({ zone, severity }) => `${zone} ${severity}`),
      ['internal-internal high', 'internal-external medium', 'external-internal low'],
    );
  });

  it('time going backwards a little', () => {
    const { alerts, tracker } = track([10, 9.5, 12, 3].map((time) => exampleEvidence(definitive, time)));
    tracker.advance(second(5));
    tracker.close();
    assert.deepEqual(states(alerts), ['open 10.0.0.5', 'closed 10.0.0.5']);
    assert.equal(alerts[1]!.firstSeen, second(3));
    assert.equal(alerts[1]!.lastSeen, second(12));
  });

  it('not a jump back by a year: that is another scan', () => {
    const { alerts, tracker } = track([exampleEvidence(definitive, 0), exampleEvidence(definitive, -31e6)]);
    tracker.close();
    assert.equal(alerts.length, 4);
    for (const alert of alerts) assert.ok(alert.firstSeen <= alert.lastSeen);
  });

  it('is the same whatever the order of arrival within the window', () => {
    const kinds = [definitive, strong, otherStrong, weakHttp];
    const evidence = fc
      .array(
        fc.record({
          kind: fc.nat(3),
          time: fc.nat(29_000_000),
          host: fc.nat(3),
          port: fc.nat(3),
          sourcePort: fc.nat(65535),
        }),
        { minLength: 1, maxLength: 40 },
      )
      .map((list) => [
        exampleEvidence(definitive, 0),
        ...list.map(({ kind, time, host, port, sourcePort }) =>
          exampleEvidence(kinds[kind]!, time / 1e6, { target: `10.0.1.${host}`, targetPort: port, sourcePort }),
        ),
      ]);
    const shuffled = evidence.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length })),
    );
    const story = (list: readonly Evidence[]) => {
      const { alerts, tracker } = track(list);
      tracker.close();
      assert.equal(alerts.length, 2);
      // The id is that of the first evidence when the scan opened: it may differ.
      return { ...alerts[1]!, scan: '' };
    };
    fc.assert(fc.property(shuffled, ([list, other]) => assert.deepEqual(story(other), story(list))));
  });
});

describe('an authorised scanner', () => {
  const authorised = [{ address: '10.0.0.0/29', owner: 'Blue team', reason: 'weekly', expires: '2026-11-22' }];

  it('is recorded as info', () => {
    const [alert] = track([exampleEvidence(definitive, 0)], { authorised }).alerts;
    assert.equal(alert!.severity, 'info');
    assert.equal(alert!.authorisation?.owner, 'Blue team');
  });

  it('is one until the end of its last day, by the time of the packets', () => {
    assert.equal(track([exampleEvidence(definitive, 12 * 3600 - 1)], { authorised }).alerts[0]!.severity, 'info');
    assert.equal(track([exampleEvidence(definitive, 12 * 3600)], { authorised }).alerts[0]!.severity, 'high');
  });

  it('does not cover others', () => {
    const { alerts } = track([exampleEvidence(definitive, 0, { source: '10.0.0.8' })], { authorised });
    assert.equal(alerts[0]!.severity, 'high');
  });
});

describe('spoofable', () => {
  const datagram = { transport: 'udp', spoofable: true } as const;

  it('when nothing but weak evidence came with a handshake', () => {
    const { alerts } = track([exampleEvidence(weakHttp, 0), exampleEvidence(definitive, 1, datagram)]);
    assert.equal(alerts[0]!.spoofable, true);
  });

  it('no longer when one definitive handshake comes', () => {
    const { alerts, tracker } = track([exampleEvidence(definitive, 0, datagram), exampleEvidence(definitive, 1)]);
    tracker.close();
    assert.deepEqual(
      alerts.map(({ spoofable }) => spoofable),
      [true, false],
    );
  });
});

describe('bounds', () => {
  const limits = { ...defaultScanSettings.limits, sources: 100, evidence: 4, targets: 5, ports: 3, suspicions: 8 };

  it('a flood of scanning sources: each is reported twice, none is dropped in silence', () => {
    const seen = new Map<string, string>();
    const tracker = new ScanTracker({
      settings: { ...defaultScanSettings, limits },
      signatures: [],
      onAlert: ({ source, state }) => seen.set(source, `${seen.get(source) ?? ''} ${state}`),
    });
    for (let index = 0; index < 10_000; index++) {
      tracker.add(exampleEvidence(definitive, 0, { source: `10.1.${index >> 8}.${index & 255}` }));
    }
    assert.equal(tracker.statistics.scansClosedEarly, 9_900);
    tracker.close();
    assert.equal(seen.size, 10_000);
    for (const states of seen.values()) assert.equal(states, ' open closed');
  });

  it('a flood of suspected sources does not push out an open scan', () => {
    const { alerts, tracker } = track([exampleEvidence(definitive, 0)], { limits });
    for (let index = 0; index < 10_000; index++) {
      tracker.add(exampleEvidence(strong, 0, { source: `10.1.${index >> 8}.${index & 255}` }));
    }
    assert.deepEqual(states(alerts), ['open 10.0.0.5']);
    assert.equal(tracker.statistics.sourcesDropped, 9_901);
  });

  it('memory: 100,000 random sources with all the bytes there may be', () => {
    const memory = 4 << 20;
    const { tracker } = track([], { limits: { ...defaultScanSettings.limits, memory } });
    const bytes = new Uint8Array(256);
    for (let index = 0; index < 100_000; index++) {
      const source = `2001:db8::${(index >> 8).toString(16)}:${(index & 255).toString(16)}`;
      tracker.add(exampleEvidence(index % 20 ? strong : definitive, index / 1e4, { source, bytes }));
    }
    assert.ok(tracker.memory <= memory, `${tracker.memory}`);
    tracker.close();
    assert.equal(tracker.memory, 0);
  });

  it('lists of one scan end, counts go on', () => {
    const many = Array.from({ length: 50 }, (_, index) =>
      exampleEvidence(exampleSignature({ id: `smtp-${index}`, sid: index }), index / 10, {
        target: `10.0.2.${index % 10}`,
        targetPort: index,
      }),
    );
    const { alerts, tracker } = track(many, { limits });
    tracker.close();
    const alert = alerts.at(-1)!;
    assert.equal(alert.evidenceCount, 50);
    assert.equal(alert.signatures.length, 50);
    assert.equal(alert.evidence.length, 4);
    assert.equal(alert.targets.length, 5);
    assert.deepEqual(
      alert.targets.map(({ ports }) => ports.length),
      [3, 3, 3, 3, 3],
    );
    assert.deepEqual(alert.omitted, { evidence: 46, targets: 25, ports: 10 });
    assert.match(alert.title, /against over 5 hosts/);
  });

  it('a suspected source that floods us keeps its newest evidence', () => {
    const flood = Array.from({ length: 1000 }, (_, port) => exampleEvidence(weakHttp, 0, { targetPort: port }));
    const { alerts, tracker } = track([...flood, exampleEvidence(definitive, 1)], { limits });
    assert.equal(alerts[0]!.evidenceCount, 8);
    assert.equal(tracker.statistics.evidenceDropped, 993);
  });
});
