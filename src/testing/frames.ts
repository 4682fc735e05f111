/** Ethernet frames for tests and benchmarks: what one client says to one server, in any cut and order. */

export interface Endpoints {
  /** Dotted quads. */
  readonly source: string;
  readonly target: string;
  readonly sourcePort: number;
  readonly targetPort: number;
}

export interface SegmentOptions {
  readonly fromServer?: boolean;
  /** TCP flags (FIN 1, SYN 2, RST 4, PSH 8, ACK 16). */
  readonly flags: number;
  /** Relative to the sender's initial sequence number: 0 is the SYN, 1 the first byte. */
  readonly offset: number;
  readonly acknowledged?: number;
}

const clientInitial = 0xfffffff0; // wraps within the first bytes, as one in many real connections does
const serverInitial = 0x20000000;

export function bytesOf(latin1: string): Uint8Array {
  return Buffer.from(latin1, 'latin1');
}

export function tcpFrame(
  endpoints: Endpoints,
  options: SegmentOptions,
  payload: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const header = Buffer.alloc(20);
  const fromServer = options.fromServer === true;
  header.writeUInt16BE(fromServer ? endpoints.targetPort : endpoints.sourcePort, 0);
  header.writeUInt16BE(fromServer ? endpoints.sourcePort : endpoints.targetPort, 2);
  const [own, other] = fromServer ? [serverInitial, clientInitial] : [clientInitial, serverInitial];
  header.writeUInt32BE((own + options.offset) >>> 0, 4);
  if ((options.flags & 16) !== 0) header.writeUInt32BE((other + (options.acknowledged ?? 1)) >>> 0, 8);
  header[12] = 5 << 4;
  header[13] = options.flags;
  header.writeUInt16BE(64240, 14);
  return ipv4Frame(endpoints, 6, fromServer, Buffer.concat([header, payload]));
}

export function udpFrame(endpoints: Endpoints, payload: Uint8Array, fromServer = false): Uint8Array {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(fromServer ? endpoints.targetPort : endpoints.sourcePort, 0);
  header.writeUInt16BE(fromServer ? endpoints.sourcePort : endpoints.targetPort, 2);
  header.writeUInt16BE(8 + payload.length, 4);
  return ipv4Frame(endpoints, 17, fromServer, Buffer.concat([header, payload]));
}

/** `type` 8 is an echo request, 0 its reply. */
export function icmpFrame(endpoints: Endpoints, type: number, payload: Uint8Array): Uint8Array {
  const header = Buffer.from([type, 0, 0, 0, 0x12, 0x34, 0, 1]);
  return ipv4Frame(endpoints, 1, type === 0, Buffer.concat([header, payload]));
}

function ipv4Frame(endpoints: Endpoints, protocol: number, fromServer: boolean, content: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(14 + 20 + content.length);
  frame.writeUInt16BE(0x0800, 12);
  frame[14] = 0x45;
  frame.writeUInt16BE(20 + content.length, 16);
  frame[22] = 64;
  frame[23] = protocol;
  frame.set(quad(fromServer ? endpoints.target : endpoints.source), 26);
  frame.set(quad(fromServer ? endpoints.source : endpoints.target), 30);
  frame.set(content, 34);
  return frame;
}

function quad(address: string): number[] {
  return address.split('.').map(Number);
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
  if (handshake) {
    frames.push(tcpFrame(endpoints, { flags: 2, offset: 0 }));
    if (server) frames.push(tcpFrame(endpoints, { fromServer: true, flags: 18, offset: 0 }));
    frames.push(tcpFrame(endpoints, { flags: 16, offset: 1 }));
  }
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
