/** What the exports say of a signature, and the parts of which a Suricata rule is made. */

/**
 * exact: the target's verdict is ours. wider: it also finds what our engine leaves out. narrower: it misses some of what
 * our engine finds. unsupported: it cannot say it.
 */
export type Exactness = 'exact' | 'wider' | 'narrower' | 'unsupported';

/** One target's answer for one signature. `reason` is empty only if it is exact. */
export interface Answer {
  readonly exactness: Exactness;
  readonly reason: string;
}

export type SuricataVersion = 6 | 7 | 8;

/** The heart of one rule: which traffic, and what must stand in it. Without direction, sid and all that is said about it. */
export interface Detection {
  /** `tcp`, `udp`, or a protocol that Suricata recognises: `http`. */
  readonly protocol: string;
  readonly options: readonly string[];
  /** What the same client must have said in the same flow, earlier or at once: options of a rule that only marks. */
  readonly first?: readonly string[];
}

export interface SuricataAnswer extends Answer {
  /** A signature is found when any of these is. Empty: unsupported, or a sequence. */
  readonly detections: readonly Detection[];
}

/** One condition in words of Suricata. */
export interface SpecialPart {
  /** Its options begin with a sticky buffer of this protocol; without it, they are on payload or stream. */
  readonly protocol?: string;
  /** The protocol that Suricata must have recognised in the stream. */
  readonly stream?: string;
  /** As of a detection. */
  readonly first?: readonly string[];
  /** A client waits for an answer behind it. */
  readonly waits?: boolean;
  readonly options: readonly string[];
}
