/** What was found, as it is told at FOUND: both sides import this. Flags are 0 or 1. */

/** Of results.ts; the following words mean something if it is not NOTHING. */
export const RESULT = 0;
/** Of the kept bytes (offsets in KEPT): all, and the first of those that are new. */
export const START = 1;
export const FROM = 2;
export const END = 3;
/** The first kept byte is the first that the client said. */
export const AT_START = 4;
/** The client has closed or reset the connection, or the server has reset it: nothing follows. */
export const ENDED = 5;
/** The server spoke or closed: what the client has said so far is a message, though another may follow. */
export const WAS_ANSWERED = 6;
/** Both sides spoke: the source address is real. */
export const ESTABLISHED = 7;
/** The number that the engine gave to `suspect`, or 0. */
export const SUSPICION_ID = 8;
/** Of BEHIND_HOLE: where the words of the packet stand whose bytes they are, for this packet is the server's. */
export const ORIGIN = 9;
/** Of ASK_FOR_BYTES: the offset in the payload of the first byte that is needed. */
export const WANTED = 10;
/** Signatures at HITS. Also of a mere search. */
export const HIT_COUNT = 11;
/** Of a datagram that became whole: where its header, its payload and its end stand, and what the payload is. */
export const WHOLE_HEADER = 12;
export const WHOLE_PAYLOAD = 13;
export const WHOLE_END = 14;
export const WHOLE_PROTOCOL = 15;
/** Of OTHER_SECOND. */
export const NEXT_SECOND = 16;
export const FOUND_WORDS = 17;
