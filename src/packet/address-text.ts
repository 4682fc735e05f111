import type { Packet } from './packet.ts';

/** Text of the source address in the registers: dotted quad, or IPv6 as RFC 5952 says. Cold path: it allocates. */
export function sourceText(packet: Packet): string {
  return packet.ipVersion === 4
    ? ipv4Text(packet.source0)
    : ipv6Text(packet.source0, packet.source1, packet.source2, packet.source3);
}

/** Text of the destination address in the registers. */
export function destinationText(packet: Packet): string {
  return packet.ipVersion === 4
    ? ipv4Text(packet.destination0)
    : ipv6Text(packet.destination0, packet.destination1, packet.destination2, packet.destination3);
}

/** `word`: the address in network byte order, as a 32-bit integer. */
export function ipv4Text(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/**
 * RFC 5952 section 4: lower case, no leading zeros, the longest run of two or more zero groups (the first of equals) as
 * `::`; section 5: the last 32 bits of an IPv4-mapped address dotted. The words are in network byte order.
 */
export function ipv6Text(word0: number, word1: number, word2: number, word3: number): string {
  if (word0 === 0 && word1 === 0 && word2 === 0xffff) return `::ffff:${ipv4Text(word3)}`;
  const groups = [word0, word1, word2, word3].flatMap((word) => [word >>> 16, word & 0xffff]);
  let runStart = 0;
  let runLength = 1;
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > runLength) {
      runStart = start;
      runLength = length;
    }
  }
  const hexadecimal = groups.map((group) => group.toString(16));
  if (runLength < 2) return hexadecimal.join(':');
  return `${hexadecimal.slice(0, runStart).join(':')}::${hexadecimal.slice(runStart + runLength).join(':')}`;
}

/** The 4 or 16 bytes of an address, in network byte order; undefined when `text` is neither IPv4 nor IPv6. */
export function addressBytes(text: string): Uint8Array | undefined {
  if (!text.includes(':')) return ipv4Bytes(text);
  const lastColon = text.lastIndexOf(':');
  const dotted = text.includes('.') ? ipv4Bytes(text.slice(lastColon + 1)) : undefined;
  if (text.includes('.') && dotted === undefined) return undefined;
  const [head = '', tail, ...more] = (dotted ? `${text.slice(0, lastColon + 1)}0:0` : text).split('::');
  if (more.length > 0) return undefined;
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = 8 - before.length - after.length;
  if (tail === undefined ? zeros !== 0 : zeros < 1) return undefined;
  const groups = [...before, ...new Array<string>(zeros).fill('0'), ...after];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const bytes = new Uint8Array(16);
  groups.forEach((group, index) => {
    const value = Number.parseInt(group, 16);
    bytes[2 * index] = value >> 8;
    bytes[2 * index + 1] = value & 255;
  });
  if (dotted) bytes.set(dotted, 12);
  return bytes;
}

function ipv4Bytes(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return Uint8Array.from(parts, Number);
}
