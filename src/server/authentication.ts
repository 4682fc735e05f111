/** Whose request it is. */

import type { Store } from '../store/store.ts';
import type { Caller } from './endpoint.ts';
import { isToken, roles, tokenHash } from './token.ts';

/** Of the link that `serve` prints: kept in memory, so that it ends with the process. */
export interface Session {
  readonly hash: string;
  readonly caller: Caller;
}

/**
 * Undefined: no token, or none that holds. The token is looked up by its hash, so how long that takes says nothing about the
 * token. A store that cannot be read throws: that is no wrong token.
 */
export async function authenticate(
  authorization: string | undefined,
  store: Pick<Store, 'tokenByHash'>,
  session: Session | undefined,
): Promise<Caller | undefined> {
  // RFC 6750 §2.1; schemes are compared without case (RFC 9110 §11.1).
  const [, token = ''] = /^bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (!isToken(token)) return undefined;
  const hash = tokenHash(token);
  if (session?.hash === hash) return session.caller;
  const known = await store.tokenByHash(hash);
  const role = roles.find((one) => one === known?.role);
  return known && role && { name: known.name, role };
}
