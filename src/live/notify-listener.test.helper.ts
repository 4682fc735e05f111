import koffi from 'koffi';
import { AF_UNIX, bind, check, close, SOCK_DGRAM, socket } from './system-calls.ts';

/** systemd's side of the socket. */
export class NotifyListener {
  readonly #descriptor = check('socket', socket(AF_UNIX, SOCK_DGRAM, 0));
  readonly #receive = koffi
    .load(null)
    .func('int64_t recv(int descriptor, _Out_ uint8_t *bytes, size_t length, int flags)');

  constructor(name: string) {
    const path = Buffer.from(name);
    check('bind', bind(this.#descriptor, Buffer.concat([Buffer.from([AF_UNIX, 0]), path]), 2 + path.length));
  }

  /** MSG_DONTWAIT: what is not there is not coming. */
  next(): string {
    const bytes = Buffer.alloc(1024);
    const length = Number(this.#receive(this.#descriptor, bytes, bytes.length, 0x40));
    return length < 0 ? '' : bytes.subarray(0, length).toString();
  }

  close(): void {
    close(this.#descriptor);
  }
}
