/** Receivers for tests: an HTTPS server and syslog receivers on the loopback, which can be killed and come back. */

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer as createTls } from 'node:tls';

export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'trespass-output-'));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Waits until it is so. @throws after 20 seconds. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  for (let waited = 0; waited < 20_000; waited += 10) {
    if (isSo()) return;
    await delay(10);
  }
  throw new Error(`waited 20 s in vain: ${what}`);
}

/** A self-signed certificate for `localhost` and 127.0.0.1. Undefined: there is no openssl. */
export function makeCertificate(folder: string): { certificate: string; key: string } | undefined {
  const certificate = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const { status } = spawnSync('openssl', [...request, '-keyout', key, '-out', certificate, ...names]);
  return status === 0 ? { certificate, key } : undefined;
}

/** A server on the loopback; after `stop` the same port is dead until `start`. */
export class Receiver {
  port = 0;
  #server: Server | undefined;
  readonly #make: () => Server;
  readonly #sockets = new Set<Socket>();

  constructor(make: () => Server) {
    this.#make = make;
  }

  async start(): Promise<this> {
    const server = this.#make();
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  /** As if it was killed: connections break. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    for (const socket of this.#sockets) socket.resetAndDestroy();
    server.close();
    await once(server, 'close');
  }
}

export interface Posted {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers each POST with what `answer` says: a status, with a header if needed; undefined: never. */
export function httpsReceiver(
  { certificate, key }: { certificate: string; key: string },
  answer: (posted: Posted) => readonly [status: number, headers?: Record<string, string>] | undefined,
): Receiver {
  const listener: RequestListener = (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text) => {
      body += text;
    });
    request.on('end', () => {
      const [status, headers] = answer({ headers: request.headers, body }) ?? [];
      if (status !== undefined) response.writeHead(status, headers).end('thank you');
    });
  };
  return new Receiver(() => createHttps({ cert: readFileSync(certificate), key: readFileSync(key) }, listener));
}

/** Gives each message of a connection, octet counted. Ends a connection when the sender does. */
export function syslogReceiver(
  onMessage: (message: string) => void,
  certificate?: { certificate: string; key: string },
): Receiver {
  const listener = (socket: Socket) => {
    let bytes = Buffer.alloc(0);
    socket.on('data', (more: Buffer) => {
      bytes = Buffer.concat([bytes, more]);
      for (;;) {
        const header = /^([1-9]\d*) /.exec(bytes.subarray(0, 12).toString('latin1'));
        if (!header) return;
        const end = header[0].length + Number(header[1]);
        if (bytes.length < end) return;
        onMessage(bytes.subarray(header[0].length, end).toString());
        bytes = bytes.subarray(end);
      }
    });
    socket.on('error', () => {});
  };
  if (!certificate) return new Receiver(() => createServer(listener));
  const options = { cert: readFileSync(certificate.certificate), key: readFileSync(certificate.key) };
  return new Receiver(() => createTls(options, listener));
}
