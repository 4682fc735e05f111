/** Telnet's NTLM authentication (MS-TNAP section 2.2), the one thing of telnet that names a client. */

import type { Span } from './bytes.ts';
import type { ClientMessage } from './protocol.ts';

const IAC = 0xff;
const SUBNEGOTIATION = 0xfa;
const SUBNEGOTIATION_END = 0xf0;
const AUTHENTICATION = 0x25;
const IS = 0;
const NTLM = 0x0f;

/** The NTLM messages in the telnet options that a client begins with. */
export function readTelnetNtlm(message: ClientMessage): Span[] {
  const { bytes, end } = message;
  const blobs: Span[] = [];
  for (let at = message.start; at + 2 < end && bytes[at] === IAC; ) {
    const command = bytes[at + 1]!;
    if (command !== SUBNEGOTIATION) {
      // RFC 854: WILL, WON'T, DO and DON'T have an option behind them.
      at += command >= 0xfb && command <= 0xfe ? 3 : 2;
      continue;
    }
    const close = endOfSubnegotiation(bytes, at + 2, end);
    if (close < 0) break;
    const isNtlm = bytes[at + 2] === AUTHENTICATION && bytes[at + 3] === IS && bytes[at + 4] === NTLM;
    if (isNtlm) blobs.push({ start: at + 5, end: close });
    at = close + 2;
  }
  return blobs;
}

/** Offset of the IAC SE that ends the subnegotiation, -1 if it has not come. A doubled IAC is data (RFC 855). */
function endOfSubnegotiation(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at + 1 < end; at++) {
    if (bytes[at] !== IAC) continue;
    if (bytes[at + 1] === SUBNEGOTIATION_END) return at;
    at++;
  }
  return -1;
}
