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
}

export interface SuricataAnswer extends Answer {
  /** A signature is found when any of these is. Empty: unsupported, or a sequence. */
  readonly detections: readonly Detection[];
}

/** One condition in words of Suricata; without `protocol` on payload or stream. */
export interface SpecialPart {
  readonly protocol?: string;
  readonly options: readonly string[];
}
