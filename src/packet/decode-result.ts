/**
 * What `PacketDecoder.decode` returns when there is no packet to look at; each is counted in the field of `DecodeCounters`
 * of the same name. Positive results are IP protocol numbers.
 */

/** The frame carries something else: ARP, spanning tree, 802.11 management, ... */
export const NOT_IP = 0;
/** A length or a version that its own protocol forbids. */
export const MALFORMED = -1;
/** A fragment of a datagram that is not complete yet (or never will be). */
export const FRAGMENT_HELD = -2;
/** The snap length cut a header that had to be read. */
export const TRUNCATED = -3;
/** IP, but neither TCP, UDP, SCTP, ICMP nor a tunnel: ESP, OSPF, IGMP, ... */
export const OTHER_PROTOCOL = -4;
/** The capture's link type is not one of those that are read. */
export const UNKNOWN_LINK_TYPE = -5;
/** An encrypted IEEE 802.11 frame. */
export const ENCRYPTED = -6;
/** More headers within each other than `MAXIMUM_LAYERS`. */
export const TOO_DEEP = -7;
