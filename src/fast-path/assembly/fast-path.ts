/**
 * The fast path: one loop over the records of a capture that settles the frames which nothing speaks of: acknowledgements,
 * handshakes, servers' bytes, flows that are done, and clients' bytes without a literal of any signature. At the first
 * frame that is anything else it stops, and the engine takes that one the long way (decoder, flow table, search, judge).
 *
 * It works on the tables of the flow table itself. What it does to them is what the long way would do, or nothing: where it
 * gives up on a frame half-way, the long way does the same steps again with the same result. Each part names the code that
 * it repeats; fast-path-state.test.ts holds both against each other over all captures and over random ones.
 *
 * This file is AssemblyScript (TypeScript's syntax with the machine's types) and becomes WebAssembly: integers of 32 bits,
 * loads without bounds checks or views, eight tags compared by two instructions, and compiled in a millisecond, where
 * JavaScript spends longer on warming up than on all packets of a capture.
 */

import { countFrames } from './counters.ts';
import { frame, LEFT, WITHOUT_IP, WITHOUT_TRANSPORT } from './frames.ts';
import { CAPTURE_BYTES } from './layout.ts';
import { CAPTURE } from './tables.ts';

// The compiler takes no extension here.
export { flows, forgotten, frames, notIp, otherProtocol, packets, payloads } from './counters';
export {
  entryEnd,
  entryNext,
  entryPorts,
  entryStart,
  entryTransports,
  fold,
  gateIcmpSequence,
  gateIcmpSize,
  gateIcmpWord,
  gateRouting,
  gateRoutingSize,
  gateShape,
  gateSize,
  gateWindow,
  gateWord,
  gramEntry,
  gramNext,
  gramOffset,
  gramValue,
  headerKey,
  key0,
  key1,
  ports,
  shift,
  text,
} from './tables';

/**
 * Settles frames of the pcap records (little endian, microseconds, Ethernet) at [position, filled) of the capture's bytes, as
 * long as they were captured in `second`. Returns the position of the first that it leaves.
 */
export function run(position: i32, filled: i32, second: i32): i32 {
  const limit: usize = CAPTURE + <usize>filled;
  let at: usize = CAPTURE + <usize>position;
  let settled = 0;
  let withoutIp = 0;
  let withoutTransport = 0;
  for (;;) {
    const start = at + 16;
    if (start > limit) break;
    const captured = load<u32>(at, 8);
    const end = start + captured;
    // What is unusual is judged by the reader.
    if (captured > <u32>CAPTURE_BYTES || end > limit) break;
    if (load<i32>(at, 12) < <i32>captured || load<u32>(at, 4) >= 1_000_000 || load<i32>(at) !== second) break;
    const result = frame(start, end, second);
    if (result === LEFT) break;
    if (result === WITHOUT_IP) withoutIp++;
    else if (result === WITHOUT_TRANSPORT) withoutTransport++;
    settled++;
    at = end;
  }
  countFrames(settled, withoutIp, withoutTransport);
  return <i32>(at - CAPTURE);
}
