/** Where an output delivers: the contract between the loop that tries again (`output.ts`) and each way of delivering. */

export interface Destination {
  /**
   * Delivers lines, in their order; gives how many of the first ones the receiver has, at least one.
   * @throws Refused when the receiver has seen the first line and does not want it: trying again would not help.
   * @throws any other error when it should be tried again. Its message is shown to people: no secrets, no addresses' queries.
   */
  deliver(lines: readonly string[], signal: AbortSignal): Promise<number>;
  /** Lets go of what is open. Never rejects. */
  close(): Promise<void>;
  /** Opens anew with the next line. */
  reopen?(): void;
  /** Lines of one delivery, at most. */
  readonly batch: number;
  /** The longest wait between two attempts, milliseconds. */
  readonly longestWait: number;
}

/** The receiver does not want this line, now or ever. */
export class Refused extends Error {}

/** It should be tried again, but not before this time has passed (milliseconds): the receiver said so. */
export class TryLater extends Error {
  readonly wait: number;

  constructor(message: string, wait: number) {
    super(message);
    this.wait = wait;
  }
}

/** What went wrong, for people: the system's word for it if there is one. Never an address with its path or query. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Several addresses of one name were tried (RFC 8305): each has its own error.
  if (error instanceof AggregateError && error.message === '' && error.errors.length > 0) {
    return reasonOf(error.errors[0]);
  }
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}
