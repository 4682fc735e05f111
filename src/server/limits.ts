/** Every bound of the server in one place, with its reason. docs/serve.md lists them. Sizes in bytes, times in milliseconds. */

export const serverLimits = Object.freeze({
  /** The longest text that anyone may send is a line of EVE as an incident's reference: 16 KB, escaped as JSON. */
  body: 64 << 10,
  /** Node.js's own default: a token and the usual headers take less than 2 KB. */
  headers: 16 << 10,
  /** A client on the slowest line sends its headers in a second; slower ones hold a connection for nothing. */
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  /** Nothing moves on a connection, in either direction. Longer than the live stream's heartbeat. */
  idleTimeout: 60_000,
  keepAliveTimeout: 5_000,
  connections: 1024,
  /** A wall, a shift and a few programs; each costs one connection and what waits for it. */
  listeners: 100,
  /** Of one listener, a second after it was told: half a thousand scans that it has not read yet. Then it is let go. */
  waiting: 512 << 10,
  /** Scans told one by one in a second; of more, listeners are told to load anew. */
  changes: 2000,
  /** A revoked token must not look on for ever: the stream ends, and its client comes back with its token. */
  streamTime: 600_000,
  /** A person clicks ten times a second at most; a page that loads takes ten requests. Behind a proxy, many share an address. */
  requestsAtOnce: 400,
  requestsPerSecond: 100,
  /** Addresses whose pace is remembered. */
  addresses: 10_000,
});
