/** The bytes that prove it, short enough to read. */

import type { Evidence } from '../scan/evidence.ts';
import { printableBytes } from './printable.ts';

export interface MatchExcerpt {
  readonly before: string;
  readonly match: string;
  readonly after: string;
}

/** Bytes shown around the match, and of it. */
const context = 32;
const longestMatch = 96;

/** All three are printable ASCII, but for the `…` where something was left out. */
export function matchExcerpt({ bytes, matchStart, matchEnd }: Evidence): MatchExcerpt {
  const start = Math.min(Math.max(matchStart, 0), bytes.length);
  const end = Math.min(Math.max(matchEnd, start), bytes.length);
  const shownEnd = Math.min(end, start + longestMatch);
  const first = Math.max(0, start - context);
  const last = shownEnd < end ? shownEnd : Math.min(bytes.length, end + context);
  return {
    before: (first > 0 ? '…' : '') + printableBytes(bytes.subarray(first, start)),
    match: printableBytes(bytes.subarray(start, shownEnd)),
    after: printableBytes(bytes.subarray(shownEnd, last)) + (last < bytes.length ? '…' : ''),
  };
}
