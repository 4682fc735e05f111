/** The OpenAPI document (3.1.1), from the same descriptions that requests are checked with. */

import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { packageFile } from '../signature/catalogue-paths.ts';
import type { Endpoint } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { problemSchema } from './problem.ts';
import type { Service } from './service.ts';

type Json = Record<string, unknown>;

/** As docs/openapi.json has it. The descriptions need no server to describe. */
export function openApiText(): string {
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };
  return `${JSON.stringify(openApiDocument(endpoints({} as Service), version), null, 2)}\n`;
}

export function openApiDocument(described: readonly Endpoint[], version: string): Json {
  const components = new Map<string, unknown>();
  const schema = (type: z.ZodType, io: 'input' | 'output') => asComponent(type, io, components);
  const paths: Record<string, Json> = {};
  for (const one of described) {
    paths[one.path] = { ...paths[one.path], [one.method]: operation(one, schema) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Trespass',
      version,
      summary: 'Who scans with Nmap: what the store knows.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'Made by `trespass token add`' } },
      schemas: { Problem: schema(problemSchema, 'output'), ...Object.fromEntries([...components].sort()) },
    },
  };
}

function operation(one: Endpoint, schema: (type: z.ZodType, io: 'input' | 'output') => unknown): Json {
  const { operation: operationId, tag, summary, needs, parameters, query, body, answer } = one;
  const content = answer.schema
    ? { 'application/json': { schema: schema(answer.schema, 'output') } }
    : answer.contentType && { [answer.contentType]: {} };
  return {
    operationId,
    tags: [tag],
    summary,
    ...(needs === 'anyone' ? { security: [] } : { description: `Role: ${needs}.` }),
    parameters: [...parametersOf('path', parameters, schema), ...parametersOf('query', query, schema)],
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: schema(body, 'input') } } },
    }),
    responses: {
      [answer.status]: { description: answer.describes, ...(content && { content }) },
      default: {
        description: 'What is wrong',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function parametersOf(
  place: 'path' | 'query',
  object: z.ZodObject | undefined,
  schema: (type: z.ZodType, io: 'input' | 'output') => unknown,
): Json[] {
  return Object.entries(object?.shape ?? {}).map(([name, type]) => {
    const { description, ...rest } = schema(type as z.ZodType, 'input') as Json;
    return {
      name,
      in: place,
      required: place === 'path',
      ...(description !== undefined && { description }),
      schema: rest,
    };
  });
}

/** A schema with an id stands once, under `components`; what refers to it says where. */
function asComponent(type: z.ZodType, io: 'input' | 'output', components: Map<string, unknown>): unknown {
  const { $schema: _, $defs = {}, id, ...rest } = z.toJSONSchema(type, { io, unrepresentable: 'any' }) as Json;
  for (const [name, definition] of Object.entries($defs as Json)) components.set(name, referring(definition));
  if (typeof id !== 'string') return referring(rest);
  components.set(id, referring(rest));
  return { $ref: `#/components/schemas/${id}` };
}

function referring(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(referring);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // `id` is zod's name for the component, which stands outside.
      .filter(([name, inner]) => !(name === 'id' && typeof inner === 'string'))
      .map(([name, inner]) => [
        name,
        name === '$ref' && typeof inner === 'string'
          ? inner.replace('#/$defs/', '#/components/schemas/')
          : referring(inner),
      ]),
  );
}
