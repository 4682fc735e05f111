/** What the kernel says about an interface: netdevice(7). */

import { AF_UNIX, check, controlInterface, interfaceIndex, SOCK_CLOEXEC, SOCK_DGRAM, socket } from './system-calls.ts';

export interface InterfaceState {
  /** 0: there is no interface of this name. */
  readonly index: number;
  readonly up: boolean;
  /** ARPHRD_*, linux/if_arp.h. */
  readonly hardware: number;
}

const SIOCGIFFLAGS = 0x8913;
const SIOCGIFHWADDR = 0x8927;
const IFF_UP = 1;
const absent: InterfaceState = Object.freeze({ index: 0, up: false, hardware: 0 });

/** Asks the kernel about interfaces. Needs no privileges. */
export class InterfaceStates {
  // Any family does; this one is allowed in every sandbox.
  readonly #socket = check('socket', socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));

  of(name: string): InterfaceState {
    const index = interfaceIndex(name);
    if (index === 0) return absent;
    const flags = this.#ask(SIOCGIFFLAGS, name);
    const hardware = this.#ask(SIOCGIFHWADDR, name);
    // It vanished between two questions.
    if (flags === undefined || hardware === undefined) return absent;
    return { index, up: (flags & IFF_UP) !== 0, hardware };
  }

  /** struct ifreq: the name in 16 bytes, the answer after it. */
  #ask(request: number, name: string): number | undefined {
    const argument = Buffer.alloc(40);
    argument.write(name.slice(0, 15), 'latin1');
    return controlInterface(this.#socket, request, argument) < 0 ? undefined : argument.readUInt16LE(16);
  }
}

export const ARPHRD_LOOPBACK = 772;

/**
 * LINKTYPE_* of the frames that a raw packet socket gives for ARPHRD_*, as libpcap's map_arphrd_to_dlt (pcap-linux.c) has
 * it; undefined: this kind of interface needs libpcap.
 */
export function linkTypeOf(hardware: number): number | undefined {
  return linkTypes.get(hardware);
}

const linkTypes: ReadonlyMap<number, number> = new Map([
  [1, 1], // Ethernet
  [ARPHRD_LOOPBACK, 1], // it has Ethernet headers, with addresses of zero
  [801, 105], // IEEE 802.11
  [803, 127], // IEEE 802.11 with radiotap
  // No header before IP: tun and WireGuard, IP-in-IP, 6in4, raw IP of mobile modems.
  [65534, 101],
  [768, 101],
  [776, 101],
  [519, 101],
]);
