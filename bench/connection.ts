import { type Endpoints, tcpFrame, tcpHandshake } from '../src/testing/frames.ts';

/** The largest segment of TCP in Ethernet, with timestamps. */
const segmentSize = 1448;

/** The frames of a TCP connection in which both sides speak, as generators: `yield*` them one after another. */
export class Connection {
  readonly #endpoints: Endpoints;
  #client = 1;
  #server = 1;

  constructor(endpoints: Endpoints) {
    this.#endpoints = endpoints;
  }

  *open(): Generator<Uint8Array> {
    yield* tcpHandshake(this.#endpoints);
  }

  /** The client says it, and the server acknowledges. */
  *client(bytes: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += segmentSize) {
      const segment = bytes.subarray(at, at + segmentSize);
      yield tcpFrame(this.#endpoints, { flags: 24, offset: this.#client, acknowledged: this.#server }, segment);
      this.#client += segment.length;
    }
    yield this.#acknowledgement(true);
  }

  /** The server says it, and the client acknowledges every second segment (RFC 9293 section 3.8.6.3). */
  *server(bytes: Uint8Array): Generator<Uint8Array> {
    for (let at = 0, count = 1; at < bytes.length; at += segmentSize, count++) {
      const segment = bytes.subarray(at, at + segmentSize);
      const options = { fromServer: true, flags: 24, offset: this.#server, acknowledged: this.#client };
      yield tcpFrame(this.#endpoints, options, segment);
      this.#server += segment.length;
      if (count % 2 === 0 || at + segmentSize >= bytes.length) yield this.#acknowledgement(false);
    }
  }

  *close(): Generator<Uint8Array> {
    yield tcpFrame(this.#endpoints, { flags: 17, offset: this.#client, acknowledged: this.#server });
    const last = { fromServer: true, flags: 17, offset: this.#server, acknowledged: this.#client + 1 };
    yield tcpFrame(this.#endpoints, last);
    yield tcpFrame(this.#endpoints, { flags: 16, offset: this.#client + 1, acknowledged: this.#server + 1 });
  }

  #acknowledgement(fromServer: boolean): Uint8Array {
    const [own, other] = fromServer ? [this.#server, this.#client] : [this.#client, this.#server];
    return tcpFrame(this.#endpoints, { fromServer, flags: 16, offset: own, acknowledged: other });
  }
}
