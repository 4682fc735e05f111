/** What a view shows, loaded from the API and loaded anew when something has changed. */

import { useEffect, useState } from 'preact/hooks';
import { type ApiError, get } from './api.ts';
import { changes } from './live.ts';

export interface Loaded<Answer> {
  /** Of the latest answer; it stays while the next one is on its way. */
  readonly data: Answer | undefined;
  readonly error: ApiError | undefined;
  readonly loading: boolean;
}

/** `path` undefined: nothing to load. `live`: again with every change. */
export function useLoad<Answer>(path: string | undefined, { live = true } = {}): Loaded<Answer> {
  const [state, setState] = useState<Loaded<Answer> & { path?: string | undefined }>(nothing);

  useEffect(() => {
    if (path === undefined) return;
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let running = false;
    let again = false;
    let rest = 0;
    const load = async () => {
      timer = undefined;
      running = true;
      setState((before) => (before.path === path ? { ...before, loading: true } : { ...nothing, path }));
      const start = performance.now();
      try {
        const data = await get<Answer>(path, ended.signal);
        setState({ data, error: undefined, loading: false, path });
      } catch (error) {
        if (ended.signal.aborted) return;
        setState((before) => ({ ...before, error: error as ApiError, loading: false, path }));
      }
      // An answer that takes the server long is not asked for more often than it can give.
      rest = performance.now() + 3 * (performance.now() - start);
      running = false;
      if (again) soon();
    };
    const soon = () => {
      again = running;
      if (!running) timer ??= setTimeout(load, Math.max(0, rest - performance.now()));
    };
    soon();
    const forget = live ? changes.subscribe(soon) : () => {};
    return () => {
      forget();
      clearTimeout(timer);
      ended.abort();
    };
  }, [path, live]);

  return state.path === path ? state : nothing;
}

const nothing = { data: undefined, error: undefined, loading: true };
