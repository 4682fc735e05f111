/** The contract between the bytes a client sent and the conditions of signatures: protocol parsers and their fields. */

import type { Transport } from './transport.ts';

export type { Transport };

/**
 * What one client has said so far in one flow (TCP, from the first byte on, in order), or one datagram.
 * A view: the bytes are only valid during the call.
 */
export interface ClientMessage {
  readonly bytes: Uint8Array;
  /** First byte of the message in `bytes`. */
  readonly start: number;
  /** One past the last byte that has arrived. */
  readonly end: number;
  readonly transport: Transport;
  /** Does `start` hold the first byte the client said in this flow? False after a gap or when the capture began later. */
  readonly atStart: boolean;
  /** Nothing follows: a datagram, a closed connection, or a client that waits for an answer. */
  readonly ended: boolean;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** If the message is one whole packet: where in `bytes` its IP header and its transport's begin. */
  readonly headers?: { readonly ipStart: number; readonly transportStart: number };
}

/** One value of one field, as a latin1 string, with the place on the wire that it was read from. */
export interface Field {
  /** `protocol.field`, one of the protocol's `fields`. */
  readonly name: string;
  /** The decoded value: one character per byte; numbers as the field's description says. */
  readonly value: string;
  /** Offsets into `ClientMessage.bytes` of the field as it was sent (its encoded form). */
  readonly start: number;
  readonly end: number;
  /**
   * Which of the flow's requests it is of, where each stands for itself (HTTP, DNS): proxies and forwarders send those of
   * many clients over one connection. Absent: what is said in the flow belongs together.
   */
  readonly request?: number;
}

/** What a field holds, for the documentation and for the catalogue's checks. */
export interface FieldDescription {
  readonly description: string;
  /**
   * Does the value appear byte for byte in the payload (letter case aside)? Then a signature's literal can be searched
   * as it stands; else (base64, UTF-16, DNS labels, numbers) the signature must say what to search for.
   */
  readonly verbatim: boolean;
}

export interface Protocol {
  /** Lower case, the part of the field names before the dot. */
  readonly name: string;
  readonly transports: readonly Transport[];
  readonly fields: Readonly<Record<string, FieldDescription>>;
  /** Fields that tell one client program from another: evidence shows them whatever it was found by. */
  readonly identifying?: readonly string[];
  /**
   * Reads what is there, in the order of the wire; a field may come several times. Never throws, whatever the bytes.
   * A field that may still grow (a line without its end, while `ended` is false) is not given yet. Bytes that are not of
   * this protocol give an empty list. Work is linear in the message's length.
   */
  parse(message: ClientMessage): Field[];
}
