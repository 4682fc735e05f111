/** What can be wrong with a capture's content. Content never throws: it is read as far as it can be, and this is noted. */
export type ProblemKind =
  /** Not one byte. */
  | 'empty'
  /** The first bytes are of no capture format. */
  | 'not-a-capture'
  /** The file ends inside a header or a record. */
  | 'cut-short'
  /** A record that cannot be: it was left out, and reading went on behind it where that was possible. */
  | 'corrupt'
  /** A record that was left out because of one of our bounds. */
  | 'skipped'
  /** The compression around the capture is damaged. */
  | 'damaged-compression';

export interface CaptureProblem {
  readonly kind: ProblemKind;
  /** Offset in the capture (after decompression), in bytes. */
  readonly offset: number;
  /** Plain words, without the file's name. */
  readonly message: string;
}

/** A hostile file can have a problem every few bytes; a person reads the first ones. */
export const PROBLEMS_KEPT = 16;

/** The first problems of one capture, and how many there were in all. */
export class ProblemLog {
  readonly kept: CaptureProblem[] = [];
  count = 0;

  add(kind: ProblemKind, offset: number, message: string): void {
    this.count++;
    if (this.kept.length < PROBLEMS_KEPT) this.kept.push(Object.freeze({ kind, offset, message }));
  }
}
