/** UDP, ICMP and SCTP: each datagram by itself, until `flowDepth` bytes of the client's were searched. */

import { answeredTimeout, datagramTimeout, flowDepth } from '../../limits.ts';
import { fromHigh, high, low, port } from './flow-key.ts';
import { ANSWERED, BASE, CLIENT_HIGH, DATAGRAMS, DONE } from './flow-record.ts';
import { ask, isPresent, setAnswered, showDatagram } from './found.ts';
import { begin, deadlineOf, find, flagsOf, insert, keep, setFlags } from './records.ts';
import { release } from './released.ts';
import { DATAGRAM, NOTHING } from './results.ts';
import { SERVICE_PORTS } from './tables.ts';

/** Takes a datagram of the flow that was identified, from the port `sourcePort`. */
export function datagram(length: i32, sourcePort: i32, now: i32): i32 {
  setAnswered(false);
  let record = find(low, high);
  if (record !== 0 && deadlineOf(record) - now < 0) {
    release(record);
    beginDatagrams(record, sourcePort, now);
  } else if (record === 0) {
    record = insert(low, high, now);
    beginDatagrams(record, sourcePort, now);
  }
  const flags = flagsOf(record);
  if ((flags & CLIENT_HIGH) !== fromHigh) {
    setFlags(record, flags | ANSWERED);
    keep(record, now + answeredTimeout);
    return NOTHING;
  }
  if ((flags & DONE) !== 0) return NOTHING;
  if (!isPresent) return ask(0);
  keep(record, now + datagramTimeout);
  const searched = load<i32>(record, BASE << 2) + length;
  store<i32>(record, searched, BASE << 2);
  if (searched >= flowDepth) setFlags(record, flags | DONE);
  showDatagram(record, (flags & ANSWERED) !== 0);
  return DATAGRAM;
}

/** A datagram from a server's port to nobody's is an answer whose question was not seen. */
function beginDatagrams(record: usize, sourcePort: i32, now: i32): void {
  const bySource = load<u8>(SERVICE_PORTS + <usize>sourcePort);
  const byDestination = load<u8>(SERVICE_PORTS + <usize>port);
  begin(record, DATAGRAMS | (bySource > byDestination ? fromHigh ^ CLIENT_HIGH : fromHigh), 0, now);
}
