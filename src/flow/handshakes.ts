/**
 * SYNs whose client has not spoken yet. Most SYNs on a network lead to nothing (refused, unanswered, a scan), so they get no
 * flow of their own: only who sent them, and with which number, is remembered here, in a table that the processor's cache
 * holds. A newer handshake takes the place of an older one with the same hash. A flow whose handshake was forgotten so
 * is still searched; its client is then told by who speaks first. A flood of SYNs therefore costs other SYNs only.
 */
import { handshakes } from '../limits.ts';
import { HANDSHAKE_HIGH, HANDSHAKE_SEQUENCE, HANDSHAKE_SHIFT, HANDSHAKE_SIDE } from './flow-record.ts';

export class Handshakes {
  // Registers, valid after `find` gave true.
  /** The client's first byte has this sequence number. */
  sequence = 0;
  /** As given to `note`, with SYN_ANSWERED if so. */
  side = 0;
  private readonly entries: Int32Array;

  /** `entries`: where they stand, four words each and all 0, if others shall see them, too. */
  constructor(entries: Int32Array = new Int32Array(handshakes << HANDSHAKE_SHIFT)) {
    this.entries = entries;
  }

  /** A SYN, or the answer to one that was missed. `low` and `high` are the flow's tag, `low` never 0. */
  note(low: number, high: number, side: number, sequence: number): void {
    const entries = this.entries;
    const entry = (low & (handshakes - 1)) << HANDSHAKE_SHIFT;
    // Written without a look at what stands there: a read would wait for memory, and most traffic of a scan is this.
    entries[entry] = low;
    entries[entry + HANDSHAKE_HIGH] = high;
    entries[entry + HANDSHAKE_SEQUENCE] = sequence;
    entries[entry + HANDSHAKE_SIDE] = side;
  }

  /** Fills the registers if the flow's handshake is remembered. */
  find(low: number, high: number): boolean {
    const entries = this.entries;
    const entry = (low & (handshakes - 1)) << HANDSHAKE_SHIFT;
    if (entries[entry] !== low || entries[entry + HANDSHAKE_HIGH] !== high) return false;
    this.sequence = entries[entry + HANDSHAKE_SEQUENCE] as number;
    this.side = entries[entry + HANDSHAKE_SIDE] as number;
    return true;
  }
}
