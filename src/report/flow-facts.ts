/** What several formats say of the flow in which evidence was seen. */

import { communityId } from '../packet/community-id.ts';
import { IP_ICMPV6 } from '../packet/ip-protocol.ts';
import { protocolNumbers } from '../protocol/transport.ts';
import type { Evidence } from '../scan/evidence.ts';
import type { Zone } from '../scan/perimeter.ts';

export function isIpv6(address: string): boolean {
  return address.includes(':');
}

/** As IANA numbers them. */
export function protocolNumber({ transport, source }: Evidence): number {
  return transport === 'icmp' && isIpv6(source) ? IP_ICMPV6 : protocolNumbers[transport];
}

/** `tcp`, `udp`, `sctp`, `icmp`, `ipv6-icmp`, `igmp`, `eigrp`, `ospf` (IANA's keyword is OSPFIGP), `pim`: IANA's keywords in lower case. */
export function protocolKeyword({ transport, source }: Evidence): string {
  return transport === 'icmp' && isIpv6(source) ? 'ipv6-icmp' : transport;
}

/** Only these have. */
export function hasPorts({ transport }: Evidence): boolean {
  return transport === 'tcp' || transport === 'udp' || transport === 'sctp';
}

/** Access logs of web servers do not tell it. */
export function hasSourcePort(evidence: Evidence): boolean {
  return hasPorts(evidence) && evidence.sourcePort !== 0;
}

/**
 * Community ID of the evidence's flow. Of ICMP it takes the message's type and code for ports: where the signature asks for
 * both, evidence has them. Without them, or without a source's port, it would be that of another flow.
 */
export function communityIdOf(evidence: Evidence): string | undefined {
  const { transport, source, sourcePort, target, targetPort, fields } = evidence;
  if (transport === 'icmp') {
    const type = fields['packet.icmp_type'];
    const code = fields['packet.icmp_code'];
    if (type === undefined || code === undefined) return undefined;
    return communityId(protocolNumber(evidence), source, Number(type), target, Number(code));
  }
  if (!hasSourcePort(evidence)) return undefined;
  return communityId(protocolNumber(evidence), source, sourcePort, target, targetPort);
}

/** How the scan crosses the perimeter, in ECS' words (network.direction). */
export const zoneDirection: Readonly<Record<Zone, 'internal' | 'outbound' | 'inbound' | 'external'>> = {
  'internal-internal': 'internal',
  'internal-external': 'outbound',
  'external-internal': 'inbound',
  'external-external': 'external',
};
