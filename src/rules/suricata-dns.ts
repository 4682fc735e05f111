/** DNS conditions as bytes of the message: Suricata has no buffer for its id, flags, classes and options. */

import type { Condition, Signature } from '../signature/signature.ts';
import type { Detection } from './suricata-detection.ts';
import { content, pcre } from './suricata-options.ts';
import { numberBytes } from './suricata-stream.ts';

const types: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  PTR: 12,
  SOA: 6,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  AXFR: 252,
  ANY: 255,
};
const classes: Readonly<Record<string, number>> = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 };

/** Undefined: there is a condition that bytes at known places cannot say. */
export function dnsDetections(signature: Signature): Detection[] | undefined {
  const detections = signature.transports.map((transport) => dnsDetection(signature.match, transport));
  return detections.every((one) => one !== undefined) ? (detections as Detection[]) : undefined;
}

function dnsDetection(
  conditions: readonly Condition[],
  transport: Signature['transports'][number],
): Detection | undefined {
  const tcp = transport === 'tcp';
  // RFC 1035 section 4.2.2: TCP puts two bytes of length before each message.
  const base = tcp ? 2 : 0;
  const options: string[] = [];
  const value = (field: string): string | undefined => conditions.find((one) => one.field === field)?.test.is;
  const rest = conditions.filter(({ test }) => test.is === undefined);
  for (const { field, test } of rest) {
    if (field === 'dns.option_data' && test.matches !== undefined) {
      const code = value('dns.option');
      if (code === undefined) return undefined;
      const bytes = test.matches
        .replace(/^\^/, '')
        .replace(/\$$/, '')
        .replace(/\[0-9a-f\]\{(\d+)\}/g, (_, digits: string) => '.'.repeat(Number(digits) / 2))
        .replace(/[0-9a-f]{2}/g, '\\x$&');
      options.push(pcre(`${Number(code) < 256 ? '\\x00' : ''}${hex(Number(code))}..${bytes}`));
    } else return undefined;
  }
  const message = value('dns.message');
  if (message !== undefined) {
    if (tcp) options.push(...content(numberBytes(message.length, 2) + message, { start: true }));
    else options.push(`dsize:${message.length}`, ...content(message, { start: true }));
  }
  // A response code and the bit of answers are zero in a query.
  if (message === undefined && value('dns.flags') === undefined) options.push(`byte_test:2,!&,0x800f,${base + 2}`);
  const id = value('dns.id');
  const flags = value('dns.flags');
  if (id !== undefined) options.push(...content(bytesOfHex(id), { at: base }));
  if (flags !== undefined) options.push(...content(bytesOfHex(flags), { at: base + 2 }));
  const opcode = value('dns.opcode');
  if (opcode !== undefined) options.push(`byte_test:1,=,${opcode},${base + 2},bitmask 0x78`);
  const query = value('dns.query');
  const type = value('dns.type');
  const group = value('dns.class');
  const name = query === undefined ? undefined : wireName(query);
  const typeBytes = type === undefined ? undefined : numberBytes(types[type] ?? Number(type), 2);
  const classBytes = group === undefined ? undefined : numberBytes(classes[group] ?? Number(group), 2);
  if (name !== undefined) {
    options.push(...content(name, { at: base + 12, nocase: true, fast: true }));
    if (typeBytes !== undefined) options.push(...content(typeBytes), 'distance:0', 'within:2');
    else if (classBytes !== undefined) options.push('isdataat:3,relative');
    if (classBytes !== undefined) {
      const skip = typeBytes === undefined ? 2 : 0;
      options.push(...content(classBytes), `distance:${skip}`, 'within:2');
    }
  } else if (typeBytes !== undefined) {
    // Behind a name of any length.
    options.push(pcre(`^.{${base + 12}}(?:[\\x01-\\x3f][^\\x00]*)?\\x00${hex2(typeBytes)}\\x00`));
  }
  const option = value('dns.option');
  if (option !== undefined && rest.length === 0) {
    // RFC 6891 section 6.1.2: the root, type 41, payload size, code and flags, length; then the options.
    options.push(pcre(`\\x00\\x00\\x29.{8}(?:.*)${hex2(numberBytes(Number(option), 2))}`));
  }
  const flow = tcp ? ['flow:established,to_server'] : ['flow:to_server'];
  return { protocol: tcp ? 'tcp-stream' : 'udp', options: [...flow, ...options] };
}

/** RFC 1035 section 3.1: each label behind its length, then an empty one. */
function wireName(name: string): string {
  const labels = name === '.' ? [] : name.split('.');
  return `${labels.map((label) => String.fromCharCode(label.length) + label).join('')}\0`;
}

function bytesOfHex(text: string): string {
  return Buffer.from(text.replace(/^0x/, ''), 'hex').toString('latin1');
}

const hex = (value: number): string => `\\x${value.toString(16).padStart(2, '0')}`;
const hex2 = (bytes: string): string => Array.from(bytes, (one) => hex(one.charCodeAt(0))).join('');
