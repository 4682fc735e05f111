/** The token, and who it makes us. */

import { signal } from '@preact/signals';

const key = 'trespass-token';

/**
 * Kept by the browser for this origin alone, port included. A cookie would be sent to every other server on this machine,
 * for cookies do not know ports (RFC 6265 §8.5), and with requests that other sites make.
 */
export const token = signal<string | undefined>(localStorage.getItem(key) ?? undefined);

/** From the link that `trespass serve` prints; taken out of the address bar, the history and what might be copied. */
export function takeTokenFromLink(): void {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given === null) return;
  history.replaceState(null, '', location.pathname + location.search);
  signIn(given);
}

export function signIn(given: string): void {
  localStorage.setItem(key, given);
  token.value = given;
}

export function signOut(): void {
  localStorage.removeItem(key);
  token.value = undefined;
}
