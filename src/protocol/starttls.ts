/** Where TLS begins in a connection that began with another protocol. */

import { hasTextAt, textOf } from './bytes.ts';
import { readLine } from './lines.ts';
import type { ClientMessage } from './protocol.ts';
import { tpktEnd } from './rdp.ts';

/** Lines said before TLS: a greeting, a question for capabilities, the wish itself. */
const MAX_LINES = 32;
const MAX_LINE = 1024;
/** RFC 3207, RFC 4217, RFC 2595 (IMAP with a tag, POP3), RFC 4642. */
const WISH = /^(?:[^\s]{1,64} )?STARTTLS[ \t]*$|^STLS[ \t]*$|^AUTH[ \t]+(?:TLS|SSL)[ \t]*$/i;
/** XMPP writes an element, and no line need end (RFC 6120 section 5.4.2.1). */
const XMPP_WISH = /<starttls(?:\s[^<>]{0,200})?(?:\/>|>\s{0,9}<\/starttls>)\s{0,9}/i;
const MAX_XMPP = 4096;
const LESS_THAN = 0x3c;
/** SSLRequest of PostgreSQL. */
const POSTGRESQL_WISH = '\0\0\0\x08\x04\xd2\x16\x2f';

/** Offset of the first byte of TLS; `start` itself where nothing was said before. */
export function tlsStart(message: ClientMessage): number {
  const { bytes, start, end } = message;
  if (hasTextAt(bytes, start, end, POSTGRESQL_WISH)) return start + POSTGRESQL_WISH.length;
  const request = tpktEnd(bytes, start, end);
  // RDP: TLS follows the connection request (MS-RDPBCGR section 5.4.5.1).
  if (request > 0 && bytes[start + 5] === 0xe0) return request;
  if (bytes[start] === LESS_THAN) {
    const wish = XMPP_WISH.exec(textOf(bytes, start, Math.min(end, start + MAX_XMPP)));
    return wish === null ? start : start + wish.index + wish[0].length;
  }
  let at = start;
  for (let i = 0; i < MAX_LINES; i++) {
    const line = readLine(message, at);
    if (!line || line.end - line.start > MAX_LINE) break;
    const text = textOf(bytes, line.start, line.end);
    if (/[^\t -~]/.test(text)) break;
    at = line.next;
    if (WISH.test(text)) return at;
  }
  return start;
}
