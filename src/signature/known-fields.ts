/** The fields that a condition may name: those of all protocols, and the payload itself. */

import type { FieldDescription, Protocol, Transport } from '../protocol/protocol.ts';
import { transports } from '../protocol/transport.ts';

export interface KnownField extends FieldDescription {
  readonly transports: readonly Transport[];
}

export type KnownFields = ReadonlyMap<string, KnownField>;

export function knownFields(protocols: readonly Protocol[]): KnownFields {
  const fields = new Map<string, KnownField>();
  fields.set('payload', {
    description: 'All that the client has said in the flow, or the datagram',
    verbatim: true,
    transports,
  });
  for (const protocol of protocols) {
    for (const [name, field] of Object.entries(protocol.fields)) {
      fields.set(name, { ...field, transports: protocol.transports });
    }
  }
  return fields;
}
