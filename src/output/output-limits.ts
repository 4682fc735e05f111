/** Bounds of delivery, each with its reason. Sizes in bytes, times in milliseconds. docs/limits.md lists them. */

/** Lines and bytes handed to a receiver at once: what one connection of syslog carries, and what is sent again if it breaks. */
export const batchLines = 500;
export const batchBytes = 1 << 20;

/** A receiver that takes longer to connect, to take a batch or to answer is taken for dead. */
export const receiverTimeout = 15_000;

/** First wait after a failure; doubled with each further one, up to the longest. The wait is a random part of that. */
export const firstWait = 1000;
export const longestWait = 300_000;
/** The same for files and standard output, which nobody else has to be spared. */
export const longestLocalWait = 5000;

/** An answer of a webhook is read so far, to use its connection again; nobody looks at it. */
export const answerBytes = 1 << 16;

/** A file of the spool: what is delivered is deleted file by file. */
export const spoolFileBytes = 1 << 20;

/** Between two notices of one output that alerts are dropped. */
export const dropNoticeEvery = 60_000;

/** After the deadline of `close`, a delivery has so long to notice. */
export const graceAtEnd = 500;

/** Processes that may have the same output with a spool at once. */
export const mostSpools = 16;

/** So often what ended processes have left in their spools is looked for. */
export const takeOverEvery = 60_000;

/** What a receiver of syslog took so shortly before it failed is sent again: perhaps it had not kept it yet. */
export const inDoubt = 2000;
