/** What became of a frame, or of a step into it. */

/** Nothing was done with it; at most, a fragment was taken that made a datagram whole, and frames.ts tells that. */
export const LEFT: i32 = 0;
export const SETTLED: i32 = 1;
/** Settled, too, but there was no packet in it; why, was counted. */
export const WITHOUT_PACKET: i32 = 2;
/** The engine must judge what was found, of the packet at PACKET. */
export const FOUND: i32 = 3;
/** Of a step: the next is told in layers.ts. */
export const STEPPED: i32 = 4;
/** Of a step: there is no packet; layers.ts tells the reason. */
export const NO_PACKET: i32 = 5;
