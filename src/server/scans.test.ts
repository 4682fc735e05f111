import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { demonstrationSensor } from './demonstration-sensor.ts';
import { exampleScan } from './example-scan.test.helper.ts';
import { type ExampleServer, exampleServer } from './example-server.test.helper.ts';
import type { ScanDetail, ScanSummary } from './schemas.ts';

interface Page {
  readonly scans: readonly ScanSummary[];
  readonly next: string | null;
}

describe('the API of scans', () => {
  let server: ExampleServer;
  const inside = exampleScan({ at: 0 });
  const outside = exampleScan({ at: 60, source: '192.0.2.7', target: '10.0.3.1' });
  const leaving = exampleScan({ at: 120, source: '10.0.0.6', target: '198.51.100.1', state: 'open' });

  before(async () => {
    server = await exampleServer();
    await server.store.write({ sensor: 'gate', alerts: [inside, outside, leaving] });
  });
  after(() => server.close());

  const sources = async (query: string) => {
    const { scans } = await server.json<Page>(`/scans${query}`);
    return scans.map(({ source }) => source);
  };

  it('lists them, newest first', async () => {
    const { scans, next } = await server.json<Page>('/scans');
    assert.deepEqual(
      scans.map(({ source, severity, zone, state }) => [source, severity, zone, state]),
      [
        ['10.0.0.6', 'medium', 'internal-external', 'open'],
        ['192.0.2.7', 'low', 'external-internal', 'closed'],
        ['10.0.0.5', 'high', 'internal-internal', 'closed'],
      ],
    );
    assert.equal(next, null);
    const { first_seen, first_targets, sensors, signatures } = scans[2]!;
    assert.equal(first_seen, '2026-11-22T12:00:00.000000Z');
    assert.deepEqual(first_targets, ['10.0.0.9']);
    assert.deepEqual(sensors, ['gate']);
    assert.deepEqual(signatures, ['smtp-ehlo-scanme']);
  });

  it('filters by all that is given', async () => {
    const cases: [query: string, sources: string[]][] = [
      ['?severity=high', ['10.0.0.5']],
      ['?severity=high,low', ['192.0.2.7', '10.0.0.5']],
      ['?severity=high&severity=low', ['192.0.2.7', '10.0.0.5']],
      ['?zone=external-internal', ['192.0.2.7']],
      ['?source=10.0.0.0/24', ['10.0.0.6', '10.0.0.5']],
      ['?target=10.0.3.1', ['192.0.2.7']],
      ['?address=10.0.0.9', ['10.0.0.5']],
      ['?signature=smtp-ehlo-scanme&state=open', ['10.0.0.6']],
      ['?signature=no-such', []],
      ['?sensor=gate&severity=medium', ['10.0.0.6']],
      // It is one o'clock in the tests.
      ['?since=59m', ['10.0.0.6', '192.0.2.7']],
      ['?until=2026-11-22T12:00:30Z', ['10.0.0.5']],
      ['?acknowledged=true', []],
    ];
    for (const [query, expected] of cases) assert.deepEqual(await sources(query), expected, query);
  });

  it('gives them page by page', async () => {
    const first = await server.json<Page>('/scans?limit=2');
    assert.equal(first.scans.length, 2);
    const second = await server.json<Page>(`/scans?limit=2&cursor=${encodeURIComponent(first.next!)}`);
    assert.deepEqual(
      second.scans.map(({ source }) => source),
      ['10.0.0.5'],
    );
    assert.equal(second.next, null);
  });

  it('says what is wrong with a question', async () => {
    const cases: [query: string, says: RegExp][] = [
      ['?severity=hgh', /severity/],
      ['?sevrity=high', /sevrity/],
      ['?source=10/8', /an address or a range/],
      ['?since=yesterday', /24h/],
      ['?limit=0', /limit/],
      ['?cursor=%00', /./],
    ];
    for (const [query, says] of cases) {
      const response = await server.ask(`/scans${query}`);
      assert.equal(response.status, 400, query);
      assert.equal(response.headers.get('content-type'), 'application/problem+json');
      assert.match(JSON.stringify(await response.json()), says);
    }
    assert.deepEqual(server.errors, []);
  });

  it('tells the whole story of one', async () => {
    const scan = await server.json<ScanDetail>(`/scans/${inside.scan}`);
    assert.equal(scan.implied_command, 'nmap -p 25 10.0.0.9');
    assert.deepEqual(scan.learned, [{ what: 'Which of these ports are open.', because: ['25/tcp'] }]);
    assert.deepEqual(
      scan.sensors.map(({ sensor }) => sensor),
      ['gate'],
    );
    const { evidence } = (scan.alert as { trespass: { evidence: { text: string }[] } }).trespass;
    assert.equal(evidence[0]?.text, 'EHLO nmap.scanme.org\\r\\n');
    assert.equal((await server.ask('/scans/0123456789abcdef')).status, 404);
    assert.equal((await server.ask('/scans/x')).status, 400);
  });

  it('acknowledges in the name of the token, and takes it back', async () => {
    const path = `/scans/${outside.scan}/acknowledgement`;
    assert.equal((await server.ask(path, { method: 'PUT' })).status, 204);
    assert.deepEqual(await sources('?acknowledged=true'), ['192.0.2.7']);
    assert.equal((await server.json<ScanDetail>(`/scans/${outside.scan}`)).acknowledged?.by, 'writer');
    assert.equal((await server.ask(path, { method: 'DELETE' })).status, 204);
    assert.equal((await server.json<ScanDetail>(`/scans/${outside.scan}`)).acknowledged, null);
    assert.equal((await server.ask('/scans/0123456789abcdef/acknowledgement', { method: 'PUT' })).status, 404);
  });

  it('keeps comments as they are said', async () => {
    const text = '<b>not bold</b> “ü”\nsecond line';
    const response = await server.ask(`/scans/${inside.scan}/comments`, {
      method: 'POST',
      body: JSON.stringify({ text }),
    });
    assert.equal(response.status, 201);
    const { comments } = await server.json<ScanDetail>(`/scans/${inside.scan}`);
    assert.deepEqual(
      comments.map(({ by, text: said }) => [by, said]),
      [['writer', text]],
    );
  });

  it('counts them in time', async () => {
    const { buckets } = await server.json<{ buckets: object[] }>('/timeline?bucket=60');
    const none = { info: 0, low: 0, medium: 0, high: 0 };
    assert.deepEqual(buckets, [
      { time: '2026-11-22T12:00:00.000000Z', ...none, high: 1 },
      { time: '2026-11-22T12:01:00.000000Z', ...none, low: 1 },
      { time: '2026-11-22T12:02:00.000000Z', ...none, medium: 1 },
    ]);
    assert.equal((await server.ask('/timeline?since=365d&bucket=60')).status, 400);
  });

  it('tells who scanned whom', async () => {
    const { pairs, complete } = await server.json<{ pairs: { source: string; target: string }[]; complete: boolean }>(
      '/pairs',
    );
    assert.ok(complete);
    assert.deepEqual(pairs.map(({ source, target }) => `${source} ${target}`).sort(), [
      '10.0.0.5 10.0.0.9',
      '10.0.0.6 198.51.100.1',
      '192.0.2.7 10.0.3.1',
    ]);
  });

  it('hands out packets that are kept, and no other file', async () => {
    writeFileSync(join(server.folder, `${inside.scan}.pcapng`), 'packets');
    assert.deepEqual((await server.json<ScanDetail>(`/scans/${inside.scan}`)).packets, [inside.scan]);
    const response = await server.ask(`/packets/${inside.scan}`);
    assert.match(response.headers.get('content-disposition')!, /filename="trespass-[0-9a-f]{16}\.pcapng"/);
    assert.equal(await response.text(), 'packets');
    assert.equal((await server.ask(`/packets/${outside.scan}`)).status, 404);
    assert.equal((await server.ask('/packets/store.db')).status, 400);
    assert.equal((await server.ask('/packets/..%2Fstore.db')).status, 400);
  });

  it('reads the demonstration into the store, marked, however often', async () => {
    for (let round = 0; round < 2; round++) {
      assert.equal((await server.ask('/demonstration', { method: 'POST' })).status, 201);
    }
    const { scans } = await server.json<Page>(`/scans?sensor=${demonstrationSensor}`);
    assert.equal(scans.length, 1);
    assert.ok(scans[0]?.demonstration);
    assert.ok(scans[0]?.options.includes('-sV'));
  });
});
