/** What went wrong with a request, as its sender is told (RFC 9457, `application/problem+json`). */

import * as z from 'zod';

export const problemSchema = z
  .object({
    title: z.string().describe('What is wrong, in plain words'),
    status: z.int().describe('The status code of the answer'),
    detail: z.string().optional().describe('What would be right'),
  })
  .describe('A problem (RFC 9457)');

export type Problem = z.infer<typeof problemSchema>;

/** Thrown by endpoints. Its words go to the client, so they hold nothing that a client may not know. */
export class RequestProblem extends Error {
  readonly status: number;
  readonly detail: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, title: string, detail?: string, headers: Readonly<Record<string, string>> = {}) {
    super(title);
    this.status = status;
    this.detail = detail;
    this.headers = headers;
  }
}

export function problemResponse({ status, message, detail, headers }: RequestProblem): Response {
  const problem: Problem = { title: message, status, ...(detail !== undefined && { detail }) };
  return new Response(JSON.stringify(problem), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
}
