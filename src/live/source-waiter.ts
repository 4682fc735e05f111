/** Waits until one of several sources has packets: poll(2) on their descriptors. */

import { pcapLibrary } from './pcap-library.ts';
import { getSocketOption, POLLIN, poll, SO_ERROR, SOL_SOCKET } from './system-calls.ts';
import type { Source } from './worker-messages.ts';

/** Without a descriptor to wait for (Windows), one looks again after so long (ms). */
const nap = 5;

export class SourceWaiter {
  readonly #descriptors = new Map<number, number>();
  readonly #sleeper = new Int32Array(new SharedArrayBuffer(4));
  /** struct pollfd: the descriptor, the wanted events and (16 bits each) those that came. */
  #polled = Buffer.alloc(0);

  add(source: Source): void {
    const descriptor =
      'pcap' in source ? pcapLibrary().selectableDescriptor(source.pcap.handle) : source.ring.descriptor;
    this.#descriptors.set(source.id, descriptor);
    this.#rebuild();
  }

  remove(id: number): void {
    this.#descriptors.delete(id);
    this.#rebuild();
  }

  wait(milliseconds: number): void {
    const count = this.#descriptors.size;
    const blind = [...this.#descriptors.values()].includes(-1);
    if (count === 0 || blind) {
      Atomics.wait(this.#sleeper, 0, 0, blind ? nap : milliseconds);
      return;
    }
    if (poll(this.#polled, count, milliseconds) <= 0) return;
    for (let at = 0; at < this.#polled.length; at += 8) {
      const events = this.#polled.readInt16LE(at + 6);
      if (events === 0 || events === POLLIN) continue;
      // The interface went down. Asking clears the error, which otherwise would end every wait at once.
      getSocketOption(this.#polled.readInt32LE(at), SOL_SOCKET, SO_ERROR, Buffer.alloc(4), [4]);
      Atomics.wait(this.#sleeper, 0, 0, nap);
    }
  }

  #rebuild(): void {
    this.#polled = Buffer.alloc(this.#descriptors.size * 8);
    let at = 0;
    for (const descriptor of this.#descriptors.values()) {
      this.#polled.writeInt32LE(descriptor, at);
      this.#polled.writeInt16LE(POLLIN, at + 4);
      at += 8;
    }
  }
}
