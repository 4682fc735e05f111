/** What a signature proves about one flow: the input of aggregation. */

import type { Transport } from '../protocol/protocol.ts';
import type { Signature } from '../signature/signature.ts';

export interface Evidence {
  readonly signature: Signature;
  /** Microseconds since 1970, UTC, of the packet that completed it. */
  readonly time: number;
  readonly transport: Transport;
  /** The scanner, as text: dotted quad, or IPv6 in RFC 5952 form. */
  readonly source: string;
  readonly sourcePort: number;
  readonly target: string;
  /** 0 for ICMP. */
  readonly targetPort: number;
  /** No handshake was seen: one datagram (or half a connection) can bear any source address. */
  readonly spoofable: boolean;
  /** Strong, and whoever reports it (an engine that runs our rules) saw another strong one of this source just before. */
  readonly corroborated?: boolean;
  /** The client's bytes around the match, at most `limits.evidenceBytes`. A copy: evidence is kept for long. */
  readonly bytes: Uint8Array;
  /** Where in `bytes` the condition matched. */
  readonly matchStart: number;
  readonly matchEnd: number;
  /** Field values worth showing: `{ 'smtp.helo': 'nmap.scanme.org' }`, latin1. */
  readonly fields: Readonly<Record<string, string>>;
}
