/**
 * Ethernet frames for tests and benchmarks: what one client says to one server, in any cut and order. Checksums are zero:
 * the decoder reads none.
 */

import ipaddr from 'ipaddr.js';

export interface Endpoints {
  /** Dotted quads, or both IPv6. */
  readonly source: string;
  readonly target: string;
  readonly sourcePort: number;
  readonly targetPort: number;
  /** IEEE 802.1Q tag, 1 to 4094. */
  readonly vlan?: number;
  /** Initial sequence numbers. The client's default wraps within the first bytes, as one in many real connections does. */
  readonly clientInitial?: number;
  readonly serverInitial?: number;
}

export interface SegmentOptions {
  readonly fromServer?: boolean;
  /** TCP flags (FIN 1, SYN 2, RST 4, PSH 8, ACK 16). */
  readonly flags: number;
  /** Relative to the sender's initial sequence number: 0 is the SYN, 1 the first byte. */
  readonly offset: number;
  /** Relative to the receiver's initial sequence number; 1 when not given. */
  readonly acknowledged?: number;
}

const defaultClientInitial = 0xfffffff0;
const defaultServerInitial = 0x20000000;
const nothing = new Uint8Array(0);

export function bytesOf(latin1: string): Uint8Array {
  return Buffer.from(latin1, 'latin1');
}

export function tcpFrame(endpoints: Endpoints, options: SegmentOptions, payload: Uint8Array = nothing): Uint8Array {
  const { clientInitial = defaultClientInitial, serverInitial = defaultServerInitial } = endpoints;
  const fromServer = options.fromServer === true;
  const { frame, at } = ipFrame(endpoints, 6, fromServer, 20 + payload.length);
  ports(frame, at, endpoints, fromServer);
  const [own, other] = fromServer ? [serverInitial, clientInitial] : [clientInitial, serverInitial];
  word(frame, at + 4, own + options.offset);
  if ((options.flags & 16) !== 0) word(frame, at + 8, other + (options.acknowledged ?? 1));
  frame[at + 12] = 5 << 4;
  frame[at + 13] = options.flags;
  short(frame, at + 14, 64240);
  frame.set(payload, at + 20);
  return frame;
}

export function udpFrame(endpoints: Endpoints, payload: Uint8Array, fromServer = false): Uint8Array {
  const { frame, at } = ipFrame(endpoints, 17, fromServer, 8 + payload.length);
  ports(frame, at, endpoints, fromServer);
  short(frame, at + 4, 8 + payload.length);
  frame.set(payload, at + 8);
  return frame;
}

/**
 * `type` 8 is an echo request, 0 its reply; ICMPv6: 128 and 129. Replies and errors (RFC 792: 3, 11, 12; RFC 4443: 1 to 4)
 * come from the target.
 */
export function icmpFrame(endpoints: Endpoints, type: number, payload: Uint8Array): Uint8Array {
  const version6 = endpoints.source.includes(':');
  const fromServer = version6 ? type !== 128 : ![8, 13, 15, 17].includes(type);
  const { frame, at } = ipFrame(endpoints, version6 ? 58 : 1, fromServer, 8 + payload.length);
  frame.set([type, 0, 0, 0, 0x12, 0x34, 0, 1], at);
  frame.set(payload, at + 8);
  return frame;
}

/**
 * A whole IP packet in an Ethernet frame, between these endpoints: its addresses are theirs (IPv4 ones stand in the last
 * bytes of fd00::), and its target port, unless `targetPort` is 0. Everything else stays as it is.
 */
export function packetFrame({ source, target, targetPort }: Endpoints, packet: Uint8Array): Uint8Array {
  const frame = new Uint8Array(14 + packet.length);
  frame.set(packet, 14);
  const version6 = packet[0]! >> 4 === 6;
  short(frame, 12, version6 ? 0x86dd : 0x0800);
  for (const [address, at] of [
    [source, version6 ? 22 : 26],
    [target, version6 ? 38 : 30],
  ] as const) {
    const words = ipaddr.parse(address).toByteArray();
    if (version6) frame.set([0xfd, ...new Array<number>(15 - words.length).fill(0), ...words], at);
    else frame.set(words, at);
  }
  const protocol = version6 ? packet[6] : packet[9];
  const transport = 14 + (version6 ? 40 : (packet[0]! & 15) * 4);
  if (targetPort !== 0 && (protocol === 6 || protocol === 17)) short(frame, transport + 2, targetPort);
  return frame;
}

/** The IP packet in an Ethernet frame without tags: what an ICMP error quotes. */
export function ipPacketOf(frame: Uint8Array): Uint8Array {
  return frame.subarray(14);
}

/** The IPv4 packet of an Ethernet frame without tags, in fragments of at most `size` bytes (a multiple of 8) each. */
export function fragmentsOf(frame: Uint8Array, size: number, identification: number): Uint8Array[] {
  const fragments: Uint8Array[] = [];
  for (let at = 34; at < frame.length; at += size) {
    const end = Math.min(frame.length, at + size);
    const fragment = new Uint8Array(34 + end - at);
    fragment.set(frame.subarray(0, 34));
    fragment.set(frame.subarray(at, end), 34);
    short(fragment, 16, fragment.length - 14);
    short(fragment, 18, identification);
    // RFC 791 section 3.1: offset in units of eight bytes; 0x2000 says that more follow.
    short(fragment, 20, ((at - 34) >> 3) | (end < frame.length ? 0x2000 : 0));
    fragments.push(fragment);
  }
  return fragments;
}

/** An Ethernet frame with its headers down to IP; `at` is where the upper protocol's `length` bytes begin. */
function ipFrame(
  { source, target, vlan }: Endpoints,
  protocol: number,
  fromServer: boolean,
  length: number,
): { frame: Uint8Array; at: number } {
  const version6 = source.includes(':');
  const start = vlan === undefined ? 14 : 18;
  const at = start + (version6 ? 40 : 20);
  const frame = new Uint8Array(at + length);
  if (vlan !== undefined) {
    short(frame, 12, 0x8100);
    short(frame, 14, vlan);
  }
  short(frame, start - 2, version6 ? 0x86dd : 0x0800);
  const [from, to] = fromServer ? [target, source] : [source, target];
  if (version6) {
    frame[start] = 0x60;
    short(frame, start + 4, length);
    frame[start + 6] = protocol;
    frame[start + 7] = 64;
    frame.set(ipaddr.parse(from).toByteArray(), start + 8);
    frame.set(ipaddr.parse(to).toByteArray(), start + 24);
  } else {
    frame[start] = 0x45;
    short(frame, start + 2, 20 + length);
    frame[start + 8] = 64;
    frame[start + 9] = protocol;
    quad(frame, start + 12, from);
    quad(frame, start + 16, to);
  }
  return { frame, at };
}

function ports(frame: Uint8Array, at: number, { sourcePort, targetPort }: Endpoints, fromServer: boolean): void {
  short(frame, at, fromServer ? targetPort : sourcePort);
  short(frame, at + 2, fromServer ? sourcePort : targetPort);
}

function short(frame: Uint8Array, at: number, value: number): void {
  frame[at] = value >> 8;
  frame[at + 1] = value;
}

function word(frame: Uint8Array, at: number, value: number): void {
  short(frame, at, value >>> 16);
  short(frame, at + 2, value);
}

/** A dotted quad. Written out, because benchmarks write millions of them. */
function quad(frame: Uint8Array, at: number, address: string): void {
  let byte = 0;
  let to = at;
  for (let index = 0; index < address.length; index++) {
    const code = address.charCodeAt(index);
    if (code === 0x2e) {
      frame[to++] = byte;
      byte = 0;
    } else {
      byte = byte * 10 + code - 0x30;
    }
  }
  frame[to] = byte;
}

export interface ConversationOptions {
  /** Sizes of the client's segments; what is left over is one more. Default: one segment. */
  readonly cuts?: readonly number[];
  /** Order in which the segments arrive, as indices. Default: as sent. */
  readonly order?: readonly number[];
  readonly handshake?: boolean;
  /** Are the server's packets in the capture? */
  readonly server?: boolean;
  readonly close?: boolean;
}

/** All frames of one TCP connection in which only the client speaks. */
export function tcpConversation(
  endpoints: Endpoints,
  payload: Uint8Array,
  { cuts = [], order, handshake = true, server = true, close = true }: ConversationOptions = {},
): Uint8Array[] {
  const frames: Uint8Array[] = [];
  if (handshake) frames.push(...tcpHandshake(endpoints, server));
  const segments: Uint8Array[] = [];
  let at = 0;
  for (const cut of [...cuts, payload.length]) {
    const end = Math.min(payload.length, at + cut);
    if (end > at) segments.push(tcpFrame(endpoints, { flags: 24, offset: 1 + at }, payload.subarray(at, end)));
    at = end;
  }
  for (const index of order ?? segments.keys()) frames.push(segments[index] as Uint8Array);
  if (close) {
    frames.push(tcpFrame(endpoints, { flags: 17, offset: 1 + payload.length }));
    if (server)
      frames.push(tcpFrame(endpoints, { fromServer: true, flags: 17, offset: 1, acknowledged: 2 + payload.length }));
  }
  return frames;
}

/** SYN, SYN+ACK (when the server's packets are in the capture), ACK. */
export function tcpHandshake(endpoints: Endpoints, server = true): Uint8Array[] {
  const frames = [tcpFrame(endpoints, { flags: 2, offset: 0 })];
  if (server) frames.push(tcpFrame(endpoints, { fromServer: true, flags: 18, offset: 0 }));
  frames.push(tcpFrame(endpoints, { flags: 16, offset: 1 }));
  return frames;
}
