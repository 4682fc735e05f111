/** One interface, for as long as the sensor runs: it may be down, vanish and come back. */

import type { InterfaceState } from './network-interface.ts';
import { type OpenInterface, type OpenOptions, openInterface } from './open-interface.ts';
import type { WorkerPool } from './worker-pool.ts';

/** Milliseconds between two tries to open it again, after one that failed. */
const retryEvery = 1000;

export interface InterfaceCounters {
  readonly name: string;
  readonly up: boolean;
  /** What passed the filter since the start, and what of it found no room in the ring. */
  readonly packets: number;
  readonly drops: number;
}

let lastSource = 0;

export class WatchedInterface {
  readonly name: string;
  readonly #options: OpenOptions;
  readonly #onNotice: (text: string) => void;
  #pool: WorkerPool | undefined;
  #open: OpenInterface | undefined;
  /** Of the interface that is open. */
  #index = 0;
  #sources: number[] = [];
  #up = true;
  #present = true;
  #packets = 0;
  #drops = 0;
  #closing = false;
  #retryAt = 0;
  #lastFailure = '';

  constructor(name: string, options: OpenOptions, onNotice: (text: string) => void) {
    this.name = name;
    this.#options = options;
    this.#onNotice = onNotice;
  }

  get insteadOfRing(): string | undefined {
    return this.#open?.insteadOfRing;
  }

  /** The first look at it. One that is down is opened when it comes up. @throws what `openInterface` throws */
  start(state: InterfaceState): void {
    if (!state.up) {
      this.#up = false;
      this.#onNotice(`${this.name} is down; watching begins when it comes up`);
      return;
    }
    this.#openIt(state);
  }

  /** From now on, workers read it. */
  attachTo(pool: WorkerPool): void {
    this.#pool = pool;
    this.#attach();
  }

  /** The interface as it is now; called a few times a second. */
  look(state: InterfaceState): void {
    if (this.#closing) return;
    if (this.#open && state.index !== this.#index) {
      this.#present = false;
      this.#onNotice(`${this.name} has vanished; watching goes on when it is back`);
      void this.#closeIt();
    } else if (this.#open) {
      // The kernel itself stops and resumes delivery.
      if (state.up !== this.#up) this.#onNotice(state.up ? `${this.name} is up again` : `${this.name} is down`);
      this.#up = state.up;
    } else if (state.index !== 0 && state.up && performance.now() >= this.#retryAt) {
      this.#reopen(state);
    }
  }

  counters(): InterfaceCounters {
    for (const socket of this.#open?.sockets ?? []) this.#count(socket.statistics());
    return {
      name: this.name,
      up: this.#open !== undefined && this.#up,
      packets: this.#packets,
      drops: this.#drops,
    };
  }

  /** The workers have ended. */
  close(): void {
    this.counters();
    for (const socket of this.#open?.sockets ?? []) socket.close();
    this.#open = undefined;
  }

  #openIt(state: InterfaceState): void {
    this.#open = openInterface(this.name, state, this.#options);
    this.#index = state.index;
    this.#up = true;
  }

  #reopen(state: InterfaceState): void {
    this.#retryAt = performance.now() + retryEvery;
    try {
      this.#openIt(state);
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.#lastFailure) this.#onNotice(`${this.name} cannot be opened (${message}); trying again`);
      this.#lastFailure = message;
      return;
    }
    this.#lastFailure = '';
    this.#onNotice(this.#present ? `${this.name} is up; watching it` : `${this.name} is back; watching it again`);
    this.#present = true;
    this.#attach();
  }

  #attach(): void {
    const pool = this.#pool;
    if (!pool || !this.#open) return;
    this.#sources = this.#open.sockets.map((socket, worker) => {
      const id = ++lastSource;
      pool.attach(worker, {
        id,
        interfaceName: this.name,
        ...('ring' in socket ? { ring: socket.ring } : { pcap: socket.pcap }),
      });
      return id;
    });
  }

  async #closeIt(): Promise<void> {
    this.#closing = true;
    const open = this.#open;
    for (const socket of open?.sockets ?? []) this.#count(socket.statistics());
    this.#open = undefined;
    await Promise.all(this.#sources.map((id, worker) => this.#pool?.detach(worker, id)));
    for (const socket of open?.sockets ?? []) socket.close();
    this.#closing = false;
  }

  #count({ packets, drops }: { readonly packets: number; readonly drops: number }): void {
    this.#packets += packets;
    this.#drops += drops;
  }
}
