/** For tests: what a parser reads in bytes that are written down in the test. */

import type { ClientMessage, Field, Protocol, Transport } from './protocol.ts';

/** A message of these bytes (latin1 text) with sane surroundings; `changes` overrides them. */
export function messageOf(text: string, changes: Partial<ClientMessage> = {}): ClientMessage {
  const bytes = Buffer.from(text, 'latin1');
  return {
    bytes,
    start: 0,
    end: bytes.length,
    transport: 'tcp',
    atStart: true,
    ended: false,
    sourcePort: 49_152,
    destinationPort: 7,
    ...changes,
  };
}

/** Every value of every field, by name. */
export function valuesOf(protocol: Protocol, text: string, changes?: Partial<ClientMessage>): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const field of protocol.parse(messageOf(text, changes))) {
    values[field.name] ??= [];
    values[field.name]!.push(field.value);
  }
  return values;
}

/** Bytes written as hex digits, with blanks and line ends as one likes, as latin1 text. */
export function fromHex(hex: string): string {
  return Buffer.from(hex.replace(/\s/g, ''), 'hex').toString('latin1');
}

/** The first field of that name. */
export function fieldOf(
  protocol: Protocol,
  name: string,
  text: string,
  transport: Transport = 'tcp',
): Field | undefined {
  return protocol.parse(messageOf(text, { transport })).find((field) => field.name === name);
}
