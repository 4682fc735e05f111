import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { parseMetricsAddress, serveMetrics } from './metrics-server.ts';

describe('metrics over HTTP', () => {
  it('are at /metrics, for GET only', async () => {
    let asked = 0;
    const server = await serveMetrics({ host: '127.0.0.1', port: 0 }, () => `asked ${++asked}\n`);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const answer = await fetch(`${url}/metrics`);
    assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(await answer.text(), 'asked 1\n');
    assert.equal(await (await fetch(`${url}/metrics`)).text(), 'asked 2\n');
    assert.equal((await fetch(`${url}/other`)).status, 404);
    assert.equal((await fetch(`${url}/metrics`, { method: 'POST', body: 'x' })).status, 405);
    server.closeAllConnections();
    server.close();
  });

  it('are for this machine, unless an address is given', () => {
    assert.deepEqual(parseMetricsAddress('9477'), { host: '127.0.0.1', port: 9477 });
    assert.deepEqual(parseMetricsAddress('0.0.0.0:9477'), { host: '0.0.0.0', port: 9477 });
    assert.deepEqual(parseMetricsAddress('[::1]:9477'), { host: '::1', port: 9477 });
    assert.deepEqual(parseMetricsAddress('localhost:9477'), { host: 'localhost', port: 9477 });
    for (const wrong of ['', 'eth0', '65536', '::1', '[x]:1', '1.2.3.4', '-1', '9477 ']) {
      assert.equal(parseMetricsAddress(wrong), undefined, wrong);
    }
  });
});
