/** Responders that understand nothing: enough for Nmap's service detection to walk through its probes. */

import type { Responder } from './responder.ts';

/** Takes everything, says nothing. */
export const silent = (): Responder => ({
  connection: (socket) => void socket.resume(),
  datagram: () => {},
});

/** Says back what it hears. */
export const echo = (): Responder => ({
  connection: (socket) => void socket.pipe(socket),
  datagram: (bytes, reply) => reply(bytes),
});

/** Closes the connection as soon as anything was said. */
export const closing = (): Responder => ({
  connection: (socket) => void socket.once('data', () => socket.end()).resume(),
});
