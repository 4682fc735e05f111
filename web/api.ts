/** Requests to the API. */

import type { Problem } from '../src/server/problem.ts';
import { signOut, token } from './session.ts';

export class ApiError extends Error {
  readonly status: number;
  readonly detail: string | undefined;

  constructor(status: number, title: string, detail?: string) {
    super(title);
    this.status = status;
    this.detail = detail;
  }
}

export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const used = token.value;
  if (used !== undefined) headers.set('authorization', `Bearer ${used}`);
  const response = await fetch(`/api/v1${path}`, { ...init, headers, credentials: 'omit', redirect: 'error' }).catch(
    (error: unknown) => {
      if ((error as Error).name === 'AbortError') throw error;
      throw new ApiError(0, 'the server does not answer', 'Is trespass serve still running?');
    },
  );
  if (response.ok) return response;
  // The token was revoked, or was that of a server that has ended.
  if (response.status === 401 && used !== undefined && used === token.value) signOut();
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  throw new ApiError(response.status, problem.title ?? response.statusText, problem.detail);
}

export async function get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return (await request(path, signal ? { signal } : {})).json() as Promise<Answer>;
}

export async function send<Answer = void>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) {
  const response = await request(path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}

/** Hands a file to the person in front: a link could not carry the token. */
export async function download(path: string, name: string): Promise<void> {
  const url = URL.createObjectURL(await (await request(path)).blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
