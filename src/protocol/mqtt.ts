/** MQTT CONNECT (MQTT 3.1.1 and 5.0, section 3.1). */

import { textOf, uint16 } from './bytes.ts';
import { FieldList } from './field-list.ts';
import type { ClientMessage, Field, Protocol } from './protocol.ts';

const CONNECT = 0x10;
const VERSION_5 = 5;

export const mqtt: Protocol = {
  name: 'mqtt',
  transports: ['tcp'],
  fields: {
    'mqtt.protocol': { description: 'Protocol name: `MQTT`, or `MQIsdp` before version 3.1.1.', verbatim: true },
    'mqtt.version': { description: 'Protocol level, decimal: `4` is 3.1.1.', verbatim: false },
    'mqtt.client_id': { description: 'Client identifier (may be empty).', verbatim: true },
    'mqtt.connect': { description: 'The whole CONNECT packet.', verbatim: true },
  },
  parse,
};

function parse(message: ClientMessage): Field[] {
  const { bytes, start } = message;
  const list = new FieldList(bytes);
  const length = readVariable(bytes, start + 1, message.end);
  if (message.end - start < 2 || bytes[start] !== CONNECT || !length) return [];
  const end = length.next + length.value;
  if (end > message.end || length.next + 2 > end) return [];
  const name = length.next + 2;
  let at = name + uint16(bytes, length.next);
  // Level, flags (the lowest is reserved, zero), 16 bits of keep-alive.
  if (at + 4 > end || !/^(?:MQTT|MQIsdp)$/.test(textOf(bytes, name, at)) || bytes[at + 1]! & 1) return [];
  const level = at;
  at += 4;
  if (bytes[level] === VERSION_5) {
    const properties = readVariable(bytes, at, end);
    if (!properties) return [];
    at = properties.next + properties.value;
  }
  if (at + 2 > end || at + 2 + uint16(bytes, at) > end) return [];
  list.addBytes('mqtt.protocol', name, level);
  list.add('mqtt.version', String(bytes[level]), level, level + 1);
  list.addBytes('mqtt.client_id', at + 2, at + 2 + uint16(bytes, at));
  list.addBytes('mqtt.connect', start, end);
  return list.fields;
}

/** Section 2.2.3 of version 3.1.1: seven bits a byte, at most four bytes. */
function readVariable(bytes: Uint8Array, at: number, end: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let i = 0; i < 4 && at + i < end; i++) {
    const byte = bytes[at + i]!;
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  return undefined;
}
