/** EtherTypes: https://www.iana.org/assignments/ieee-802-numbers, and what vendors took before they were registered. */

/** Smaller values are lengths, and LLC follows: IEEE 802.3 clause 3.2.6. */
export const LOWEST_ETHER_TYPE = 0x0600;
/** RFC 894. */
export const ETHER_IPV4 = 0x0800;
/** RFC 2464. */
export const ETHER_IPV6 = 0x86dd;
/** IEEE 802.1Q customer tag. */
export const ETHER_VLAN = 0x8100;
/** IEEE 802.1ad service tag (QinQ). */
export const ETHER_QINQ = 0x88a8;
/** QinQ as made before 802.1ad. */
export const ETHER_QINQ_OLD = 0x9100;
/** Tags of port extenders: Cisco's VN-Tag, and IEEE 802.1BR's E-Tag. */
export const ETHER_VN_TAG = 0x8926;
export const ETHER_E_TAG = 0x893f;
/** IEEE 802.1ah service instance tag (MAC in MAC): a whole customer frame follows. */
export const ETHER_MAC_IN_MAC = 0x88e7;
/** RFC 3032: unicast, and what was multicast until RFC 5332. */
export const ETHER_MPLS = 0x8847;
export const ETHER_MPLS_UPSTREAM = 0x8848;
/** RFC 2516. */
export const ETHER_PPPOE_SESSION = 0x8864;
/** Transparent Ethernet bridging: GRE (RFC 1701) and GENEVE (RFC 8926) name an Ethernet frame so. */
export const ETHER_BRIDGING = 0x6558;
/** PPP in GRE version 1: PPTP, RFC 2637. */
export const ETHER_PPP = 0x880b;
/** ERSPAN types I and II, draft-foschiano-erspan. */
export const ETHER_ERSPAN = 0x88be;
/** ERSPAN type III, draft-foschiano-erspan. */
export const ETHER_ERSPAN3 = 0x22eb;
/** WCCP's redirected packets in GRE, draft-wilson-wrec-wccp-v2. */
export const ETHER_WCCP = 0x883e;
