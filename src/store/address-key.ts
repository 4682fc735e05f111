/**
 * Addresses as 16 bytes, so that the order of the bytes is the order of the addresses and a CIDR range is one range of an
 * index. IPv4 stands as IPv4-mapped (RFC 4291 §2.5.5.2): `10.0.0.1` and `::ffff:10.0.0.1` are the same.
 */

import { createHash } from 'node:crypto';
import { addressBytes, ipv4Text, ipv6Text } from '../packet/address-text.ts';

/** `undefined`: `text` is no address. */
export function parseAddressKey(text: string): Uint8Array | undefined {
  // A zone (`fe80::1%eth0`, RFC 4007 §11) names an interface of one machine: no part of the address.
  const bytes = addressBytes(text.split('%')[0]!);
  return bytes && toKey(bytes);
}

/**
 * The same for whatever stands where an address should: logs may hold names of hosts. Those get a key of their own, in a
 * range that RFC 4291 §4 leaves unassigned (0100::/8 has other uses; 0200::/7 was given back, RFC 4048).
 */
export function addressKey(text: string): Uint8Array {
  const key = parseAddressKey(text);
  if (key) return key;
  const hash = createHash('sha256').update(text.toLowerCase()).digest().subarray(0, 16);
  hash[0] = 0x02;
  return hash;
}

export interface KeyRange {
  readonly low: Uint8Array;
  readonly high: Uint8Array;
  /** It is one address. */
  readonly single: boolean;
}

/** An address or a CIDR range (`10.0.0.0/8`, `2001:db8::/32`); bits behind the prefix do not matter. */
export function parseKeyRange(text: string): KeyRange | undefined {
  const [addressText = '', lengthText, ...more] = text.split('/');
  const bytes = addressBytes(addressText.split('%')[0]!);
  if (!bytes || more.length > 0) return undefined;
  const key = toKey(bytes);
  if (lengthText === undefined) return { low: key, high: key, single: true };
  if (!/^[0-9]{1,3}$/.test(lengthText)) return undefined;
  const length = Number(lengthText);
  if (length > bytes.length * 8) return undefined;
  const prefix = length + (16 - bytes.length) * 8;
  const low = key.slice();
  const high = key.slice();
  for (let bit = prefix; bit < 128; bit++) {
    const mask = 0x80 >> (bit & 7);
    low[bit >> 3]! &= ~mask;
    high[bit >> 3]! |= mask;
  }
  return { low, high, single: prefix === 128 };
}

/** Dotted quad or RFC 5952. */
export function addressText(key: Uint8Array): string {
  const view = new DataView(key.buffer, key.byteOffset, 16);
  const words = [view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12)] as const;
  if (words[0] === 0 && words[1] === 0 && words[2] === 0xffff) return ipv4Text(words[3]);
  return ipv6Text(...words);
}

function toKey(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 16) return bytes;
  const key = new Uint8Array(16);
  key[10] = 0xff;
  key[11] = 0xff;
  key.set(bytes, 12);
  return key;
}
