/** Conditions on the headers of a packet as options of a rule. */

import type { Condition } from '../signature/signature.ts';
import { content, pcre } from './suricata-options.ts';

/** Undefined: one of the conditions cannot be said. The conditions are all on `packet.` fields. */
export function packetOptions(conditions: readonly Condition[], transport: string): string[] | undefined {
  const values = new Map<string, string>();
  const options: string[] = [];
  for (const { field, test } of conditions) {
    const name = field.slice('packet.'.length);
    const { is, matches } = test;
    if (is !== undefined) {
      values.set(name, is);
    } else if (name === 'ttl' && matches !== undefined) {
      const range = numberRange(matches, 255);
      if (range === undefined) return undefined;
      options.push(`ttl:${between(range)}`);
    } else return undefined;
  }
  const take = (name: string): string | undefined => {
    const value = values.get(name);
    values.delete(name);
    return value;
  };
  const fragment = take('dont_fragment');
  if (fragment !== undefined) options.push(fragment === '1' ? 'fragbits:D' : 'fragbits:!D');
  const size = take('size');
  if (size !== undefined) options.push(`dsize:${size}`);
  const type = take('icmp_type');
  if (type !== undefined) options.push(`itype:${type}`);
  const code = take('icmp_code');
  if (code !== undefined) options.push(`icode:${code}`);
  const ip = ipOptions(take('ip_version'), take('flow_label'), take('traffic_class'));
  const icmp = icmpOptions(isEcho(type, code), type, take('icmp_id'), take('icmp_sequence'));
  const tcp = tcpOptions(take('tcp_flags'), take('window'), take('urgent_pointer'), take('tcp_options'));
  // A word that is new here: better no rule than a wrong one.
  if (values.size > 0 || icmp === undefined || (tcp.length > 0 && transport !== 'tcp')) return undefined;
  return [...options, ...icmp, ...ip, ...tcp];
}

/** Is it an echo request to Suricata? Over IPv6, a code other than 0 is an error of its decoder. */
function isEcho(type: string | undefined, code: string | undefined): boolean {
  return type === '8' || (type === '128' && (code ?? '0') === '0');
}

/** Bytes of a header that are payload to Suricata: of ICMPv6 other than echoes, what stands behind the checksum. */
export function headerInPayload(conditions: readonly Condition[]): number {
  const value = (name: string): string | undefined =>
    conditions.find(({ field }) => field === `packet.${name}`)?.test.is;
  const type = value('icmp_type');
  return type === undefined || Number(type) < 128 || isEcho(type, value('icmp_code')) ? 0 : 4;
}

/** RFC 8200 section 3: version, traffic class, flow label; RFC 791 section 3.1: version, length, type of service. */
function ipOptions(version: string | undefined, label: string | undefined, group: string | undefined): string[] {
  if (label !== undefined) {
    const flow = Number(label);
    const low = [byte(flow >> 8), byte(flow)].join('');
    if (group !== undefined) {
      const word = (6 << 12) | (Number(group) << 4) | (flow >> 16);
      return [
        'ipv6.hdr',
        ...content(String.fromCharCode(word >> 8, word & 255) + bytes(flow & 0xffff), { start: true }),
      ];
    }
    // Of the second byte, four bits are traffic class.
    const second = Array.from({ length: 16 }, (_, high) => byte((high << 4) | (flow >> 16))).join('');
    return ['ipv6.hdr', pcre(`^[\\x60-\\x6f][${second}]${low}`)];
  }
  const options: string[] = [];
  if (group !== undefined) options.push(`tos:${Number(group)}`);
  if (version === '4') options.push('ipv4.hdr', pcre('^[\\x45-\\x4f]'));
  if (version === '6') options.push('ipv6.hdr', pcre('^[\\x60-\\x6f]'));
  return options;
}

/** The keywords know identifier and sequence of echoes only; other types have the same bytes there. */
function icmpOptions(
  echo: boolean,
  type: string | undefined,
  id: string | undefined,
  sequence: string | undefined,
): string[] | undefined {
  if (type === undefined) return id === undefined && sequence === undefined ? [] : undefined;
  if (echo) {
    return [
      ...(id === undefined ? [] : [`icmp_id:${Number(id)}`]),
      ...(sequence === undefined ? [] : [`icmp_seq:${Number(sequence)}`]),
    ];
  }
  return [
    'icmpv6.hdr',
    ...(id === undefined ? [] : content(bytes(Number(id)), { at: 4 })),
    ...(sequence === undefined ? [] : content(bytes(Number(sequence)), { at: 6 })),
  ];
}

/** RFC 9293 section 3.1. */
function tcpOptions(
  flags: string | undefined,
  window: string | undefined,
  urgent: string | undefined,
  options: string | undefined,
): string[] {
  const found: string[] = [];
  if (flags !== undefined && window !== undefined) {
    found.push(...content(String.fromCharCode(Number(flags)) + bytes(Number(window)), { at: 13 }));
  } else {
    if (flags !== undefined) found.push(...content(String.fromCharCode(Number(flags)), { at: 13 }));
    if (window !== undefined) found.push(...content(bytes(Number(window)), { at: 14 }));
  }
  if (urgent !== undefined) found.push(...content(bytes(Number(urgent)), { at: 18 }));
  if (options !== undefined) {
    const list = Buffer.from(options, 'hex').toString('latin1');
    found.push(...content(list, { at: 20, fast: true }), `bsize:${20 + list.length}`);
  }
  return found.length === 0 ? [] : ['tcp.hdr', ...found];
}

/** Two bytes, big-endian. */
const bytes = (value: number): string => String.fromCharCode(value >> 8, value & 255);
const byte = (value: number): string => `\\x${(value & 255).toString(16).padStart(2, '0')}`;

/** A range as Suricata takes it: both ends are outside of it (detect-ttl.c compares with > and <). */
function between([first, last]: readonly [number, number]): string {
  if (first === 0) return `<${last + 1}`;
  return last === 255 ? `>${first - 1}` : `${first - 1}-${last + 1}`;
}

/** First and last of the decimal numbers that the pattern takes, if they are all in between. */
function numberRange(pattern: string, most: number): [number, number] | undefined {
  const taken = Array.from({ length: most + 1 }, (_, value) => new RegExp(pattern).test(String(value)));
  const first = taken.indexOf(true);
  const last = taken.lastIndexOf(true);
  return first >= 0 && taken.slice(first, last + 1).every(Boolean) ? [first, last] : undefined;
}
