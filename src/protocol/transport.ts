/** What signatures and evidence call the protocols above IP. */

import { IP_EIGRP, IP_ICMP, IP_IGMP, IP_OSPF, IP_PIM, IP_SCTP, IP_TCP, IP_UDP } from '../packet/ip-protocol.ts';

/** By protocol number; ICMP and ICMPv6 are one. */
export const protocolNumbers = {
  tcp: IP_TCP,
  udp: IP_UDP,
  icmp: IP_ICMP,
  sctp: IP_SCTP,
  igmp: IP_IGMP,
  eigrp: IP_EIGRP,
  ospf: IP_OSPF,
  pim: IP_PIM,
} as const;

/** `igmp`, `eigrp`, `ospf` and `pim` are looked at by their headers alone. */
export type Transport = keyof typeof protocolNumbers;

export const transports = Object.keys(protocolNumbers) as [Transport, ...Transport[]];

const byNumber: ReadonlyMap<number, Transport> = new Map(transports.map((one) => [protocolNumbers[one], one]));

/** Of a packet that was decoded: what is none of the others is ICMPv6. */
export function transportOf(protocol: number): Transport {
  return byNumber.get(protocol) ?? 'icmp';
}

/** No conversation, only headers that may be known. */
export function isRouting(protocol: number): boolean {
  return protocol === IP_IGMP || protocol === IP_EIGRP || protocol === IP_OSPF || protocol === IP_PIM;
}
