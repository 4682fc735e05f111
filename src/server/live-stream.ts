/**
 * Changes of the store to everyone who looks on (server-sent events, HTML §9.2). One poll for all of them, whoever writes;
 * each frame is made once. Whoever reads too slowly is let go, and comes back with the last id that it saw.
 */

import type { Changes, Store } from '../store/store.ts';
import { scanSummary } from './scan-view.ts';

export interface LiveStreamOptions {
  readonly store: Pick<Store, 'changedSince'>;
  /** Listeners at once. */
  readonly listeners: number;
  /** Bytes that may wait for one listener, besides what one look tells. */
  readonly waiting: number;
  /** Milliseconds between two looks at the store. */
  readonly every?: number;
  /** Changes told one by one in one look; of more, the listeners are told to load anew. */
  readonly changes?: number;
  /** Milliseconds after which a stream ends, so that its client has to show its token again. */
  readonly time?: number;
  readonly onError?: (error: unknown) => void;
}

const changesAtOnce = 500;
/** Milliseconds. Proxies and browsers take a connection for dead after a minute of silence; so do we after our own time-out. */
const heartbeat = 15_000;

/** Where frames go: an answer that has begun. */
export interface FrameSink {
  /** Bytes that were written and are not with the kernel yet. */
  readonly writableLength: number;
  write(frame: Uint8Array): unknown;
  end(): unknown;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}

interface Listener {
  readonly sink: FrameSink;
  readonly timer: NodeJS.Timeout;
}

export class LiveStream {
  /** Listeners let go because they read too slowly. */
  dropped = 0;
  /** Times that listeners were told to load anew, because too much had changed. */
  resyncs = 0;
  sent = 0;
  readonly #options: Required<LiveStreamOptions>;
  readonly #listeners = new Set<Listener>();
  readonly #encoder = new TextEncoder();
  #cursor: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastFrame = 0;
  #closed = false;

  constructor(options: LiveStreamOptions) {
    this.#options = { every: 1000, changes: 2000, time: 600_000, onError: () => {}, ...options };
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Is there room for one more? */
  get hasRoom(): boolean {
    return !this.#closed && this.#listeners.size < this.#options.listeners;
  }

  /**
   * Writes to `sink` until its connection closes, its time is over, or it takes too little. `lastId`: the last that it saw,
   * before it lost the connection. Ask `hasRoom` first, in the same turn.
   */
  async listen(sink: FrameSink, lastId: string | undefined): Promise<void> {
    const timer = setTimeout(() => this.#end(listener), this.#options.time).unref();
    const listener: Listener = { sink, timer };
    // Counted before anything is waited for, so that many at once do not all find room.
    this.#listeners.add(listener);
    sink.once('close', () => this.#forget(listener));
    try {
      const now = await this.#now();
      // The client comes back after two seconds, not at once: after a restart, all of them come.
      this.#write(listener, this.#frame(`retry: 2000\nid: ${now}\nevent: hello\ndata: {}\n\n`));
      if (lastId !== undefined) for (const frame of await this.#missed(lastId)) this.#write(listener, frame);
    } catch (error) {
      this.#forget(listener);
      throw error;
    }
    this.#schedule();
  }

  /** Ends all of them: the server stops. */
  close(): void {
    this.#closed = true;
    for (const listener of [...this.#listeners]) this.#end(listener);
    clearTimeout(this.#timer);
  }

  #end(listener: Listener): void {
    this.#forget(listener);
    listener.sink.end();
  }

  #write(listener: Listener, frame: Uint8Array): void {
    listener.sink.write(frame);
    this.sent++;
  }

  /** What was told in the last look has had its time: of who still has so much of it waiting, nothing can be hoped. */
  #dropSlow(): void {
    for (const listener of [...this.#listeners]) {
      if (listener.sink.writableLength <= this.#options.waiting) continue;
      this.dropped++;
      this.#forget(listener);
      listener.sink.destroy();
    }
  }

  #forget(listener: Listener): void {
    this.#listeners.delete(listener);
    clearTimeout(listener.timer);
    if (this.#listeners.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // Nobody looks on: what changes until the next one comes is in the lists that it loads.
    this.#cursor = undefined;
  }

  async #now(): Promise<string> {
    this.#cursor ??= (await this.#options.store.changedSince()).cursor;
    return this.#cursor;
  }

  /** What a listener that lost its connection has not seen; if that is too much, or its id is not ours: load anew. */
  async #missed(lastId: string): Promise<Uint8Array[]> {
    const changes = await this.#options.store.changedSince(lastId, changesAtOnce).catch(() => undefined);
    return changes === undefined || changes.more ? [this.#resync()] : this.#frames(changes);
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#closed || this.#listeners.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#look()
        .catch(this.#options.onError)
        .finally(() => {
          this.#timer = undefined;
          this.#schedule();
        });
    }, this.#options.every);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const { store, changes: most } = this.#options;
    this.#dropSlow();
    let told = 0;
    let more = true;
    while (more && this.#listeners.size > 0) {
      if (told >= most) {
        this.#cursor = (await store.changedSince()).cursor;
        this.#broadcast([this.#resync()]);
        break;
      }
      const changes = await store.changedSince(await this.#now(), changesAtOnce);
      if (this.#listeners.size === 0) return;
      this.#cursor = changes.cursor;
      this.#broadcast(this.#frames(changes));
      told += changes.scans.length;
      more = changes.more;
    }
    if (Date.now() - this.#lastFrame >= heartbeat) this.#broadcast([this.#frame(': still here\n\n')]);
  }

  #frames({ scans, cursor }: Changes): Uint8Array[] {
    // The id stands in the last frame only: a cursor speaks of the whole batch.
    return scans.map((scan, index) => {
      const id = index === scans.length - 1 ? `id: ${cursor}\n` : '';
      // JSON has no newline outside of strings, and inside they are escaped: one line.
      return this.#frame(`${id}event: scan\ndata: ${JSON.stringify(scanSummary(scan))}\n\n`);
    });
  }

  #resync(): Uint8Array {
    this.resyncs++;
    return this.#frame(`${this.#cursor === undefined ? '' : `id: ${this.#cursor}\n`}event: resync\ndata: {}\n\n`);
  }

  #frame(text: string): Uint8Array {
    return this.#encoder.encode(text);
  }

  #broadcast(frames: readonly Uint8Array[]): void {
    if (frames.length === 0) return;
    this.#lastFrame = Date.now();
    for (const frame of frames) {
      for (const listener of this.#listeners) this.#write(listener, frame);
    }
  }
}
