/** What systemd is told: sd_notify(3). Datagrams to the socket that $NOTIFY_SOCKET names; without it, nothing happens. */

import { AF_UNIX, SOCK_CLOEXEC, SOCK_DGRAM, sendTo, socket } from './system-calls.ts';

export class ServiceManager {
  /** Milliseconds between two signs of life, half of what systemd waits; undefined: it does not watch. */
  readonly watchdogEvery: number | undefined;
  readonly #socket: number;
  readonly #address: Uint8Array | undefined;

  constructor(environment: NodeJS.ProcessEnv = process.env) {
    const { NOTIFY_SOCKET: path, WATCHDOG_USEC: watchdog, WATCHDOG_PID: pid } = environment;
    this.#address = path ? socketAddress(path) : undefined;
    this.#socket = this.#address ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
    const meant = pid === undefined || Number(pid) === process.pid;
    const microseconds = Number(watchdog);
    this.watchdogEvery = this.#address && meant && microseconds > 0 ? microseconds / 2000 : undefined;
  }

  ready(status: string): void {
    this.#notify(`READY=1\nSTATUS=${status}`);
  }

  status(status: string): void {
    this.#notify(`STATUS=${status}`);
  }

  /** Followed by `ready`. The time is CLOCK_MONOTONIC, as Type=notify-reload wants it. */
  reloading(): void {
    this.#notify(`RELOADING=1\nMONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
  }

  stopping(): void {
    this.#notify('STOPPING=1\nSTATUS=closing open scans');
  }

  alive(): void {
    this.#notify('WATCHDOG=1');
  }

  #notify(text: string): void {
    if (this.#address === undefined || this.#socket < 0) return;
    const bytes = Buffer.from(text);
    // Whether anybody listens is not our business.
    sendTo(this.#socket, bytes, bytes.length, 0, this.#address, this.#address.length);
  }
}

/** struct sockaddr_un; `@name` is in the abstract namespace, where the first byte is zero and the length counts. */
function socketAddress(path: string): Uint8Array {
  const name = Buffer.from(path.startsWith('@') ? `\0${path.slice(1)}` : path);
  const address = Buffer.alloc(2 + name.length);
  address.writeUInt16LE(AF_UNIX, 0);
  name.copy(address, 2);
  return address;
}
