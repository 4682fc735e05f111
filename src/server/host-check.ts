/**
 * Which `Host` a request may name. A page of an attacker can make its own name stand for 127.0.0.1 (DNS rebinding) and is
 * then "same origin" with this server, in the browser's eyes. It cannot do that with an address, and not with our names.
 */

import { isIP } from 'node:net';

/** `host` as the header gives it, with or without port; `names` in lower case. */
export function isOurHost(host: string | undefined, names: ReadonlySet<string>): boolean {
  if (host === undefined) return false;
  const [, bracketed, plain] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(host) ?? [];
  if (bracketed !== undefined) return isIP(bracketed) === 6;
  if (plain === undefined) return false;
  return isIP(plain) === 4 || plain.toLowerCase() === 'localhost' || names.has(plain.toLowerCase());
}

/** Of 127.0.0.0/8 or ::1: nobody but this machine reaches it. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}
