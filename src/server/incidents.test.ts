import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { exampleScan } from './example-scan.test.helper.ts';
import { type ExampleServer, exampleServer } from './example-server.test.helper.ts';
import type { ScanDetail } from './schemas.ts';

describe('the API of incidents, authorised scanners and hunts', () => {
  let server: ExampleServer;
  const scan = exampleScan({ source: '192.0.2.7' });

  before(async () => {
    server = await exampleServer();
    await server.store.write({ sensor: 'gate', alerts: [scan] });
  });
  after(() => server.close());

  const post = (path: string, body: unknown) => server.ask(path, { method: 'POST', body: JSON.stringify(body) });

  it('an incident raises the scans of its address', async () => {
    const response = await post('/incidents', {
      address: '192.0.2.7',
      what: 'webshell dropped',
      time: '2026-11-22T12:30:00Z',
    });
    assert.equal(response.status, 201);
    const { incident, raised } = (await response.json()) as {
      incident: { id: number; reporter: string };
      raised: number;
    };
    assert.equal(raised, 1);
    assert.equal(incident.reporter, 'writer');
    const { severity, severity_found, because } = await server.json<ScanDetail>(`/scans/${scan.scan}`);
    assert.deepEqual([severity, severity_found, because[0]?.what], ['high', 'low', 'webshell dropped']);

    const found = await server.json<{ as_source: { scan: string }[]; incidents: { what: string }[] }>(
      '/hunt/192.0.2.0%2F24',
    );
    assert.deepEqual(
      found.as_source.map((one) => one.scan),
      [scan.scan],
    );
    assert.deepEqual(
      found.incidents.map(({ what }) => what),
      ['webshell dropped'],
    );

    assert.equal((await server.ask(`/incidents/${incident.id}`, { method: 'DELETE' })).status, 204);
    assert.equal((await server.ask(`/incidents/${incident.id}`, { method: 'DELETE' })).status, 404);
    const { incidents } = await server.json<{ incidents: { closed_by: string }[] }>('/incidents?state=closed');
    assert.deepEqual(
      incidents.map(({ closed_by }) => closed_by),
      ['writer'],
    );
  });

  it('refuses an incident that says nothing', async () => {
    const bodies = [
      {},
      { address: 'host', what: 'x' },
      { address: '10.0.0.1', what: ' ' },
      { address: '10.0.0.1', what: 'x', more: 1 },
    ];
    for (const body of bodies) assert.equal((await post('/incidents', body)).status, 400, JSON.stringify(body));
    assert.equal((await post('/incidents', { address: '10.0.0.1', what: 'x', time: 'noon' })).status, 400);
  });

  it('authorises, lists and takes back', async () => {
    const response = await post('/authorised-scanners', {
      address: '192.0.2.0/24',
      owner: 'Blue team',
      reason: 'audit',
      expires: '2027-03-31',
    });
    assert.equal(response.status, 201);
    const { id } = (await response.json()) as { id: number };
    const { authorised } = await server.json<{ authorised: { by: string }[] }>('/hunt/192.0.2.7');
    assert.deepEqual(
      authorised.map(({ by }) => by),
      ['writer'],
    );
    assert.equal((await server.ask(`/authorised-scanners/${id}`, { method: 'DELETE' })).status, 204);
    assert.deepEqual(await server.json('/authorised-scanners'), { scanners: [] });
    assert.equal((await post('/authorised-scanners', { address: '10.0.0.1', owner: '', reason: '' })).status, 400);
    const never = { address: '10.0.0.1', owner: 'a', reason: 'b', expires: '2027-02-31' };
    assert.equal((await post('/authorised-scanners', never)).status, 400);
  });

  it('hunts for addresses only', async () => {
    assert.equal((await server.ask('/hunt/evil.example')).status, 400);
    assert.equal((await server.ask('/hunt/fd00::7')).status, 200);
  });

  it('explains signatures and coverage', async () => {
    const { signatures } = await server.json<{ signatures: { id: string }[] }>('/signatures');
    assert.equal(signatures.length, server.service.catalogue.length);
    const one = await server.json<{ emitted_by: string[]; conditions: string[] }>('/signatures/smtp-ehlo-scanme');
    assert.ok(one.emitted_by.includes('nselib/smtp.lua'));
    assert.match(one.conditions[0]!, /smtp\.helo is "nmap\.scanme\.org"/);
    assert.equal((await server.ask('/signatures/no-such')).status, 404);
    const { coverage } = await server.json<{ coverage: { name: string }[] }>('/coverage');
    assert.ok(coverage.some(({ name }) => name === 'smtp-commands'));
  });

  it('tells its health to anyone, its numbers to those who may read', async () => {
    assert.equal((await fetch(`${server.url}/api/v1/health`)).status, 200);
    const metrics = await (await server.ask('/metrics')).text();
    assert.match(metrics, /^trespass_store_scans\{severity="high"\} 1$/m);
    assert.match(metrics, /^trespass_http_requests_total \d+$/m);
    for (const line of metrics.trimEnd().split('\n')) {
      assert.match(line, /^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{[a-z]+="[^"]*"\})? [0-9.e+]+)$/);
    }
    const { you } = await server.json<{ you: object }>('/status');
    assert.deepEqual(you, { name: 'writer', role: 'write' });
  });
});
