/** How many frames gave no packet, and why; and what was inside others. All plain integers that only grow. */
export class DecodeCounters {
  /** No IP inside: ARP, spanning tree, 802.11 management and control frames, ... */
  notIp = 0;
  /** A header whose length or version its own protocol forbids, so that no host would have accepted it. */
  malformed = 0;
  /** Fragments kept until their datagram is complete; `FragmentCounters` says what became of them. */
  fragmentsHeld = 0;
  /** The snap length cut a header that had to be read. */
  truncated = 0;
  /** IP, but neither TCP, UDP, SCTP, ICMP nor a tunnel. */
  otherProtocol = 0;
  /** Frames of a link type that is not read. */
  unknownLinkType = 0;
  /** Encrypted IEEE 802.11 frames. */
  encrypted = 0;
  /** More headers within each other than `MAXIMUM_LAYERS`. */
  tooDeep = 0;
  /** UDP datagrams to a tunnel's port that held no packet of that tunnel: delivered as ordinary datagrams. */
  notTunnel = 0;
}
