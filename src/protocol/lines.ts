/** Text protocols: one line after the other. */

import { indexOfByte } from './bytes.ts';
import type { ClientMessage } from './protocol.ts';

const LF = 0x0a;
const CR = 0x0d;

export interface Line {
  readonly start: number;
  /** One past the last byte, line end not counted. */
  readonly end: number;
  /** Where the next line starts. */
  readonly next: number;
  /** False for a last line whose line end never came. */
  readonly complete: boolean;
}

/**
 * The line that starts at `at`; CR LF, a bare LF (many tools send it) and CR CR LF end it. The tail without a line end is
 * a line only if nothing follows. Undefined: no line (yet).
 */
export function readLine(message: ClientMessage, at: number): Line | undefined {
  if (at >= message.end) return undefined;
  const feed = indexOfByte(message.bytes, LF, at, message.end);
  const complete = feed < message.end;
  if (!complete && !message.ended) return undefined;
  let end = feed;
  while (end > at && message.bytes[end - 1] === CR) end--;
  return { start: at, end, next: complete ? feed + 1 : feed, complete };
}

/** `end` without the blanks and tabs before it, not below `start`. */
export function trimEnd(bytes: Uint8Array, start: number, end: number): number {
  let trimmed = end;
  while (trimmed > start && (bytes[trimmed - 1] === 0x20 || bytes[trimmed - 1] === 0x09)) trimmed--;
  return trimmed;
}

/** `start` without the blanks and tabs behind it, not above `end`. */
export function trimStart(bytes: Uint8Array, start: number, end: number): number {
  let trimmed = start;
  while (trimmed < end && (bytes[trimmed] === 0x20 || bytes[trimmed] === 0x09)) trimmed++;
  return trimmed;
}
