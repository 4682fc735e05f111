/**
 * SYNs whose client has not spoken yet. Most SYNs on a network lead to nothing (refused, unanswered, a scan), so they get no
 * flow of their own: only who sent them, and with which number, is remembered here, in a table that the processor's cache
 * holds. A newer handshake takes the place of an older one with the same hash. A flow whose handshake was forgotten so
 * is still searched; its client is then told by who speaks first. A flood of SYNs therefore costs other SYNs only.
 */

import { handshakes } from '../../limits.ts';
import { high, low } from './flow-key.ts';
import { HANDSHAKE_HIGH, HANDSHAKE_SEQUENCE, HANDSHAKE_SHIFT, HANDSHAKE_SIDE } from './flow-record.ts';
import { HANDSHAKES } from './tables.ts';

/**
 * A SYN, or the answer to one that was missed. `side`: CLIENT_HIGH or not, with SYN_ANSWERED if so. `sequence`: number of the
 * client's first byte.
 */
export function noteHandshake(side: i32, sequence: i32): void {
  const entry = entryOf();
  // Written without a look at what stands there: a read would wait for memory, and most traffic of a scan is this.
  store<i32>(entry, low);
  store<i32>(entry, high, HANDSHAKE_HIGH << 2);
  store<i32>(entry, sequence, HANDSHAKE_SEQUENCE << 2);
  store<i32>(entry, side, HANDSHAKE_SIDE << 2);
}

/** Address of the flow's handshake, or 0. */
export function findHandshake(): usize {
  const entry = entryOf();
  return load<i32>(entry) === low && load<i32>(entry, HANDSHAKE_HIGH << 2) === high ? entry : 0;
}

function entryOf(): usize {
  return HANDSHAKES + ((<usize>(low & (handshakes - 1))) << (HANDSHAKE_SHIFT + 2));
}
