/** HTTPS POST of one alert at a time, signed, until the receiver says that it has it. */

import { createHash, createHmac } from 'node:crypto';
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { type Destination, Refused, TryLater } from './destination.ts';
import { answerBytes, longestWait, receiverTimeout } from './output-limits.ts';

export interface WebhookOptions {
  readonly url: string;
  /** Of the body: `application/json`. */
  readonly contentType: string;
  /** The key of the signature. */
  readonly secret: string | undefined;
  /** The value of the header `Authorization`. */
  readonly authorization: string | undefined;
  readonly tls: SecureContextOptions;
  /** `trespass/1.0.0`. */
  readonly userAgent: string;
}

/** The receiver has read the alert and will not take it: it is no use sending it again. */
const refusals: ReadonlySet<number> = new Set([400, 413, 415, 422]);

export class Webhook implements Destination {
  readonly batch = 1;
  readonly longestWait = longestWait;
  readonly #options: WebhookOptions;
  readonly #url: URL;
  readonly #agent: HttpAgent;

  constructor(options: WebhookOptions) {
    this.#options = options;
    this.#url = new URL(options.url);
    const keep = { keepAlive: true, maxSockets: 1, scheduling: 'lifo' } as const;
    this.#agent =
      this.#url.protocol === 'https:'
        ? new HttpsAgent({ ...keep, ...options.tls, minVersion: 'TLSv1.2' })
        : new HttpAgent(keep);
  }

  async deliver([line = '']: readonly string[], signal: AbortSignal): Promise<number> {
    const { status, retryAfter } = await this.#post(Buffer.from(line), signal);
    if (status >= 200 && status < 300) return 1;
    if (refusals.has(status)) throw new Refused(`the receiver refused it (HTTP ${status})`);
    const wait = waitOf(retryAfter);
    if (wait > 0) throw new TryLater(`the receiver answers HTTP ${status}`, wait);
    throw new Error(`the receiver answers HTTP ${status}`);
  }

  async close(): Promise<void> {
    this.#agent.destroy();
  }

  #post(body: Buffer, signal: AbortSignal): Promise<{ status: number; retryAfter: string | undefined }> {
    const { contentType, secret, authorization, userAgent } = this.#options;
    const headers = {
      'Content-Type': contentType,
      'Content-Length': body.length,
      'User-Agent': userAgent,
      'Trespass-Delivery': deliveryId(body),
      ...(secret !== undefined && { 'Trespass-Signature': signature(body, secret, Date.now()) }),
      ...(authorization !== undefined && { Authorization: authorization }),
    };
    const request = this.#url.protocol === 'https:' ? requestHttps : requestHttp;
    const timeout = AbortSignal.timeout(receiverTimeout);
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        const late = timeout.aborted && !signal.aborted;
        reject(late ? new Error(`the receiver does not answer within ${receiverTimeout / 1000} s`) : error);
      };
      const either = AbortSignal.any([signal, timeout]);
      const sending = request(this.#url, { method: 'POST', agent: this.#agent, headers, signal: either }, (answer) => {
        drain(answer);
        const result = { status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] };
        answer.once('error', fail);
        answer.once('close', () => resolve(result));
      });
      sending.once('error', fail);
      sending.end(body);
    });
  }
}

/** Reads an answer to its end, so that the connection can be used again; not if it is long. */
function drain(answer: IncomingMessage): void {
  let read = 0;
  answer.on('data', (bytes: Buffer) => {
    read += bytes.length;
    if (read > answerBytes) answer.destroy();
  });
}

/**
 * `t=SECONDS,v1=HEX`: HMAC-SHA-256 with the secret over the seconds since 1970, a full stop and the body. The time is that
 * of the attempt, so that a receiver can refuse what was recorded and is sent again later.
 */
export function signature(body: Uint8Array, secret: string, now: number): string {
  const seconds = Math.floor(now / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex')}`;
}

/** The same for every attempt to deliver the same alert: who has seen it, has the alert. */
export function deliveryId(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 32);
}

/** Milliseconds. RFC 9110 section 10.2.3: seconds, or a date. Of a receiver that wants hours, we ask sooner. */
export function waitOf(retryAfter: string | undefined, now = Date.now()): number {
  if (retryAfter === undefined) return 0;
  const wait = /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now;
  return Number.isNaN(wait) ? 0 : Math.min(Math.max(wait, 0), longestWait);
}
