import { addressBytes } from './address-text.ts';
import { IP_ICMP, IP_ICMPV6, IP_SCTP, IP_TCP, IP_UDP } from './ip-protocol.ts';

/**
 * Types that ask and answer each other, both ways: RFC 792, RFC 950, RFC 1256; RFC 4443, RFC 2710, RFC 4861, RFC 4620,
 * RFC 6275. The specification leaves the choice to Zeek, and this is Zeek's.
 */
const COUNTER_TYPES: Readonly<Record<number, ReadonlyMap<number, number>>> = {
  [IP_ICMP]: bothWays([0, 8], [9, 10], [13, 14], [15, 16], [17, 18]),
  [IP_ICMPV6]: bothWays([128, 129], [130, 131], [133, 134], [135, 136], [139, 140], [144, 145]),
};

/**
 * Community ID version 1 (https://github.com/corelight/community-id-spec), seed 0: the same text for both directions of a
 * flow, in every tool that computes it. `protocol` is the IANA number. For ICMP and ICMPv6, the ports are the message's
 * type and code; protocols without ports take none into account. Undefined when an address is no IP address, or when the
 * two are of different versions.
 */
export function communityId(
  protocol: number,
  source: string,
  sourcePort: number,
  destination: string,
  destinationPort: number,
): string | undefined {
  const from = addressBytes(source);
  const to = addressBytes(destination);
  if (from === undefined || to === undefined || from.length !== to.length) return undefined;

  const counterType = COUNTER_TYPES[protocol]?.get(sourcePort);
  const secondPort = counterType ?? destinationPort;
  const isIcmp = protocol in COUNTER_TYPES;
  const hasPorts = isIcmp || protocol === IP_TCP || protocol === IP_UDP || protocol === IP_SCTP;
  // A message that nobody answers has no other direction, so its end points stay as they are.
  const oneWay = isIcmp && counterType === undefined;
  const order = Buffer.compare(from, to) || (hasPorts ? sourcePort - secondPort : 0);

  const seed = [0, 0];
  const protocolAndPadding = [protocol, 0];
  const hash = process.getBuiltinModule('node:crypto').createHash('sha1').update(Uint8Array.from(seed));
  if (oneWay || order <= 0) {
    hash.update(from).update(to).update(Uint8Array.from(protocolAndPadding));
    if (hasPorts) hash.update(portBytes(sourcePort)).update(portBytes(secondPort));
  } else {
    hash.update(to).update(from).update(Uint8Array.from(protocolAndPadding));
    if (hasPorts) hash.update(portBytes(secondPort)).update(portBytes(sourcePort));
  }
  return `1:${hash.digest('base64')}`;
}

function portBytes(port: number): Uint8Array {
  return Uint8Array.of(port >> 8, port & 255);
}

function bothWays(...pairs: readonly (readonly [number, number])[]): ReadonlyMap<number, number> {
  return new Map(
    pairs.flatMap(([a, b]) => [
      [a, b],
      [b, a],
    ]),
  );
}
