/** Syslog over UDP, RFC 5426: a message a datagram. What is lost on the way nobody knows. */

import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { type Destination, Refused } from './destination.ts';
import { batchLines, longestWait } from './output-limits.ts';

/** Of IPv4 and UDP: 65,535 less the headers. */
const largestDatagram = 65_507;

export class SyslogDatagrams implements Destination {
  readonly batch = batchLines;
  readonly longestWait = longestWait;
  readonly #host: string;
  readonly #port: number;
  #socket: { readonly socket: Socket; readonly family: number } | undefined;

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  async deliver(lines: readonly string[]): Promise<number> {
    // For each batch: a name may come to mean another address.
    const { address, family } = await lookup(this.#host);
    const socket = this.#open(family);
    let sent = 0;
    for (const line of lines) {
      const bytes = Buffer.from(line);
      if (bytes.length > largestDatagram) {
        if (sent > 0) return sent;
        throw new Refused(`it has ${bytes.length} bytes, and a datagram holds ${largestDatagram}`);
      }
      try {
        await send(socket, bytes, this.#port, address);
      } catch (error) {
        if (sent > 0) return sent;
        throw error;
      }
      sent++;
    }
    return sent;
  }

  async close(): Promise<void> {
    const open = this.#socket;
    this.#socket = undefined;
    if (open) await new Promise<void>((resolve) => open.socket.close(() => resolve()));
  }

  #open(family: number): Socket {
    if (this.#socket?.family === family) return this.#socket.socket;
    this.#socket?.socket.close();
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    // Errors of a datagram that was sent come here (ICMP); nobody can tell which one it was.
    socket.on('error', () => {});
    socket.unref();
    this.#socket = { socket, family };
    return socket;
  }
}

function send(socket: Socket, bytes: Uint8Array, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(bytes, port, address, (error) => (error ? reject(error) : resolve()));
  });
}
