/** Where we are: the address bar is the state, so that every view can be sent to a colleague. */

import { computed, signal } from '@preact/signals';

const here = signal(location.pathname + location.search);

const url = computed(() => new URL(here.value, location.origin));

/** `['scans', '57be…']` */
export const path = computed(() => url.value.pathname.split('/').filter(Boolean).map(decoded));
export const query = computed(() => url.value.searchParams);

/** Anyone may type an address that is none. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function go(to: string, { replace = false } = {}): void {
  if (to === here.value) return;
  const moved = new URL(to, location.origin).pathname !== location.pathname;
  if (replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  here.value = to;
  if (!moved) return;
  scrollTo(0, 0);
  // For those who hear the page: a new view begins at its heading.
  requestAnimationFrame(() => document.querySelector<HTMLElement>('main')?.focus());
}

/** Links are plain links; those of ours change the view without loading the page anew. */
export function followLinks(): void {
  addEventListener('popstate', () => {
    here.value = location.pathname + location.search;
  });
  document.addEventListener('click', (event) => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    ) {
      return;
    }
    const link = (event.target as Element).closest?.('a');
    if (link?.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (link.hash !== '' && link.pathname === location.pathname) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}
