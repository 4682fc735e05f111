/** The sockets: limits against slow and greedy clients, TLS, an orderly end. */

import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { isIPv6 } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { serverLimits } from './limits.ts';

export interface Tls {
  /** Files in PEM; the certificate with its chain. */
  readonly certificate: string;
  readonly key: string;
}

type Fetch = (request: Request, bindings: HttpBindings) => Response | Promise<Response>;

type SocketLimit = 'headers' | 'headersTimeout' | 'requestTimeout' | 'keepAliveTimeout' | 'idleTimeout' | 'connections';
export type SocketLimits = Readonly<Record<SocketLimit, number>>;

const strict = {
  // RFC 9112 §3.2: a request without Host, or with two of them, is none.
  requireHostHeader: true,
  insecureHTTPParser: false,
} as const;

/** Not listening yet. @throws when the certificate or its key cannot be read or do not belong together. */
export function createHttpServer(fetch: Fetch, tls: Tls | undefined, limits: SocketLimits = serverLimits): Server {
  const options = {
    ...strict,
    maxHeaderSize: limits.headers,
    headersTimeout: limits.headersTimeout,
    requestTimeout: limits.requestTimeout,
    keepAliveTimeout: limits.keepAliveTimeout,
    // How often the first two time-outs are looked at.
    connectionsCheckingInterval: Math.min(2000, limits.headersTimeout / 2),
  };
  const listener = getRequestListener((request, bindings) => fetch(request, bindings as HttpBindings), {
    overrideGlobalObjects: false,
    // A request that the adapter itself refuses (a broken URL) is answered plainly.
    errorHandler: () => new Response('Bad Request', { status: 400 }),
  });
  const answer = (incoming: IncomingMessage, outgoing: Parameters<typeof listener>[1]) => {
    void listener(incoming, outgoing);
  };
  const server = tls
    ? createSecureServer(
        { ...options, cert: readFileSync(tls.certificate), key: readFileSync(tls.key), minVersion: 'TLSv1.2' },
        answer,
      )
    : createServer(options, answer);
  server.maxConnections = limits.connections;
  // Reads too slowly, or says nothing: whatever it was about, its socket is free again.
  server.setTimeout(limits.idleTimeout, (socket) => socket.destroy());
  return server as Server;
}

/** For the rate limit: of IPv6, the network of 64 bits that one customer has. */
export function addressOf(context: Context): string {
  const { incoming } = context.env as HttpBindings;
  const address = incoming.socket.remoteAddress ?? '';
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  return address.split(':').slice(0, 4).join(':');
}
