/**
 * What stands where in the hot path's memory: byte offsets. Both sides import this, the WebAssembly module and TypeScript, so
 * it holds nothing but numbers. The memory is reserved at once and never grows (views on it would detach); the system gives
 * pages only as they are touched.
 */

/** State of the memory for kept bytes: words as flow-record.ts names them. */
export const KEPT_STATE = 0x0010_0000;
/** By port, a byte: 1 for one that servers usually listen on. */
export const SERVICE_PORTS = 0x0011_0000;
/**
 * Where the engine's gate may want the packet: by a hash of a TCP header's length, flags and first word of options (gate-hash.ts)
 * a bit, by type of ICMP a byte that is not 0.
 */
export const SEGMENT_GATE = 0x0012_0000;
export const ICMP_GATE = 0x0013_0000;
/** The packet that is looked at: words as packet-words.ts names them. */
export const PACKET = 0x0013_1000;
/** What was found in it, and the signatures that the search suspects, one word each. */
export const FOUND = 0x0013_1800;
export const HITS = 0x0013_2000;
/**
 * The literal search's filters of grams (TCP's and that of the others), its chains by hash of a gram; and where those begin that
 * are the beginning of a message, by hash of their first gram, or by their first byte.
 */
export const FILTER = 0x0014_0000;
export const DATAGRAM_FILTER = 0x0014_8000;
export const GRAM_BUCKETS = 0x0015_0000;
export const STARTS = 0x0016_0000;
export const SHORTS = 0x0017_0000;
/** Bytes that TypeScript shows the module: the headers of a fragment, then its payload; or a payload. */
export const SCRATCH = 0x0020_0000;
export const SCRATCH_BYTES = 0x0002_0000;
export const HANDSHAKES = 0x0040_0000;
/** The bytes of the capture that are in memory. */
export const CAPTURE = 0x0060_0000;
export const CAPTURE_BYTES = 0x0020_0000;
export const BUCKETS = 0x0080_0000;
export const RECORDS = 0x0100_0000;
export const KEPT = 0x0300_0000;
/** Of the headers of port scans. */
export const HEADERS = 0x0700_0000;
/** Segments out of order: the flows that have such, and blocks with the bytes. */
export const HELD_FLOWS = 0x0720_0000;
export const HELD_BLOCKS = 0x0760_0000;
/** Incomplete datagrams: chains by hash, the datagrams, blocks with the bytes, and whole ones. */
export const FRAGMENT_CHAINS = 0x0960_0000;
export const DATAGRAMS = 0x0970_0000;
export const FRAGMENT_BLOCKS = 0x0980_0000;
export const REASSEMBLED = 0x0a90_0000;
/** The literals (words of literal-words.ts); behind them what else depends on the catalogue: the module's globals say where. */
export const LITERALS = 0x0ac0_0000;
export const MEMORY_BYTES = 0x0b40_0000;
