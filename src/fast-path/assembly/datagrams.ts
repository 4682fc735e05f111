/** UDP and ICMP: as FlowTable.datagram. */

import { ANSWERED, BASE, CLIENT_HIGH, DATAGRAMS, DONE, FLAGS } from '../../flow/flow-record.ts';
import { answeredTimeout, datagramTimeout, flowDepth } from '../../limits.ts';
import { countPayload } from './counters.ts';
import { fromHigh, high, low } from './flow-key.ts';
import { begin, deadlineOf, find, flagsOf, insert, keep } from './records.ts';
import { holdsAnyLiteral, startsAnyLiteral } from './search.ts';
import { SERVICE_PORTS } from './tables.ts';

/** As FlowTable.datagram and the search of Engine.frame. */
export function datagram(start: usize, length: i32, between: i32, transport: i32, now: i32): bool {
  let record = find(low, high);
  if (record === 0) {
    record = insert(now);
    if (record === 0) return false;
    beginDatagrams(record, between, now);
  } else if (deadlineOf(record) - now < 0) {
    beginDatagrams(record, between, now);
  }
  const flags = flagsOf(record);
  if ((flags & CLIENT_HIGH) !== fromHigh) {
    store<i32>(record, flags | ANSWERED, FLAGS << 2);
    keep(record, now + answeredTimeout);
    return true;
  }
  if ((flags & DONE) !== 0) return true;
  keep(record, now + datagramTimeout);
  const end = start + <usize>length;
  if (startsAnyLiteral(start, end, true, transport) || holdsAnyLiteral(start, start, end, transport)) return false;
  countPayload();
  const searched = load<i32>(record, BASE << 2) + length;
  store<i32>(record, searched, BASE << 2);
  if (searched >= flowDepth) store<i32>(record, flags | DONE, FLAGS << 2);
  return true;
}

/** As FlowTable.begunDatagrams: a datagram from a server's port to nobody's is an answer. */
function beginDatagrams(record: usize, between: i32, now: i32): void {
  const bySource = load<u8>(SERVICE_PORTS + (<u32>between >>> 16));
  const byDestination = load<u8>(SERVICE_PORTS + (between & 0xffff));
  begin(record, DATAGRAMS | (bySource > byDestination ? fromHigh ^ CLIENT_HIGH : fromHigh), 0);
  keep(record, now + datagramTimeout);
}
