/** On which transports a signature speaks: bits that both sides import. */

export const BY_TCP = 1;
export const BY_UDP = 2;
export const BY_ICMP = 4;
export const BY_SCTP = 8;
/** IGMP, EIGRP, PIM: headers only. */
export const BY_ROUTING = 16;
/** Not a transport: the signature counts only after the header of a port scan. */
export const AFTER_HEADER = 128;
