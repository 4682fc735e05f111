/** An endpoint of the API as data: one description that requests are checked with and the OpenAPI document is made from. */

import type { ServerResponse } from 'node:http';
import type * as z from 'zod';
import type { Role } from './token.ts';

export type Method = 'get' | 'post' | 'put' | 'delete';

export interface EndpointShape<
  Parameters extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
> {
  readonly method: Method;
  /** Below `/api/v1`, with parameters as `{name}`. */
  readonly path: string;
  /** Name of the operation, for generated clients: `listScans`. */
  readonly operation: string;
  readonly tag: string;
  /** One sentence. */
  readonly summary: string;
  /** `anyone`: no token needed. */
  readonly needs: Role | 'anyone';
  readonly parameters?: Parameters;
  readonly query?: Query;
  readonly body?: Body;
  readonly answer: Answer;
}

export interface Answer {
  readonly status: 200 | 201 | 204;
  readonly describes: string;
  /** Of JSON; other content types have none. */
  readonly schema?: z.ZodType;
  /** `application/json` if it is left out. */
  readonly contentType?: string;
}

/** Who asks, as far as the log and the record of changes are concerned. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
}

export interface Call<Parameters, Query, Body> {
  readonly parameters: Parameters;
  readonly query: Query;
  readonly body: Body;
  readonly caller: Caller;
  readonly request: Request;
  /** For answers that do not end. */
  readonly outgoing: ServerResponse;
}

/** Either the value of the answer's JSON, or a whole response. */
export type Handle<Parameters, Query, Body> = (call: Call<Parameters, Query, Body>) => unknown;

export interface Endpoint extends EndpointShape {
  readonly handle: Handle<never, never, never>;
}

type Output<Schema> = Schema extends z.ZodType ? z.infer<Schema> : undefined;

/** Ties the types of a handler to the schemas of its description. */
export function endpoint<
  Parameters extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Query extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Body extends z.ZodType = z.ZodUndefined,
>(
  shape: EndpointShape<Parameters, Query, Body>,
  handle: Handle<Output<Parameters>, Output<Query>, Output<Body>>,
): Endpoint {
  return { ...(shape as EndpointShape), handle: handle as Handle<never, never, never> };
}
