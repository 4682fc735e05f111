/** What the shell is told. Documented in docs/read.md and in the command's help. */
export const exitCode = {
  /** Ran, whatever was found. */
  done: 0,
  /** Could not do the job. */
  failed: 1,
  /** Bad usage or configuration. */
  usage: 2,
  /** With --fail-on-alert: something was found. */
  found: 3,
  /** By SIGINT (Ctrl-C) or SIGTERM, as the shell counts: 128 and the signal's number. What was seen until then is reported. */
  interrupted: 130,
  terminated: 143,
} as const;

/** The command was asked something that cannot be. The message says what would be right; it may have several lines. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
