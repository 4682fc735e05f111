/** What an EtherType, or what takes its place, leads to. */

export const IPV4: u32 = 0x0800;
export const IPV6: u32 = 0x86dd;
export const VLAN: u32 = 0x8100;
export const QINQ: u32 = 0x88a8;
export const QINQ_OLD: u32 = 0x9100;
export const PPPOE_SESSION: u32 = 0x8864;
export const MPLS: u32 = 0x8847;
export const MPLS_UPSTREAM: u32 = 0x8848;
export const MAC_IN_MAC: u32 = 0x88e7;
export const VN_TAG: u32 = 0x8926;
export const E_TAG: u32 = 0x893f;
/** PPP in GRE (RFC 2637 section 4.1). */
export const PPP_IN_GRE: u32 = 0x880b;
/** PPP follows: no EtherType has so many bits. */
export const PPP: u32 = 0x10000;
/** Ethernet in GRE, GENEVE and VXLAN; and in ERSPAN (draft-foschiano-erspan): of type I without a header, of type II with eight bytes. */
export const BRIDGING: u32 = 0x6558;
export const ERSPAN: u32 = 0x88be;
/** ERSPAN of type III. */
export const ERSPAN3: u32 = 0x22eb;
export const WCCP: u32 = 0x883e;
