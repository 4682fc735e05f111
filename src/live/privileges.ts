/** From root to an unprivileged user, once the sockets are open. Linux keeps privileges per thread: capabilities(7). */

import { check, findAccount, setCapabilities, setProcessOption } from './system-calls.ts';

const PR_SET_KEEPCAPS = 8;
const PR_SET_NO_NEW_PRIVS = 38;
const CAP_NET_RAW = 13;
/** Version 3 of capset(2). */
const version = 0x2008_0522;

/** There is no such account: the message says what to do. */
export class UserError extends Error {}

/** Who one becomes if nobody says: an account of our own if there is one. */
export function usualUser(): string {
  return findAccount('trespass') ? 'trespass' : 'nobody';
}

/** @throws UserError */
export function findUser(name: string): { readonly user: number; readonly group: number } {
  const account = /^[0-9]+$/.test(name) ? { user: Number(name), group: Number(name) } : findAccount(name);
  if (account) return account;
  throw new UserError(`there is no user “${name}”. Make it (useradd --system ${name}), or name another with --user.`);
}

/**
 * Becomes the user, in all threads. Only CAP_NET_RAW stays, and only in this thread, so that an interface that vanished can be
 * opened again when it is back. Threads that are started later drop it by `dropCapabilities`.
 */
export function becomeUser({ user, group }: { readonly user: number; readonly group: number }): void {
  check('prctl', setProcessOption(PR_SET_KEEPCAPS, 1));
  process.setgroups?.([]);
  process.setgid?.(group);
  process.setuid?.(user);
  limitCapabilities(1 << CAP_NET_RAW);
  // No program that is started from here on can give any of it back.
  setProcessOption(PR_SET_NO_NEW_PRIVS, 1);
}

/** This thread needs none from now on. */
export function dropCapabilities(): void {
  try {
    limitCapabilities(0);
  } catch {
    // A sandbox that forbids the call leaves none to misuse.
  }
}

/** The header has version and thread (0: this one); the data are effective, permitted, inheritable, and their upper halves. */
function limitCapabilities(set: number): void {
  const header = new Uint8Array(Uint32Array.of(version, 0).buffer);
  check('capset', setCapabilities(header, new Uint8Array(Uint32Array.of(set, set, 0, 0, 0, 0).buffer)));
}
