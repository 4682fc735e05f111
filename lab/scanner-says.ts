/** Did the scanner say anything in one of the lab's captures (classic pcap, little-endian, Ethernet)? */

const GLOBAL_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET_HEADER = 14;

/** More than bare TCP segments, ARP and neighbour discovery. `from`: the scanner's IPv4 address; its frames are found by it. */
export function scannerSays(pcap: Buffer, from: string): boolean {
  const frames = framesOf(pcap);
  const scanner = frames.find((frame) => isIpv4(frame) && [...frame.subarray(26, 30)].join('.') === from);
  // It may speak IPv6 only, or no IP at all: then whoever speaks first is the scanner.
  const address = (scanner ?? frames[0])?.subarray(6, 12);
  return address !== undefined && frames.some((frame) => address.equals(frame.subarray(6, 12)) && says(frame));
}

function framesOf(pcap: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = GLOBAL_HEADER; at + RECORD_HEADER <= pcap.length; ) {
    const length = pcap.readUInt32LE(at + 8);
    frames.push(pcap.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length));
    at += RECORD_HEADER + length;
  }
  return frames.filter(({ length }) => length >= ETHERNET_HEADER + 28);
}

function isIpv4(frame: Buffer): boolean {
  return frame.readUInt16BE(12) === 0x0800;
}

function says(frame: Buffer): boolean {
  const type = frame.readUInt16BE(12);
  if (type === 0x0806) return false;
  if (type === 0x0800) {
    const header = (frame[14]! & 15) * 4;
    const end = ETHERNET_HEADER + frame.readUInt16BE(16);
    return transportSays(frame, frame[23]!, ETHERNET_HEADER + header, end);
  }
  if (type === 0x86dd) {
    const end = ETHERNET_HEADER + 40 + frame.readUInt16BE(18);
    return transportSays(frame, frame[20]!, ETHERNET_HEADER + 40, end);
  }
  return true;
}

function transportSays(frame: Buffer, protocol: number, at: number, end: number): boolean {
  if (protocol === 6) return end > at + ((frame[at + 12] ?? 0x50) >> 4) * 4;
  // Router and neighbour discovery (RFC 4861), and what hosts say about multicast by themselves (RFC 3810).
  if (protocol === 58) return ![133, 135, 136, 143].includes(frame[at] ?? 0);
  // Extension headers: the hop-by-hop one before a multicast listener report is the host's.
  if (protocol === 0) return frame[at] === 58 ? ![131, 143].includes(frame[at + 8] ?? 0) : true;
  return true;
}
