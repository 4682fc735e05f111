/** Link types of capture files, as registered at https://www.tcpdump.org/linktypes.html (RFC 9889 registry). */

/** BSD loopback: the address family in the byte order of the capturing host. */
export const LINK_NULL = 0;
export const LINK_ETHERNET = 1;
export const LINK_PPP = 9;
/** Raw IP as some BSDs wrote it: their private numbers for LINKTYPE_RAW. */
export const LINK_RAW_BSD = 12;
export const LINK_RAW_OPENBSD = 14;
/** PPP in HDLC-like framing, RFC 1662; begins with 0xff 0x03, or is Cisco HDLC. */
export const LINK_PPP_HDLC = 50;
/** A PPPoE header (RFC 2516) without the Ethernet header before it. */
export const LINK_PPP_ETHERNET = 51;
/** Raw IP: the version nibble tells which. */
export const LINK_RAW = 101;
export const LINK_CISCO_HDLC = 104;
export const LINK_IEEE802_11 = 105;
/** OpenBSD loopback: the address family in network byte order. */
export const LINK_LOOP = 108;
/** Linux "cooked" captures of the `any` device. */
export const LINK_LINUX_COOKED = 113;
/** IEEE 802.11 behind a Prism header (or, from some drivers, an AVS header). */
export const LINK_PRISM = 119;
/** IEEE 802.11 behind a radiotap header. */
export const LINK_RADIOTAP = 127;
/** IEEE 802.11 behind an AVS header. */
export const LINK_AVS = 163;
/** Per-Packet Information: a header that names the link type of what follows. */
export const LINK_PPI = 192;
export const LINK_IPV4 = 228;
export const LINK_IPV6 = 229;
/** What Linux's netfilter logged: attributes, one of which is the IP packet. */
export const LINK_NFLOG = 239;
export const LINK_LINUX_COOKED2 = 276;
