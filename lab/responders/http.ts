/** A web server whose pages stand in the scenario. */

import { createServer } from 'node:http';
import { z } from 'zod';
import type { Options, Responder } from './responder.ts';

const page = z.strictObject({
  status: z.int().default(200),
  headers: z.record(z.string(), z.string()).default({}),
  /** `{query}` in it stands for the request's query, decoded: a page that escapes nothing. */
  body: z.string().default(''),
});

const shape = z.looseObject({
  /** Pages by path (without the query) or by `METHOD /path`. */
  pages: z.record(z.string(), page).default({}),
  /** The page of all other paths. */
  otherwise: page.default({ status: 404, headers: {}, body: 'not found' }),
  headers: z.record(z.string(), z.string()).default({ Server: 'lab' }),
});

export function http(options: Options): Responder {
  const { pages, otherwise, headers } = shape.parse(options);
  const server = createServer({ insecureHTTPParser: true, keepAliveTimeout: 10_000 }, (request, response) => {
    request.resume();
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const found = pages[`${request.method} ${path}`] ?? pages[path] ?? otherwise;
    const body = Buffer.from(
      found.body.replaceAll('{query}', () => decoded(query)),
      'latin1',
    );
    response.writeHead(found.status, { ...headers, 'Content-Length': body.length, ...found.headers });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  server.on('connect', (_, socket) => socket.end('HTTP/1.1 200 Connection established\r\n\r\n'));
  return { connection: (socket) => void server.emit('connection', socket) };
}

function decoded(query: string): string {
  try {
    return decodeURIComponent(query);
  } catch {
    return query;
  }
}
