/** Frames for tests, built from the inside out; all are hexadecimal strings. Checksums are zero: the decoder reads none. */

import { destinationText, sourceText } from './address-text.ts';
import type { PacketDecoder } from './packet-decoder.ts';

export function ethernet(etherType: string, payload: string): string {
  return `020000000002020000000001${etherType}${payload}`;
}

/** From 10.0.0.1 to 10.0.0.2. `fragment`: the four hexadecimal digits of flags and offset. */
export function ipv4(protocol: number, payload: string, fragment = '4000', identification = 1): string {
  const total = hex(20 + payload.length / 2, 2);
  return `4500${total}${hex(identification, 2)}${fragment}40${hex(protocol, 1)}00000a0000010a000002${payload}`;
}

/** From fd00::1 to fd00::2. */
export function ipv6(nextHeader: number, payload: string): string {
  const addresses = 'fd000000000000000000000000000001fd000000000000000000000000000002';
  return `60000000${hex(payload.length / 2, 2)}${hex(nextHeader, 1)}40${addresses}${payload}`;
}

export function udp(sourcePort: number, destinationPort: number, payload: string): string {
  return `${hex(sourcePort, 2)}${hex(destinationPort, 2)}${hex(8 + payload.length / 2, 2)}0000${payload}`;
}

/** Sequence number 0x80000001, PSH and ACK. `options`: a multiple of four bytes. */
export function tcp(sourcePort: number, destinationPort: number, payload: string, options = ''): string {
  const offset = hex((5 + options.length / 8) << 4, 1);
  return `${hex(sourcePort, 2)}${hex(destinationPort, 2)}80000001fffffffe${offset}18200000000000${options}${payload}`;
}

/** The last `length` bytes of `value` in network byte order. */
export function hex(value: number, length: number): string {
  return value
    .toString(16)
    .padStart(2 * length, '0')
    .slice(-2 * length);
}

/**
 * Decodes the frame from somewhere within a larger buffer, and tells the result: `10.0.0.1:1000 > 10.0.0.2:53 protocol 17
 * "payload in hexadecimal"`, and how many bytes are missing if any; or the number that says why there is no packet.
 */
export function decode(decoder: PacketDecoder, frame: string, linkType = 1, seconds = 0): string | number {
  const bytes = new Uint8Array(Buffer.from(`ffffff${frame}ffffffffffffffff`, 'hex'));
  const result = decoder.decode(bytes, 3, bytes.length - 8, linkType, seconds, 0);
  return result > 0 ? describe(decoder, result) : result;
}

function describe(decoder: PacketDecoder, protocol: number): string {
  const { packet } = decoder;
  const payload = Buffer.from(packet.bytes.subarray(packet.payloadStart, packet.payloadEnd)).toString('hex');
  const missing = packet.payloadMissing > 0 ? ` missing ${packet.payloadMissing}` : '';
  const from = `${sourceText(packet)}:${packet.sourcePort}`;
  return `${from} > ${destinationText(packet)}:${packet.destinationPort} protocol ${protocol} "${payload}"${missing}`;
}

/** One datagram of each version and one segment, and what `decode` says of them. */
export const DATAGRAM = ipv4(17, udp(1000, 53, 'abcd'));
export const DATAGRAM_TEXT = '10.0.0.1:1000 > 10.0.0.2:53 protocol 17 "abcd"';
export const DATAGRAM6 = ipv6(17, udp(1000, 53, 'abcd'));
export const DATAGRAM6_TEXT = 'fd00::1:1000 > fd00::2:53 protocol 17 "abcd"';
export const SEGMENT = ipv4(6, tcp(1000, 80, '68656c6c6f'));
export const SEGMENT_TEXT = '10.0.0.1:1000 > 10.0.0.2:80 protocol 6 "68656c6c6f"';
