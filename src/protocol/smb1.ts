/** Requests of SMB1 (MS-CIFS section 2.2.4). */

import { indexOfByte, type Span, textOf, uint16le, utf16Of } from './bytes.ts';
import type { FieldList } from './field-list.ts';
import { SMB1_HEADER_SIZE, type SmbMessage } from './smb-messages.ts';

const COMMANDS: ReadonlyMap<number, string> = new Map([
  [0x02, 'open'],
  [0x03, 'create'],
  [0x04, 'close'],
  [0x06, 'delete'],
  [0x25, 'transaction'],
  [0x2b, 'echo'],
  [0x2d, 'open_andx'],
  [0x2e, 'read'],
  [0x2f, 'write'],
  [0x32, 'transaction2'],
  [0x71, 'tree_disconnect'],
  [0x72, 'negotiate'],
  [0x73, 'session_setup'],
  [0x74, 'logoff'],
  [0x75, 'tree_connect'],
  [0xa0, 'nt_transact'],
  [0xa2, 'nt_create'],
]);
/** Those whose first words name another request in the same message (MS-CIFS section 2.2.3.4). */
const CHAINING: ReadonlySet<number> = new Set([0x2d, 0x2e, 0x2f, 0x73, 0x74, 0x75, 0xa2]);
const NO_MORE = 0xff;
/** Requests read in one message: real chains have two or three, and overlapping ones must not cost more. */
const MAX_CHAINED = 8;
const UNICODE = 0x8000;

/** One request in a message: parameter words and data bytes. */
interface Block {
  readonly header: number;
  readonly wordCount: number;
  readonly words: number;
  readonly data: Span;
  readonly unicode: boolean;
}

/** Adds the fields of the message, and of those chained to it. */
export function addSmb1(bytes: Uint8Array, message: SmbMessage, list: FieldList): void {
  const header = message.start;
  const unicode = (uint16le(bytes, header + 10) & UNICODE) !== 0;
  let command = bytes[header + 4]!;
  for (let at = header + SMB1_HEADER_SIZE, i = 0; i < MAX_CHAINED; i++) {
    const wordCount = bytes[at]!;
    const words = at + 1;
    const start = words + 2 * wordCount + 2;
    if (start > message.end) return;
    // A byte count larger than the message is seen in large writes; what is there is read.
    const data = { start, end: Math.min(message.end, start + uint16le(bytes, start - 2)) };
    list.add('smb.command', COMMANDS.get(command) ?? String(command), header + 4, header + 5);
    addRequest(bytes, command, { header, wordCount, words, data, unicode }, message, list);
    if (!CHAINING.has(command) || wordCount < 2 || bytes[words] === NO_MORE) return;
    const next = header + uint16le(bytes, words + 2);
    // Chains only lead forward, so they end.
    if (next < start || next + 3 > message.end) return;
    command = bytes[words]!;
    at = next;
  }
}

function addRequest(bytes: Uint8Array, command: number, block: Block, message: SmbMessage, list: FieldList): void {
  if (command === 0x72) {
    addDialects(bytes, block.data, list);
    list.addBytes('smb.negotiate', message.recordStart, message.end);
  } else if (command === 0x73) addSessionSetup(bytes, block, list);
  else if (command === 0x75 && block.wordCount === 4) {
    // MS-CIFS section 2.2.4.55.1: password, path, service.
    readString(bytes, block, block.data.start + uint16le(bytes, block.words + 6), 'smb.tree_path', list);
  } else if ((command === 0xa2 && block.wordCount === 24) || (command === 0x2d && block.wordCount === 15)) {
    readString(bytes, block, block.data.start, 'smb.file_name', list);
  } else if ((command === 0x02 || command === 0x03 || command === 0x06) && bytes[block.data.start] === 4) {
    // MS-CIFS section 2.2.4.3.1: buffer format 4, then the name.
    readString(bytes, block, block.data.start + 1, 'smb.file_name', list);
  }
}

/** MS-CIFS section 2.2.4.52.1: a 2 and a zero-terminated name for each. */
function addDialects(bytes: Uint8Array, data: Span, list: FieldList): void {
  const dialects: string[] = [];
  let at = data.start;
  while (at < data.end && bytes[at] === 2) {
    const zero = indexOfByte(bytes, 0, at + 1, data.end);
    dialects.push(textOf(bytes, at + 1, zero));
    at = Math.min(zero + 1, data.end);
  }
  if (dialects.length > 0) list.add('smb.dialects', dialects.join(','), data.start, at);
}

/** MS-CIFS section 2.2.4.53.1 and MS-SMB section 2.2.4.6.1; the count of words tells the three forms apart. */
function addSessionSetup(bytes: Uint8Array, block: Block, list: FieldList): void {
  const { words, data } = block;
  let at = data.start;
  if (block.wordCount === 12) {
    at += uint16le(bytes, words + 14);
  } else if (block.wordCount === 13 || block.wordCount === 10) {
    at += uint16le(bytes, words + 14) + (block.wordCount === 13 ? uint16le(bytes, words + 16) : 0);
    at = readString(bytes, block, at, 'smb.account', list);
    at = readString(bytes, block, at, 'smb.domain', list);
  } else return;
  at = readString(bytes, block, at, 'smb.native_os', list);
  readString(bytes, block, at, 'smb.native_lanman', list);
}

/**
 * Adds the zero-terminated string at `at` as `name`, and returns where it ends. UTF-16 begins at an even distance from
 * the header (MS-CIFS section 2.2.1.1). The zero may be missing at the end of the data.
 */
function readString(bytes: Uint8Array, block: Block, at: number, name: string, list: FieldList): number {
  const { data, unicode } = block;
  let start = at;
  if (unicode && (start - block.header) % 2 !== 0) start++;
  if (start >= data.end) return data.end;
  if (!unicode) {
    const zero = indexOfByte(bytes, 0, start, data.end);
    list.addBytes(name, start, zero);
    return zero + 1;
  }
  let zero = start;
  while (zero + 1 < data.end && (bytes[zero] !== 0 || bytes[zero + 1] !== 0)) zero += 2;
  list.add(name, utf16Of(bytes, start, zero), start, zero);
  return zero + 2;
}
