/** A whole server for tests: real sockets, a store in a file of its own, a token for each role. */

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultScanSettings } from '../scan/scan-settings.ts';
import { loadCatalogue } from '../signature/load-catalogue.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { createApplication } from './application.ts';
import { addressOf, createHttpServer, type SocketLimits } from './http-server.ts';
import { serverLimits } from './limits.ts';
import { LiveStream, type LiveStreamOptions } from './live-stream.ts';
import type { PageFile } from './page-files.ts';
import { emptyServerCounters } from './server-counters.ts';
import type { Service } from './service.ts';
import { newToken, type Role, tokenHash } from './token.ts';

export interface ExampleServer {
  readonly port: number;
  readonly url: string;
  readonly store: Store;
  readonly service: Service;
  readonly tokens: Readonly<Record<Role, string>>;
  readonly errors: unknown[];
  /** A folder of its own. */
  readonly folder: string;
  /** In the role `write`, unless the headers say otherwise. `path` is below `/api/v1`. */
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>;
  readonly json: <Answer>(path: string, init?: RequestInit) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

export interface ExampleServerOptions {
  readonly limits?: Partial<SocketLimits>;
  readonly live?: Partial<LiveStreamOptions>;
  /** Milliseconds, for the pace of requests. */
  readonly clock?: () => number;
}

export async function exampleServer({ limits, live: given, clock }: ExampleServerOptions = {}): Promise<ExampleServer> {
  const folder = mkdtempSync(join(tmpdir(), 'trespass-server-'));
  const store = await openStore(join(folder, 'store.db'));
  const tokens = { read: newToken(), write: newToken() };
  await store.addToken('reader', 'read', tokenHash(tokens.read));
  await store.addToken('writer', 'write', tokenHash(tokens.write));
  const live = new LiveStream({ store, listeners: 4, waiting: 1 << 20, every: 30, ...given });
  const service: Service = {
    store,
    catalogue: loadCatalogue(),
    settings: defaultScanSettings,
    packets: folder,
    live,
    counters: emptyServerCounters(),
    version: '0.0.0',
    now: () => Date.UTC(2026, 10, 22, 13) * 1000,
  };
  const errors: unknown[] = [];
  const app = createApplication({
    service,
    page,
    hostNames: new Set(['trespass.example']),
    addressOf,
    onError: (error) => errors.push(error),
    clock,
  });
  const server = createHttpServer(app.fetch, undefined, { ...serverLimits, ...limits });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;

  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${url}/api/v1${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${tokens.write}`,
        ...(init.body !== undefined && { 'content-type': 'application/json' }),
        ...init.headers,
      },
    });
  return {
    port,
    url,
    store,
    service,
    tokens,
    errors,
    folder,
    ask,
    json: async <Answer>(path: string, init?: RequestInit) => (await (await ask(path, init)).json()) as Answer,
    close: async () => {
      live.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A page without a build. */
const page: ReadonlyMap<string, PageFile> = new Map(
  Object.entries({
    '/index.html': { bytes: new TextEncoder().encode('<!doctype html>'), contentType: 'text/html', tag: '"1"' },
    '/app.js': { bytes: new TextEncoder().encode('void 0;'), contentType: 'text/javascript', tag: '"2"' },
  }),
);
