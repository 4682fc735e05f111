/** Which packets without a message the engine must see: packet/packet-gate.ts has the same questions, and says why. */

import { big16, big32 } from './big-endian.ts';
import { GATE_SHIFT, GATE_SPREAD } from './gate-hash.ts';
import {
  gateIcmpId,
  gateIcmpSequence,
  gateIcmpSize,
  gateIcmpWord,
  gateRouting,
  gateRoutingSize,
  gateShape,
  gateSize,
  gateWindow,
  gateWord,
  SEGMENT_GATE,
} from './tables.ts';

/** As PacketGate.tcp. A header without options reads what follows it; its shape is not wanted, whatever that is. */
export function isWanted(transport: usize, shape: u32): bool {
  const word = big32(transport + 20);
  const place = ((<u32>word ^ shape) * <u32>GATE_SPREAD) >>> GATE_SHIFT;
  // One test that nearly always goes the same way: asking for the shape first would be mispredicted at each SYN.
  if (((load<u32>(SEGMENT_GATE + ((place >>> 5) << 2)) >>> (place & 31)) & 1) === 0) return false;
  const window = <i32>big16(transport + 14);
  for (let index: usize = 0; index < <usize>gateSize; index += 4) {
    if (load<u32>(<usize>gateShape + index) !== shape || load<i32>(<usize>gateWord + index) !== word) continue;
    const wanted = load<i32>(<usize>gateWindow + index);
    if (wanted === -1 || wanted === window) return true;
  }
  return false;
}

/** IGMP, EIGRP, OSPF, PIM: only their headers may be known. */
export function isRouting(protocol: u32): bool {
  return protocol === 2 || protocol === 88 || protocol === 89 || protocol === 103;
}

/** As PacketGate.other. */
export function isWantedRouting(ip: usize, protocol: u32): bool {
  const wanted = (protocol << 16) | big16(ip + 4);
  for (let index: usize = 0; index < <usize>gateRoutingSize; index += 4) {
    if (load<u32>(<usize>gateRouting + index) === wanted) return true;
  }
  return false;
}

/** As PacketGate.icmp. */
export function isWantedIcmp(transport: usize): bool {
  const word = <i32>big16(transport);
  const sequence = <i32>big16(transport + 6);
  for (let index: usize = 0; index < <usize>gateIcmpSize; index += 4) {
    if (load<i32>(<usize>gateIcmpWord + index) !== word) continue;
    if (load<i32>(<usize>gateIcmpSequence + index) !== sequence) continue;
    const wanted = load<i32>(<usize>gateIcmpId + index);
    if (wanted === -1 || wanted === <i32>big16(transport + 4)) return true;
  }
  return false;
}
