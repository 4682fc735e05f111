/** The whole server without its sockets: a request in, a response out. */

import { type Context, Hono } from 'hono';
import { answerEndpoint, problemOf } from './answer-endpoint.ts';
import { authenticate, type Session } from './authentication.ts';
import type { Caller, Endpoint } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { isOurHost } from './host-check.ts';
import { serverLimits } from './limits.ts';
import { openApiDocument } from './open-api.ts';
import { type PageFile, pageFile, pageOfNothing, pageResponse } from './page-files.ts';
import { problemResponse, RequestProblem } from './problem.ts';
import { RateLimit } from './rate-limit.ts';
import { securityHeaders, transportSecurity } from './security-headers.ts';
import type { Service } from './service.ts';
import { allows } from './token.ts';

export interface ApplicationOptions {
  readonly service: Service;
  readonly page: ReadonlyMap<string, PageFile>;
  /** Names under which the server may be asked, besides addresses and localhost; in lower case. */
  readonly hostNames: ReadonlySet<string>;
  readonly session?: Session | undefined;
  readonly secure?: boolean;
  /** The address that a request comes from. */
  readonly addressOf: (context: Context) => string;
  readonly onError: (error: unknown) => void;
  /** Milliseconds, for the pace of requests; another in tests. */
  readonly clock?: (() => number) | undefined;
}

const base = '/api/v1';

export function createApplication(options: ApplicationOptions): Hono {
  const { service, page, secure, onError } = options;
  const { counters } = service;
  const pace = new RateLimit(
    { burst: serverLimits.requestsAtOnce, perSecond: serverLimits.requestsPerSecond },
    serverLimits.addresses,
    options.clock,
  );
  const app = new Hono();

  app.use(async (context, next) => {
    counters.requests++;
    try {
      checkSender(context, options);
      await next();
    } finally {
      const status = Math.floor(context.res.status / 100);
      counters.answers[status] = (counters.answers[status] ?? 0) + 1;
      for (const [name, value] of Object.entries(securityHeaders)) context.res.headers.set(name, value);
      if (secure) context.res.headers.set('strict-transport-security', transportSecurity);
      if (!context.res.headers.has('cache-control')) context.res.headers.set('cache-control', 'no-store');
    }
  });

  app.get(`${base}/openapi.json`, (context) => context.json(openApiDocument(endpoints(service), service.version)));

  for (const one of endpoints(service)) {
    app.on(one.method.toUpperCase(), base + one.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (context) => {
      const wait = pace.take(options.addressOf(context));
      if (wait > 0) {
        counters.limited++;
        throw new RequestProblem(429, 'too many requests', `Come again in ${wait} s.`, { 'retry-after': String(wait) });
      }
      return answerEndpoint(one, context, await callerOf(one, context, options));
    });
  }

  app.get('*', (context) => {
    const file = pageFile(page, context.req.path);
    if (file) return pageResponse(file, context.req.header('if-none-match'));
    if (typedByPerson(context)) return pageOfNothing(page);
    throw nothingHere();
  });
  app.notFound(() => problemResponse(nothingHere()));
  app.onError((error) => {
    const problem = problemOf(error);
    if (problem.status >= 500) onError(error);
    return problemResponse(problem);
  });
  return app;
}

function typedByPerson({ req }: Context): boolean {
  return req.header('sec-fetch-mode') === 'navigate' && !req.path.startsWith(`${base}/`);
}

function nothingHere(): RequestProblem {
  return new RequestProblem(404, 'there is nothing here', `The API is described at ${base}/openapi.json.`);
}

/** A page of another site may not use the browser of someone who may. */
function checkSender(context: Context, { hostNames, service: { counters } }: ApplicationOptions): void {
  const { req } = context;
  if (!isOurHost(req.header('host'), hostNames)) {
    counters.foreign++;
    const detail = 'Ask by address, or start trespass serve with --host-name and this name.';
    throw new RequestProblem(421, 'this server does not go by that name', detail);
  }
  // Fetch Metadata: sent by every browser of today, and out of reach for pages. `none`: typed, or a bookmark.
  const site = req.header('sec-fetch-site') ?? 'none';
  const navigates = req.method === 'GET' && req.header('sec-fetch-mode') === 'navigate';
  if (site === 'same-origin' || site === 'none' || (navigates && !req.path.startsWith(`${base}/`))) return;
  counters.foreign++;
  throw new RequestProblem(403, 'another site asks', 'Only the page of this server may use it from a browser.');
}

const anyone: Caller = { name: '', role: 'read' };

async function callerOf(one: Endpoint, { req }: Context, options: ApplicationOptions): Promise<Caller> {
  const { service, session } = options;
  const { counters, store } = service;
  if (one.needs === 'anyone') return anyone;
  const caller = await authenticate(req.header('authorization'), store, session);
  if (!caller) {
    counters.unauthorised++;
    const detail = 'Send Authorization: Bearer TOKEN. trespass token add makes one.';
    throw new RequestProblem(401, 'this needs a token that holds', detail, { 'www-authenticate': 'Bearer' });
  }
  if (!allows(caller.role, one.needs)) {
    counters.forbidden++;
    throw new RequestProblem(403, `this needs the role ${one.needs}`, `The token “${caller.name}” has ${caller.role}.`);
  }
  return caller;
}
