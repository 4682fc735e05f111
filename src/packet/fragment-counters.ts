/** What became of IP fragments. All plain integers that only grow. */
export class FragmentCounters {
  /** Fragments that arrived, of IPv4 and IPv6. */
  fragments = 0;
  /** Datagrams that became whole and went on to be decoded. */
  reassembled = 0;
  /** Datagrams given up after `FRAGMENT_TIMEOUT_SECONDS`. */
  timedOut = 0;
  /** Datagrams given up for newer ones, the table or its memory being full. */
  evicted = 0;
  /** Fragments that brought bytes again that had arrived: duplicates, or an attempt to show us other bytes than the target. */
  overlaps = 0;
  /** Fragments that reach beyond 65,535 bytes: the "ping of death". */
  oversized = 0;
  /** Fragments of no bytes, or that contradict the datagram's known end. */
  malformed = 0;
  /** Fragments whose bytes the snap length cut: their datagrams never become whole. */
  truncated = 0;
}
