/** What is found in a packet: numbers that both sides import. */

export const NOTHING = 0;
/** New bytes of a client, in order: the kept bytes, of which those from `from` on are new. */
export const CLIENT_BYTES = 1;
/** A client's datagram: the packet's own payload. */
export const DATAGRAM = 2;
/** The message of a suspected client is over (`answered`, if it waits for that; or `ended`): the kept bytes. */
export const MESSAGE_ENDED = 3;
/** The server acknowledged what the capture has not: the client's bytes behind the hole, of `origin`. */
export const BEHIND_HOLE = 4;
/** The payload is needed, from `wanted` on: call again with it. Nothing was changed that a second call would change again. */
export const ASK_FOR_BYTES = 5;
/** Of the records of a capture only: the next is of another second, which NEXT_SECOND of found-words.ts tells. */
export const OTHER_SECOND = 7;
/** Of the records of a capture only: a datagram is whole, but must be decoded and taken like any other packet. */
export const WHOLE_DATAGRAM = 6;
