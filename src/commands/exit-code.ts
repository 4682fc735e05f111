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
} as const;

/** The command was asked something that cannot be. The message says what would be right; it may have several lines. */
export class UsageError extends Error {}
