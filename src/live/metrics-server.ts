/** Prometheus' way to ask: GET /metrics over HTTP. Loopback, unless the address says otherwise. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { isIP } from 'node:net';

export interface MetricsAddress {
  readonly host: string;
  readonly port: number;
}

/** `9477`, `0.0.0.0:9477`, `[::1]:9477`; undefined: none of these. */
export function parseMetricsAddress(text: string): MetricsAddress | undefined {
  const [, bracketed, plain, digits] = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?([0-9]{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  const host = bracketed ?? plain ?? '127.0.0.1';
  if (digits === undefined || port > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6)) return undefined;
  return { host, port };
}

/** `text` is asked for each request. @throws when the address cannot be had. */
export async function serveMetrics({ host, port }: MetricsAddress, text: () => string): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume();
    const known = request.url === '/metrics' || request.url === '/';
    const allowed = request.method === 'GET' || request.method === 'HEAD';
    const status = !allowed ? 405 : known ? 200 : 404;
    response.writeHead(status, {
      'content-type': status === 200 ? 'text/plain; version=0.0.4; charset=utf-8' : 'text/plain; charset=utf-8',
    });
    response.end(status === 200 ? text() : status === 404 ? 'Metrics are at /metrics.\n' : 'Only GET.\n');
  });
  // Nobody may hold the sensor up, or fill it with connections.
  server.maxConnections = 32;
  server.headersTimeout = 5000;
  server.requestTimeout = 5000;
  server.listen(port, host);
  await once(server, 'listening');
  server.unref();
  return server;
}
