/**
 * How a flow stands in memory: for the WebAssembly module and for tests, so it holds nothing but
 * numbers.
 */

/** Places in a bucket: eight tags and eight deadlines (seconds) fill one cache line of 64 bytes. */
export const PLACES = 8;
/** Binary logarithm of a bucket's size in words. */
export const BUCKET_SHIFT = 4;

// Words of a record. Its place in the buckets follows from its offset.
export const TAG_HIGH = 0;
export const FLAGS = 1;
/** Sequence number of the client's next byte. */
export const NEXT = 2;
/** Sequence number of the first kept byte: NEXT - BASE bytes are kept, at most `flowDepth`. UDP: bytes searched so far. */
export const BASE = 3;
export const KEPT_OFFSET = 4;
/** Id of the suspicion that the engine noted, or 0. */
export const SUSPICION = 5;
/** With HELD: number of the held flow (held-segments.ts), from 1 on. */
export const HELD_FLOW = 6;
/** Where in the kept bytes a literal begins whose end has not come yet, plus one; or 0. */
export const CUT_LITERAL = 7;
/** Binary logarithm of a record's size in words. */
export const RECORD_SHIFT = 3;

/** Knuth's multiplicative hash: the upper bits of the product choose the bucket. */
export const SPREAD = 0x9e3779b1;

// Flags of a record.
/** The client is the endpoint with the larger hash. */
export const CLIENT_HIGH = 1;
export const SYN_SEEN = 4;
export const ANSWERED = 8;
export const DONE = 16;
export const CLOSED = 32;
export const ROLE_UNKNOWN = 64;
/** The first kept byte is not the first that the client said. */
export const GAPPED = 128;
export const HAS_CHUNK = 256;
/** Segments, or the place of a FIN, are held for this flow until the hole before them is filled. */
export const HELD = 512;
/** A suspicion waits for an answer, which makes what was said a whole message. */
export const WAITING = 1024;
export const DATAGRAMS = 2048;
/** The snap length cut a segment: what follows is searched as if nothing had been said before. */
export const RESTART = 4096;
/** The client closed, and all that it said before is there. */
export const FINISHED = 8192;
/** Size class of the chunk that holds the kept bytes. */
export const CLASS_SHIFT = 16;
export const CLASS_MASK = 0x70000;

// TCP's flags (RFC 9293 section 3.1).
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const ACK = 16;

// Words of a handshake: the flow's tag, the number of the client's first byte, and who the client is.
export const HANDSHAKE_HIGH = 1;
export const HANDSHAKE_SEQUENCE = 2;
export const HANDSHAKE_SIDE = 3;
export const HANDSHAKE_SHIFT = 2;
/** Bit of a handshake's side: the server has answered. The others are the flow's flags. */
export const SYN_ANSWERED = 0x40000000;

// Words of the state of the memory for kept bytes.
export const KEPT_USED = 0;
/** First free chunk of each size class, plus 1, or 0; the first word of a free chunk tells the next in the same way. */
export const KEPT_FREE = 1;
/** How many there are. */
export const SIZE_CLASSES = 7;
