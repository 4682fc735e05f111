/** Plays one responder: `respond.js '{"respond":"silent","tcp":"21-25","udp":"53"}'`. Says `ready` when all ports are open. */

import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { dialogue } from './responders/dialogue.ts';
import { http } from './responders/http.ts';
import type { Options, Responder } from './responders/responder.ts';
import { closing, echo, silent } from './responders/simple.ts';
import { run } from './shell.ts';

const responders: Readonly<Record<string, (options: Options) => Responder>> = { silent, echo, closing, dialogue, http };

const options = JSON.parse(process.argv[2] ?? '{}') as Options;
const make = responders[String(options.respond)];
if (make === undefined) throw new Error(`no responder is called ${String(options.respond)}`);
const responder = make(options);

const tcpPorts = portsOf(options.tcp);
const udpPorts = portsOf(options.udp);
if (tcpPorts.length + udpPorts.length === 0) throw new Error('a responder needs a port: tcp or udp');

const onConnection = (socket: Socket) => {
  // A scanner resets connections all the time.
  socket.on('error', () => socket.destroy());
  if (responder.connection === undefined) socket.destroy();
  else responder.connection(socket);
};

await Promise.all([
  ...tcpPorts.map(
    (port) =>
      new Promise<void>((resolve) => {
        const server = options.tls === true ? createTlsServer(certificate(), onConnection) : createServer(onConnection);
        server.on('tlsClientError', () => {});
        server.listen({ port, host: '::', backlog: 64 }, resolve);
      }),
  ),
  ...udpPorts.flatMap((port) =>
    (['udp4', 'udp6'] as const).map(
      (type) =>
        new Promise<void>((resolve) => {
          const socket = createSocket({ type, ipv6Only: type === 'udp6' });
          socket.on('error', (fault) => console.log(String(fault)));
          socket.on('message', (bytes, sender) => {
            responder.datagram?.(bytes, (reply) => socket.send(reply, sender.port, sender.address));
          });
          socket.bind(port, resolve);
        }),
    ),
  ),
]);
console.log('ready');

/** `21,6000-6003` as a list. */
function portsOf(text: unknown): number[] {
  if (text === undefined) return [];
  return String(text)
    .split(',')
    .flatMap((part) => {
      const [first, last = first] = part.split('-').map(Number);
      return Array.from({ length: last! - first! + 1 }, (_, index) => first! + index);
    });
}

/** A certificate made now, with the oldest versions and ciphers that Node still speaks. */
function certificate() {
  run(
    ...([
      'openssl',
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '365',
      '-subj',
      '/CN=target.lab',
    ] as const),
    ...['-keyout', 'key.pem', '-out', 'certificate.pem'],
  );
  return {
    key: readFileSync('key.pem'),
    cert: readFileSync('certificate.pem'),
    minVersion: 'TLSv1' as const,
    ciphers: 'ALL:@SECLEVEL=0',
  };
}
