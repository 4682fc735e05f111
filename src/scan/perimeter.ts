/** Which side of the perimeter an address is on, and what a scan between two sides is worth. */

import { createRequire } from 'node:module';
import type { IPv4, IPv6 } from 'ipaddr.js';
import type { Severity } from './alert.ts';

export type Zone = 'internal-internal' | 'internal-external' | 'external-internal' | 'external-external';

/** By `source-target`. Someone scanning from inside has got in; someone scanning from outside is the Internet's weather. */
export const zoneSeverity: Readonly<Record<Zone, Severity>> = {
  'internal-internal': 'high',
  'internal-external': 'medium',
  'external-internal': 'low',
  'external-external': 'low',
};

type Address = IPv4 | IPv6;
export type Range = readonly [address: Address, prefixLength: number];

/** Loaded with the first address that is judged: most captures hold no evidence, and loading costs 6 ms of the start. */
let loaded: typeof import('ipaddr.js') | undefined;
function ipaddr(): typeof import('ipaddr.js') {
  loaded ??= createRequire(import.meta.url)('ipaddr.js') as typeof import('ipaddr.js');
  return loaded;
}

/**
 * An address or a CIDR range: `10.0.0.0/8`, `192.0.2.7`, `fc00::/7`. `undefined` if it is neither. Unlike ipaddr.js alone
 * this takes no short or octal forms (`10/8`, `010.0.0.1`): what they mean differs from program to program.
 */
export function parseRange(text: string): Range | undefined {
  const match = /^([0-9a-fA-F:.]+)(?:\/([0-9]{1,3}))?$/.exec(text);
  if (!match) return undefined;
  const { IPv4, IPv6 } = ipaddr();
  const [, addressText = '', lengthText] = match;
  if (!IPv4.isValidFourPartDecimal(addressText) && !(addressText.includes(':') && IPv6.isValid(addressText))) {
    return undefined;
  }
  const address = ipaddr().parse(addressText);
  const bits = address.kind() === 'ipv4' ? 32 : 128;
  const length = lengthText === undefined ? bits : Number(lengthText);
  return length <= bits ? [address, length] : undefined;
}

/** @throws RangeError naming the first text that is neither an address nor a range. */
function parseRanges(texts: readonly string[]): Range[] {
  return texts.map((text) => {
    const range = parseRange(text);
    if (!range) throw new RangeError(`“${text}” is neither an address nor a CIDR range`);
    return range;
  });
}

function contains(ranges: readonly Range[], address: Address): boolean {
  return ranges.some(([network, length]) => network.kind() === address.kind() && address.match(network, length));
}

/** IPv4 in an IPv6 address (::ffff:10.0.0.1) is that IPv4 address. Anything that is no address (it cannot be) is outside. */
function parseAddress(text: string): Address | undefined {
  return ipaddr().isValid(text) ? ipaddr().process(text) : undefined;
}

/** A set of ranges. Answers are remembered, for one scan asks for the same few addresses again and again. */
export class AddressSet {
  readonly #texts: readonly string[];
  #ranges: readonly Range[] | undefined;
  readonly #answers = new Map<string, boolean>();

  constructor(ranges: readonly string[]) {
    this.#texts = ranges;
  }

  /** @throws RangeError on the first call if the set's ranges are none. */
  has(text: string): boolean {
    const known = this.#answers.get(text);
    if (known !== undefined) return known;
    this.#ranges ??= parseRanges(this.#texts);
    const address = parseAddress(text);
    const answer = address !== undefined && contains(this.#ranges, address);
    // A spoofed flood brings new addresses only: starting afresh is as good as any cleverer eviction, and cheaper.
    if (this.#answers.size >= 4096) this.#answers.clear();
    this.#answers.set(text, answer);
    return answer;
  }
}

/** Multicast (224/4, ff00::/8), limited broadcast and unspecified: places on the sender's own network. */
function isLocalDelivery(text: string): boolean {
  return /^(22[4-9]|23[0-9])\.|^ff[0-9a-f]{2}:|^255\.255\.255\.255$|^0\.0\.0\.0$|^::$/i.test(text);
}

function isUnspecified(text: string): boolean {
  return text === '0.0.0.0' || text === '::';
}

export class Perimeter {
  readonly #internal: AddressSet;

  constructor(internal: readonly string[]) {
    this.#internal = new AddressSet(internal);
  }

  /**
   * A multicast or broadcast target is on the source's side: nobody routes it through the perimeter. Who has no address yet
   * (DHCP, RFC 2131 section 4.1) and says it to all is on our own segment.
   */
  zone(source: string, target: string): Zone {
    const local = isLocalDelivery(target);
    const from = this.#internal.has(source) || (local && isUnspecified(source));
    const to = local ? from : this.#internal.has(target);
    if (from) return to ? 'internal-internal' : 'internal-external';
    return to ? 'external-internal' : 'external-external';
  }
}
