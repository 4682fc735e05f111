/** Where a flow table's arrays stand when others shall see them, too: each as long as it may ever become, and all 0. */
export interface FlowMemory {
  readonly buckets: Int32Array;
  readonly records: Int32Array;
  readonly handshakes: Int32Array;
  readonly kept: Uint8Array;
  /** Words as flow-record.ts names them (KEPT_USED and on). */
  readonly keptState: Int32Array;
}
