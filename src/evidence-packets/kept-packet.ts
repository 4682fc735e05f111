/** One frame of a flow in which evidence was found. */
export interface KeptPacket {
  /** The same for the same frame, however often its flow is asked for. */
  readonly number: number;
  readonly linkType: number;
  /** Of capture: since 1970, UTC. */
  readonly seconds: number;
  readonly microseconds: number;
  /** A copy, as it was captured. */
  readonly bytes: Uint8Array;
  /** The evidence was complete with it. */
  readonly completes: boolean;
}
