/**
 * Syslog over TCP (RFC 6587, octet counting) and TLS (RFC 5425).
 *
 * Syslog has no acknowledgement: what was written to a connection that then breaks may have arrived or not. So each batch
 * has a connection of its own, which we end when all is written, and the receiver's end in answer (RFC 5425 section 4.4 demands
 * it; every receiver that reads to the end of a TCP connection does it) says that it has read everything. Without it, the
 * batch is sent again: rather twice than never. A receiver that dies right after has perhaps read, but not kept it (and its
 * system ends its connections as if it had): what it took in the last two seconds is then sent again, too.
 */

import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContextOptions } from 'node:tls';
import type { Destination } from './destination.ts';
import { batchLines, inDoubt, longestWait, receiverTimeout } from './output-limits.ts';
import { octetCounted } from './syslog-message.ts';

export interface StreamOptions {
  readonly host: string;
  readonly port: number;
  /** Undefined: TCP without TLS. */
  readonly tls: SecureContextOptions | undefined;
  readonly onNotice: (text: string) => void;
  /** Milliseconds after which a silent receiver is given up. */
  readonly timeout?: number;
}

export class SyslogStream implements Destination {
  readonly batch = batchLines;
  readonly longestWait = longestWait;
  readonly #options: StreamOptions;
  /** The receiver took a batch, but has not ended the connection: batches in a row. */
  #unanswered = 0;
  #wasTold = false;
  /** Delivered a moment ago; and what of that is sent once more, because the receiver has failed since. */
  #recent: readonly { readonly line: string; readonly at: number }[] = [];
  #again: readonly string[] = [];

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  async deliver(lines: readonly string[], signal: AbortSignal): Promise<number> {
    const since = performance.now() - inDoubt;
    this.#recent = this.#recent.filter(({ at }) => at > since);
    const all = [...this.#again, ...lines];
    const outcome = await this.#exchange(Buffer.concat(all.map(octetCounted)), signal).catch((error) => {
      this.#again = [...this.#again, ...this.#recent.map(({ line }) => line)].slice(-batchLines);
      this.#recent = [];
      throw error;
    });
    this.#again = [];
    const at = performance.now();
    this.#recent = [...this.#recent, ...all.map((line) => ({ line, at }))].slice(-batchLines);
    if (outcome === 'ended') {
      this.#unanswered = 0;
      return lines.length;
    }
    // It could be dead. If it accepts connections again, it is alive and only does not end them: no reason to send for ever.
    this.#unanswered++;
    if (this.#unanswered < 2) throw new Error('the receiver took all, but does not end the connection');
    if (!this.#wasTold) {
      this.#options.onNotice(
        'the receiver never ends its connections, so alerts are taken for delivered when they are sent',
      );
    }
    this.#wasTold = true;
    return lines.length;
  }

  async close(): Promise<void> {}

  #exchange(bytes: Buffer, signal: AbortSignal): Promise<'ended' | 'unanswered'> {
    return new Promise((resolve, reject) => {
      const { host, port, tls, timeout = receiverTimeout } = this.#options;
      // RFC 6066 section 3: an address is no server name.
      const serverName = isIP(host) === 0 ? { servername: host } : {};
      const socket: Socket = tls
        ? connectTls({ host, port, ...serverName, ...tls, minVersion: 'TLSv1.2' })
        : connect({ host, port });
      let finished = false;
      const settle = (failure?: Error, outcome: 'ended' | 'unanswered' = 'ended') => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        socket.destroy();
        if (failure) reject(failure);
        else resolve(outcome);
      };
      const abort = () => settle(new Error('there was no time left'));
      const timer = setTimeout(() => {
        if (finished) settle(undefined, 'unanswered');
        else settle(new Error(`the receiver does not answer within ${timeout / 1000} s`));
      }, timeout);
      signal.addEventListener('abort', abort);
      socket.on('error', settle);
      // With TLS only now is it known who is there.
      socket.once(tls ? 'secureConnect' : 'connect', () => socket.end(bytes));
      socket.once('finish', () => {
        finished = true;
      });
      // What the receiver says is nothing that syslog knows; unread, it would hold back its end.
      socket.resume();
      socket.once('end', () => {
        if (finished) settle();
        else settle(new Error('the receiver ended the connection'));
      });
      socket.once('close', () => settle(new Error('the connection broke')));
    });
  }
}
