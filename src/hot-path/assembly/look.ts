/** What was found in a packet is searched; what holds no literal, and is under no suspicion, is settled. */

import { countPayload } from './counters.ts';
import { searchFor, searchForPacket } from './flow-key.ts';
import { CUT_LITERAL } from './flow-record.ts';
import { end, ended, from, origin, record, start, suspicion } from './found.ts';
import { SCRATCH_BYTES } from './layout.ts';
import { DESTINATION_PORT } from './packet-words.ts';
import { BEHIND_HOLE, CLIENT_BYTES, DATAGRAM, NOTHING } from './results.ts';
import { cutLiteral, forgetHits, hitCount, search } from './search.ts';
import { settle } from './streams.ts';
import { KEPT } from './tables.ts';
import { BY_TCP } from './transport-bits.ts';

/** The result of a segment, or NOTHING where there is nothing to judge. */
export function lookAtStream(result: i32): i32 {
  if (result === CLIENT_BYTES) {
    countPayload();
    // From where the end of a literal was missing.
    const cut = load<i32>(record, CUT_LITERAL << 2);
    const first = cut === 0 ? from : min(from, start + cut - 1);
    search(KEPT + <usize>start, KEPT + <usize>first, KEPT + <usize>end, ended, BY_TCP);
    store<i32>(record, cutLiteral, CUT_LITERAL << 2);
    if (hitCount !== 0 || suspicion !== 0) return result;
    settle();
    return NOTHING;
  }
  if (result === BEHIND_HOLE) {
    countPayload();
    searchFor(load<i32>(origin, DESTINATION_PORT << 2));
    search(KEPT + <usize>start, KEPT + <usize>start, KEPT + <usize>end, ended, BY_TCP);
    searchForPacket();
    store<i32>(record, cutLiteral, CUT_LITERAL << 2);
    if (hitCount !== 0) return result;
    settle();
    return NOTHING;
  }
  forgetHits();
  return result;
}

/** Longest datagram that is searched: all that IP can carry with a length, and so much as scratch memory holds. */
const LONGEST_DATAGRAM: i32 = SCRATCH_BYTES / 2;

/** The same for a datagram with this payload. */
export function lookAtDatagram(result: i32, payload: usize, length: i32, by: i32): i32 {
  if (result !== DATAGRAM) return result;
  countPayload();
  search(payload, payload, payload + <usize>min(length, LONGEST_DATAGRAM), true, by);
  return hitCount !== 0 ? result : NOTHING;
}
