/** Protocol numbers of IPv4 and next-header numbers of IPv6: https://www.iana.org/assignments/protocol-numbers. */

/** RFC 8200 section 4.3. */
export const IP_HOP_BY_HOP = 0;
export const IP_ICMP = 1;
/** RFC 3376. */
export const IP_IGMP = 2;
/** IPv4 in IP: RFC 2003. */
export const IP_IPV4 = 4;
export const IP_TCP = 6;
export const IP_UDP = 17;
/** IPv6 in IP (6in4): RFC 4213. */
export const IP_IPV6 = 41;
/** RFC 8200 section 4.4. */
export const IP_ROUTING = 43;
/** RFC 8200 section 4.5. */
export const IP_FRAGMENT = 44;
/** RFC 2784. */
export const IP_GRE = 47;
/** Authentication header, RFC 4302: the content after it is in the clear. */
export const IP_AUTHENTICATION = 51;
export const IP_ICMPV6 = 58;
/** RFC 8200 section 4.6. */
export const IP_DESTINATION_OPTIONS = 60;
/** RFC 7868. */
export const IP_EIGRP = 88;
/** RFC 2328. */
export const IP_OSPF = 89;
/** EtherIP, RFC 3378. */
export const IP_ETHERIP = 97;
/** RFC 7761. */
export const IP_PIM = 103;
export const IP_SCTP = 132;
/** Mobility header, RFC 6275 section 6.1.1: built as an extension header. */
export const IP_MOBILITY = 135;
/** RFC 4023. */
export const IP_MPLS = 137;
/** Host Identity Protocol, RFC 7401, and Shim6, RFC 5533: built as extension headers. */
export const IP_HOST_IDENTITY = 139;
export const IP_SHIM6 = 140;
/** An Ethernet frame (SRv6), RFC 8986 section 10.1. */
export const IP_ETHERNET = 143;
