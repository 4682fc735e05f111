/** The live stream: what has changed. The views load what they show anew; more often than that nobody can read. */

import { effect, signal } from '@preact/signals';
import type { ScanSummary } from '../src/server/schemas.ts';
import { request } from './api.ts';
import { eventsOf } from './event-stream.ts';
import { token } from './session.ts';

/** Grows when something has changed. */
export const changes = signal(0);
/** Undefined: not connected yet. */
export const connected = signal<boolean | undefined>(undefined);
/** The newest scan that began since the page was opened, for those who hear the page. */
export const newest = signal<ScanSummary | undefined>(undefined);

/** Milliseconds until the next try, and at most. */
const firstWait = 1000;
const longestWait = 30_000;
/** Milliseconds without a sign of life: the server gives one every fifteen seconds. */
const silence = 40_000;

export function watchChanges(): void {
  effect(() => {
    if (token.value === undefined) return;
    const ended = new AbortController();
    void listen(ended.signal);
    return () => ended.abort();
  });
}

async function listen(ended: AbortSignal): Promise<void> {
  let wait = firstWait;
  while (!ended.aborted) {
    try {
      await listenOnce(ended, () => {
        wait = firstWait;
      });
    } catch {
      // Whatever it was, the next try shows whether it is over.
    }
    if (ended.aborted) return;
    connected.value = false;
    await new Promise((resolve) => setTimeout(resolve, wait * (0.75 + Math.random() / 2)));
    wait = Math.min(wait * 2, longestWait);
  }
}

async function listenOnce(ended: AbortSignal, onOpen: () => void): Promise<void> {
  const silent = new AbortController();
  let timer = setTimeout(() => silent.abort(), silence);
  const response = await request('/stream', { signal: AbortSignal.any([ended, silent.signal]) });
  try {
    for await (const event of eventsOf(response.body!)) {
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), silence);
      if (event === undefined) continue;
      if (event.name === 'hello') {
        connected.value = true;
        onOpen();
      }
      if (event.name === 'scan') tell(JSON.parse(event.data) as ScanSummary);
      changed();
    }
  } finally {
    clearTimeout(timer);
  }
}

function tell(scan: ScanSummary): void {
  if (scan.acknowledged === null && scan.severity !== 'info') newest.value = scan;
}

let waiting = false;

/** A flood of changes is one change now and then. A page that nobody sees waits until somebody does. */
export function changed(): void {
  if (waiting) return;
  waiting = true;
  setTimeout(() => {
    waiting = false;
    if (!document.hidden) changes.value++;
    else document.addEventListener('visibilitychange', changed, { once: true });
  }, 400);
}
