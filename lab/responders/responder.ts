/** The contract of the lab's responders: how something that has no server in Debian talks back. */

import type { Socket } from 'node:net';

/** `reply` is a latin1 string: one character per byte. */
export interface Responder {
  /** A connection was made (TCP or TLS); errors and the end of the socket are handled by the caller. */
  connection?(socket: Socket): void;
  /** A datagram came; replies go back to its sender. */
  datagram?(bytes: Buffer, reply: (bytes: Buffer) => void): void;
}

/** Options of a responder as the scenario gives them; each responder checks its own. */
export type Options = Readonly<Record<string, unknown>>;

/** Bytes of a scenario's text: one character per byte, or `0x` and hexadecimal digits with spaces. */
export function bytesOf(text: string): Buffer {
  if (text.startsWith('0x')) return Buffer.from(text.slice(2).replaceAll(/\s+/g, ''), 'hex');
  return Buffer.from(text, 'latin1');
}
