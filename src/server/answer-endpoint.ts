/** From a request to an endpoint's answer: check everything it gives against the description, then call the handler. */

import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import * as z from 'zod';
import { withoutControls } from '../report/printable.ts';
import { StoreError, type StoreFault } from '../store/store-error.ts';
import type { Caller, Endpoint } from './endpoint.ts';
import { serverLimits } from './limits.ts';
import { RequestProblem } from './problem.ts';

/** @throws RequestProblem, and whatever the handler throws. */
export async function answerEndpoint(one: Endpoint, context: Context, caller: Caller): Promise<Response> {
  const parameters = checked('the path', one.parameters, context.req.param());
  const query = checked('the query', one.query, queryOf(context));
  const body = one.body && checked('the body', one.body, await jsonBody(context));
  const { outgoing } = context.env as HttpBindings;
  const call = { parameters, query, body, caller, request: context.req.raw, outgoing };
  const value = await one.handle(call as never);
  if (value instanceof Response) return value;
  if (one.answer.status === 204) return new Response(null, { status: 204 });
  return new Response(JSON.stringify(value), {
    status: one.answer.status,
    headers: { 'content-type': 'application/json' },
  });
}

const nothing = z.strictObject({});

function checked(what: string, schema: z.ZodType | undefined, value: unknown): unknown {
  const result = (schema ?? nothing).safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.slice(0, 8).map(faultText);
  throw new RequestProblem(400, `${what} is not right`, withoutControls(faults.join('; ')).slice(0, 1000));
}

function faultText(issue: z.core.$ZodIssue): string {
  const place = issue.path.map(String).join('.');
  return place === '' ? issue.message : `${place}: ${issue.message}`;
}

/** A name that comes once is a string, one that comes often a list; its schema knows which it wants. */
function queryOf(context: Context): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(context.req.queries()).map(([name, values]) => [name, values.length === 1 ? values[0]! : values]),
  );
}

/** Only JSON, named so: a form of another site can send neither that name nor the token. */
async function jsonBody(context: Context): Promise<unknown> {
  const type = context.req.header('content-type') ?? '';
  if (!/^application\/json *(?:;|$)/i.test(type)) {
    throw new RequestProblem(415, 'the body is not JSON', 'Send JSON, with Content-Type: application/json.');
  }
  const text = await boundedText(context);
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestProblem(400, 'the body is not JSON');
  }
}

async function boundedText({ req }: Context): Promise<string> {
  if (Number(req.header('content-length') ?? 0) > serverLimits.body) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = req.raw.body?.getReader();
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    size += read.value.length;
    // Of a body in chunks nobody knows the size before.
    if (size > serverLimits.body) throw tooLarge();
    chunks.push(read.value);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(): RequestProblem {
  // The rest is not read: the connection can carry no other request.
  const headers = { connection: 'close' };
  return new RequestProblem(413, 'the body is too large', `At most ${serverLimits.body >> 10} KB.`, headers);
}

const statusOf: Partial<Readonly<Record<StoreFault, number>>> = {
  'bad-question': 400,
  locked: 503,
  'cannot-open': 503,
  'disk-full': 507,
  'read-only': 403,
};

/** What a client is told about an error. Of our own defects it is told nothing but that. */
export function problemOf(error: unknown): RequestProblem {
  if (error instanceof RequestProblem) return error;
  if (error instanceof StoreError)
    return new RequestProblem(statusOf[error.fault] ?? 500, withoutControls(error.message));
  return new RequestProblem(500, 'the server made a mistake', 'Its log says more.');
}
