/** The bytes that prove it, short enough to read, in lines of which none breaks an escape in two. */

import type { Evidence } from '../scan/evidence.ts';
import { printable } from './printable.ts';

/** Bytes shown around the match, and of it. */
const context = 32;
const longestMatch = 96;

/** Printable ASCII, but for the `…` where something was left out. `mark` is given each stretch of the match. */
export function matchExcerpt(evidence: Evidence, width: number, mark: (text: string) => string): string {
  const lines: string[] = [];
  let line = '';
  let length = 0;
  let stretch = '';
  const endStretch = () => {
    if (stretch !== '') line += mark(stretch);
    stretch = '';
  };
  for (const { text, matched } of pieces(evidence)) {
    if (!matched) endStretch();
    if (length + text.length > width) {
      endStretch();
      lines.push(line);
      line = '';
      length = 0;
    }
    length += text.length;
    if (matched) stretch += text;
    else line += text;
  }
  endStretch();
  lines.push(line);
  return lines.join('\n');
}

interface Piece {
  readonly text: string;
  readonly matched: boolean;
}

/** One for each byte. */
function* pieces({ bytes, matchStart, matchEnd }: Evidence): Iterable<Piece> {
  const start = Math.min(Math.max(matchStart, 0), bytes.length);
  const end = Math.min(Math.max(matchEnd, start), bytes.length);
  const shownEnd = Math.min(end, start + longestMatch);
  const first = Math.max(0, start - context);
  const last = shownEnd < end ? shownEnd : Math.min(bytes.length, end + context);
  if (first > 0) yield { text: '…', matched: false };
  for (let index = first; index < last; index++) {
    const text = printable(String.fromCharCode(bytes[index]!));
    yield { text, matched: index >= start && index < shownEnd };
  }
  if (last < bytes.length) yield { text: '…', matched: false };
}
