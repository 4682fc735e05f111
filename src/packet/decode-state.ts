import { DecodeCounters } from './decode-counters.ts';
import type { Fragments } from './fragments.ts';
import { Packet } from './packet.ts';

/** Where the decoding of one frame stands: the registers that the steps (`layer.ts`) pass to each other. */
export class DecodeState {
  readonly packet = new Packet();
  readonly counters = new DecodeCounters();
  readonly fragments: Fragments;
  /** The frame's bytes, or those of a reassembled datagram. */
  bytes: Uint8Array = new Uint8Array(0);
  /** The next header begins here. */
  at = 0;
  /** One past the last captured byte that belongs to the present layer. */
  end = 0;
  /** One past the last byte according to the IP header: greater than `end` when the snap length cut the packet. */
  declaredEnd = 0;
  /** Protocol or next-header number of what stands at `at`, when the step is LAYER_TRANSPORT or LAYER_IPV6_EXTENSION. */
  protocol = 0;
  /** Link type of what stands at `at`, when the step is LAYER_LINK. */
  linkType = 0;
  seconds = 0;
  /** The driver padded the IEEE 802.11 header to a multiple of four bytes. */
  isPadded = false;

  /**
   * The innermost UDP datagram that seemed to be a tunnel, delivered itself if nothing readable is in it. `outerVersion` 0:
   * there is none.
   */
  outerVersion = 0;
  outerBytes: Uint8Array = this.bytes;
  outerIpStart = 0;
  outerAt = 0;
  outerEnd = 0;
  outerDeclaredEnd = 0;

  constructor(fragments: Fragments) {
    this.fragments = fragments;
  }
}
