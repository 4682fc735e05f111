/** Words of the packet at PACKET: as the fields of packet/packet.ts of the same names. Both sides import this. */

export const IP_VERSION = 0;
export const PROTOCOL = 1;
/** Four words each; of IPv4 the first. */
export const SOURCE = 2;
export const DESTINATION = 6;
export const SOURCE_PORT = 10;
export const DESTINATION_PORT = 11;
export const SEQUENCE = 12;
export const ACKNOWLEDGEMENT = 13;
export const TCP_FLAGS = 14;
export const SECONDS = 15;
export const MICROSECONDS = 16;
/** So many words are remembered of whose segments are held. */
export const IDENTITY_WORDS = 17;
// Addresses in the memory.
export const IP_START = 17;
export const TRANSPORT_START = 18;
export const PAYLOAD_START = 19;
export const PAYLOAD_END = 20;
export const PAYLOAD_MISSING = 21;
export const PACKET_WORDS = 22;
