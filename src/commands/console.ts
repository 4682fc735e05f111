/** What commands write to, so that tests can look at it. */
export interface Console {
  readonly stdout: Output;
  readonly stderr: Output;
}

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
  /** Honours NO_COLOR, FORCE_COLOR and TERM=dumb. */
  hasColors?(): boolean;
}

/** Wide lines are hard to read, whatever the terminal. */
export function columnsOf({ columns }: Output): number {
  // A terminal that was never sized says 0.
  return Math.min(columns || 80, 140);
}
