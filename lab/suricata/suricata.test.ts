/** The exported rules in real Suricata. Needs root and `TRESPASS_SURICATA=FOLDER`, as lab/suricata/setup.sh makes it. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { verdictRules } from '../../src/rules/suricata.ts';
import type { SuricataVersion } from '../../src/rules/suricata-detection.ts';
import { suricataFile } from '../../src/rules/suricata-file.ts';
import { defaultSidBase, ruleMeaning } from '../../src/rules/suricata-sids.ts';
import { loadCatalogue } from '../../src/signature/load-catalogue.ts';
import { tcpConversation } from '../../src/testing/frames.ts';
import { captureNames, capturePath, readRecord } from '../captures.ts';
import { Verdicts } from './compare.ts';
import { type Merged, mergeCaptures } from './merge.ts';
import { firstTime, pcapOf, step } from './pcap.ts';
import { Suricata, type SuricataAlert } from './run-suricata.ts';
import { makeTrials } from './trials.ts';

const suricata = Suricata.at(process.env.TRESPASS_SURICATA);
const skip = suricata === undefined && 'no Suricata: as root, TRESPASS_SURICATA=FOLDER of lab/suricata/setup.sh';

describe('rules in Suricata', { skip }, () => {
  const engine = suricata!;
  const release = suricata?.version() ?? '';
  const version = Number(release.split('.')[0]) as SuricataVersion;
  const catalogue = loadCatalogue();
  const verdicts = new Verdicts(catalogue, version);
  const options = { version, sidBase: defaultSidBase, grade: 'weak', window: 30 } as const;
  let merged: Promise<Merged> | undefined;
  const captures = (): Promise<Merged> => {
    merged ??= mergeCaptures(captureNames.map(capturePath), catalogue);
    return merged;
  };

  it(`load without a word of complaint (${release})`, () => {
    for (const given of [options, { ...options, grade: 'definitive', sidBase: 1_000_000 } as const]) {
      assert.deepEqual(engine.check(suricataFile(catalogue, given, 'test')), []);
    }
  });

  it("every signature's hits and misses, whole and cut, as our engine judges them", (context) => {
    const { trials, frames } = makeTrials(catalogue);
    const run = engine.read(`${verdictRules(catalogue, version, defaultSidBase).join('\n')}\n`, pcapOf(frames));
    assert.deepEqual(run.complaints, []);
    const byClient = grouped(run.alerts, ({ sourceIp }) => sourceIp);
    const result = verdicts.compare(
      trials.map(({ name, ours, client, mapped }) => {
        const alerts = [client, mapped].flatMap((address) => byClient.get(address) ?? []);
        return { name, ours, theirs: verdicts.signaturesOf(alerts) };
      }),
    );
    context.diagnostic(`${trials.length} trials, ${result.agreed} verdicts agree, ${result.explained} explained`);
    assert.deepEqual(result.unexplained, []);
  });

  it('every capture of the lab, as our engine judges it', async (context) => {
    const { captures: all, frames, omitted } = await captures();
    assert.deepEqual(omitted, []);
    const run = engine.read(`${verdictRules(catalogue, version, defaultSidBase).join('\n')}\n`, pcapOf(frames));
    const byVlan = grouped(run.alerts, ({ vlan }) => vlan[0] ?? 0);
    const result = verdicts.compare(
      all.map(({ vlan, ours }, index) => ({
        name: captureNames[index]!,
        ours,
        theirs: verdicts.signaturesOf(byVlan.get(vlan) ?? []),
      })),
    );
    context.diagnostic(`${all.length} captures, ${result.agreed} verdicts agree, ${result.explained} explained`);
    assert.deepEqual(result.unexplained, []);
  });

  it('as exported, they are silent on ordinary traffic and alert on Nmap', async (context) => {
    const { captures: all, frames } = await captures();
    const run = engine.read(suricataFile(catalogue, options, 'test'), pcapOf(frames));
    const byVlan = grouped(run.alerts, ({ vlan }) => vlan[0] ?? 0);
    const alerted = new Set(captureNames.filter((_, index) => (byVlan.get(all[index]!.vlan) ?? []).length > 0));
    const expected = new Set(captureNames.filter((name) => readRecord(name).expect.alerts.length > 0));
    assert.deepEqual(
      [...alerted].filter((name) => !expected.has(name)),
      [],
      'alerts where our own engine has none',
    );
    const missed = [...expected].filter((name) => !alerted.has(name));
    context.diagnostic(`${alerted.size} of the ${expected.size} captures with an alert of ours have one of Suricata's`);
    context.diagnostic(`missed: ${missed.join(', ')}`);
    assert.ok(missed.length <= expected.size / 20, `${missed.length} of ${expected.size}: ${missed.join(', ')}`);
  });

  it('two different strong signatures are an alert, one that repeats is none; severity goes by direction', () => {
    const strong = catalogue.filter(
      ({ grade, transports, ports, match, hits }) =>
        grade === 'strong' &&
        transports.join() === 'tcp' &&
        ports.length === 0 &&
        match[0]?.field === 'payload' &&
        !hits[0]?.[0]?.packet,
    );
    const [one, other] = strong as [(typeof strong)[0], (typeof strong)[0]];
    const definitive = catalogue.find(({ id }) => id === 'smtp-ehlo-scanme')!;
    const said = (source: string, target: string, signature: typeof one, port: number): Uint8Array[] =>
      tcpConversation(
        { source, target, sourcePort: port, targetPort: 9 },
        Buffer.from(signature.hits[0]![0]!.bytes, 'latin1'),
      );
    const frames = [
      ...said('10.0.0.1', '10.0.0.9', one, 40_001),
      ...said('10.0.0.1', '10.0.0.9', one, 40_002),
      ...said('10.0.0.2', '10.0.0.9', one, 40_001),
      ...said('10.0.0.2', '10.0.0.8', other, 40_002),
      ...said('10.0.0.3', '192.0.2.9', definitive, 40_001),
      ...said('192.0.2.3', '10.0.0.9', definitive, 40_001),
      ...said('fd00::3', 'fd00::9', definitive, 40_001),
    ].map((bytes, index) => ({ bytes, time: firstTime + index * step }));
    const run = engine.read(suricataFile(catalogue, options, 'test'), pcapOf(frames));
    const seen = run.alerts.map(({ sourceIp, sid }) => {
      const meaning = ruleMeaning(defaultSidBase, sid)!;
      return `${sourceIp} ${catalogue.find((signature) => signature.sid === meaning.signatureSid)!.id} ${meaning.role}`;
    });
    // Which of the two completes the pair depends on when Suricata looks at the end of a stream.
    const pair = seen.filter((one) => one.startsWith('10.0.0.2 '));
    assert.ok(
      pair.length === 1 && [`${one.id} internal`, `${other.id} internal`].includes(pair[0]!.slice(9)),
      pair.join(),
    );
    assert.deepEqual(seen.filter((one) => !pair.includes(one)).sort(), [
      '10.0.0.3 smtp-ehlo-scanme outbound',
      '192.0.2.3 smtp-ehlo-scanme inbound',
      'fd00:0000:0000:0000:0000:0000:0000:0003 smtp-ehlo-scanme internal',
    ]);
  });
});

function grouped<Key>(alerts: readonly SuricataAlert[], key: (alert: SuricataAlert) => Key): Map<Key, SuricataAlert[]> {
  const groups = new Map<Key, SuricataAlert[]>();
  for (const alert of alerts) {
    const group = groups.get(key(alert));
    if (group) group.push(alert);
    else groups.set(key(alert), [alert]);
  }
  return groups;
}
