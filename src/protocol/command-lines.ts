/** Protocols in which a client says one command per line: FTP, POP3, NNTP, IRC. */

import { textOf } from './bytes.ts';
import { type Line, readLine } from './lines.ts';
import type { ClientMessage } from './protocol.ts';

export interface CommandLine extends Line {
  readonly text: string;
}

/** No command of these protocols is longer; what is longer is a transfer of data, and the reading ends there. */
const MAX_COMMAND = 16_384;

/**
 * The lines from `start` on, if `firstLine` says that the first is a command of the protocol; else none. Empty lines are left
 * out. A line that begins with a control character (TLS after STARTTLS) ends the reading.
 */
export function readCommandLines(message: ClientMessage, start: number, firstLine: RegExp): CommandLine[] {
  const lines: CommandLine[] = [];
  let at = start;
  for (let line = readLine(message, at); line; line = readLine(message, at)) {
    at = line.next;
    if (line.end - line.start > MAX_COMMAND) break;
    if (line.end === line.start) {
      if (lines.length === 0) break;
      continue;
    }
    const text = textOf(message.bytes, line.start, line.end);
    if (/^[\0-\x08\x0e-\x1f]/.test(text)) break;
    if (lines.length === 0 && (!firstLine.test(text) || beginsLikeProse(text))) break;
    lines.push({ ...line, text });
  }
  return lines;
}

/** A sentence begins with one capital; programs write commands all in capitals, or none. */
export function beginsLikeProse(line: string): boolean {
  return /^[A-Z][a-z]/.test(line);
}
