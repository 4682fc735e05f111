/** What was done and what had to be left out; numbers that only grow. The comments say what is not told by the name. */

export let frames: f64 = 0;
export let packets: f64 = 0;
export let payloads: f64 = 0;
/** Packets of which the snap length cut what they say. */
export let payloadsCut: f64 = 0;
// Of frames that were settled here without a packet: as packet/decode-counters.ts.
export let notIp: f64 = 0;
export let otherProtocol: f64 = 0;
export let fragmentsHeld: f64 = 0;
export let malformedFrames: f64 = 0;
export let truncatedFrames: f64 = 0;
/** Datagrams to a tunnel's port that are none. */
export let notTunnel: f64 = 0;
export let flows: f64 = 0;
/** TCP flows whose handshake was not seen, or was forgotten: their client was told by who spoke first. */
export let withoutHandshake: f64 = 0;
export let evicted: f64 = 0;
/** UDP conversations that made room for others before their time. */
export let forgotten: f64 = 0;
export let outOfOrder: f64 = 0;
export let gaps: f64 = 0;
/** Segments given up for lack of space. */
export let heldDropped: f64 = 0;
/** Requests for kept bytes refused because all memory is in use. */
export let keptExhausted: f64 = 0;
// Of fragments: as packet/fragment-counters.ts.
export let fragments: f64 = 0;
export let reassembled: f64 = 0;
export let timedOut: f64 = 0;
export let fragmentsEvicted: f64 = 0;
export let overlaps: f64 = 0;
export let oversized: f64 = 0;
export let malformed: f64 = 0;
export let fragmentsCut: f64 = 0;

// Why there is no packet.
export const NOT_IP: i32 = 0;
export const OTHER_PROTOCOL: i32 = 1;
export const FRAGMENT_HELD: i32 = 2;
export const MALFORMED: i32 = 3;
export const TRUNCATED: i32 = 4;

/** So many frames were settled, `without` of them without a packet. */
export function countFrames(settled: i32, without: i32): void {
  frames += <f64>settled;
  packets += <f64>(settled - without);
}

export function countWithout(reason: i32): void {
  if (reason === NOT_IP) notIp += 1;
  else if (reason === OTHER_PROTOCOL) otherProtocol += 1;
  else if (reason === FRAGMENT_HELD) fragmentsHeld += 1;
  else if (reason === MALFORMED) malformedFrames += 1;
  else truncatedFrames += 1;
}

export function countNotTunnel(): void {
  notTunnel += 1;
}

export function countPayload(): void {
  payloads += 1;
}

export function countPayloadCut(): void {
  payloadsCut += 1;
}

export function countFlow(): void {
  flows += 1;
}

export function countWithoutHandshake(): void {
  withoutHandshake += 1;
}

export function countEvicted(): void {
  evicted += 1;
}

export function countForgotten(): void {
  forgotten += 1;
}

export function countOutOfOrder(): void {
  outOfOrder += 1;
}

export function countGap(): void {
  gaps += 1;
}

export function countHeldDropped(segments: i32): void {
  heldDropped += <f64>segments;
}

export function countKeptExhausted(): void {
  keptExhausted += 1;
}

export function countFragment(): void {
  fragments += 1;
}

export function countReassembled(): void {
  reassembled += 1;
}

export function countTimedOut(): void {
  timedOut += 1;
}

export function countFragmentEvicted(): void {
  fragmentsEvicted += 1;
}

export function countOverlap(): void {
  overlaps += 1;
}

export function countOversized(): void {
  oversized += 1;
}

export function countMalformed(): void {
  malformed += 1;
}

export function countFragmentCut(): void {
  fragmentsCut += 1;
}
