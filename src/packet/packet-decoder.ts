import type { DecodeCounters } from './decode-counters.ts';
import {
  ENCRYPTED,
  FRAGMENT_HELD,
  MALFORMED,
  NOT_IP,
  OTHER_PROTOCOL,
  TOO_DEEP,
  TRUNCATED,
  UNKNOWN_LINK_TYPE,
} from './decode-result.ts';
import { DecodeState } from './decode-state.ts';
import { ethernetLayer, llcLayer, vlanLayer } from './ethernet-layers.ts';
import { ipLayer, ipv4Layer, ipv6ExtensionLayer, ipv6Layer } from './ip-layers.ts';
import { IP_TCP, IP_UDP } from './ip-protocol.ts';
import {
  FIRST_LAYER,
  LAYER_ETHERNET,
  LAYER_IP,
  LAYER_IPV4,
  LAYER_IPV6,
  LAYER_IPV6_EXTENSION,
  LAYER_LLC,
  LAYER_TRANSPORT,
  LAYER_VLAN,
} from './layer.ts';
import { LINK_ETHERNET } from './link-type.ts';
import type { Packet } from './packet.ts';
import { transportLayer } from './transport-layers.ts';
import { isTunnelPort } from './tunnel-port.ts';

/**
 * Headers within each other that are followed in one frame, each VLAN tag and each tunnel counting. Real mirrors of tunnelled
 * traffic have up to a dozen; a hostile frame of IP in IP in IP could have thousands.
 */
export const MAXIMUM_LAYERS = 32;

/** From a captured frame to the registers of the innermost packet. */
export class PacketDecoder {
  readonly packet: Packet;
  readonly counters: DecodeCounters;
  readonly #state = new DecodeState();

  constructor() {
    this.packet = this.#state.packet;
    this.counters = this.#state.counters;
  }

  /**
   * Decodes the frame [start, end) of `bytes`, captured at `seconds` and `microseconds`. Returns the transport's protocol
   * number (TCP 6, UDP 17, ICMP 1, ICMPv6 58, SCTP 132), the registers of `packet` being set; or one of `decode-result.ts`
   * (0 and below), the registers being undefined. Never throws, whatever the bytes.
   *
   * Hot path: Ethernet, IPv4 without options, TCP or UDP is read here in one go. Everything else takes the steps below.
   */
  decode(
    bytes: Uint8Array,
    start: number,
    end: number,
    linkType: number,
    seconds: number,
    microseconds: number,
  ): number {
    const packet = this.packet;
    packet.seconds = seconds;
    packet.microseconds = microseconds;
    // 42 bytes: the three headers when the last is UDP's, and thereby every fixed offset below.
    if (
      linkType === LINK_ETHERNET &&
      end - start >= 42 &&
      bytes[start + 12] === 0x08 &&
      bytes[start + 13] === 0x00 &&
      bytes[start + 14] === 0x45 &&
      // Neither "more fragments" nor an offset.
      (bytes[start + 20]! & 0x3f) === 0 &&
      bytes[start + 21] === 0
    ) {
      const ipEnd = (start + 14 + ((bytes[start + 16]! << 8) | bytes[start + 17]!)) | 0;
      const protocol = bytes[start + 23]!;
      const sourcePort = (bytes[start + 34]! << 8) | bytes[start + 35]!;
      const destinationPort = (bytes[start + 36]! << 8) | bytes[start + 37]!;
      if (protocol === IP_TCP && end - start >= 54) {
        const payloadStart = (start + 34 + ((bytes[start + 46]! >> 4) << 2)) | 0;
        if (payloadStart >= start + 54 && payloadStart <= ipEnd && payloadStart <= end) {
          const payloadEnd = Math.min(ipEnd, end);
          this.#setIpv4(bytes, start, sourcePort, destinationPort, payloadStart, payloadEnd, ipEnd - payloadEnd);
          packet.protocol = IP_TCP;
          packet.sequence =
            (bytes[start + 38]! << 24) | (bytes[start + 39]! << 16) | (bytes[start + 40]! << 8) | bytes[start + 41]!;
          packet.acknowledgement =
            (bytes[start + 42]! << 24) | (bytes[start + 43]! << 16) | (bytes[start + 44]! << 8) | bytes[start + 45]!;
          packet.tcpFlags = bytes[start + 47]!;
          return IP_TCP;
        }
      } else if (protocol === IP_UDP && !isTunnelPort(sourcePort, destinationPort)) {
        const udpEnd = (start + 34 + ((bytes[start + 38]! << 8) | bytes[start + 39]!)) | 0;
        if (udpEnd >= start + 42 && udpEnd <= ipEnd) {
          const payloadEnd = Math.min(udpEnd, end);
          this.#setIpv4(bytes, start, sourcePort, destinationPort, start + 42, payloadEnd, udpEnd - payloadEnd);
          packet.protocol = IP_UDP;
          return IP_UDP;
        }
      }
    }
    return this.#decodeAny(bytes, start, end, linkType, seconds);
  }

  #setIpv4(
    bytes: Uint8Array,
    start: number,
    sourcePort: number,
    destinationPort: number,
    payloadStart: number,
    payloadEnd: number,
    payloadMissing: number,
  ): void {
    const packet = this.packet;
    packet.bytes = bytes;
    packet.ipVersion = 4;
    packet.ipStart = start + 14;
    packet.source0 =
      (bytes[start + 26]! << 24) | (bytes[start + 27]! << 16) | (bytes[start + 28]! << 8) | bytes[start + 29]!;
    packet.source1 = 0;
    packet.source2 = 0;
    packet.source3 = 0;
    packet.destination0 =
      (bytes[start + 30]! << 24) | (bytes[start + 31]! << 16) | (bytes[start + 32]! << 8) | bytes[start + 33]!;
    packet.destination1 = 0;
    packet.destination2 = 0;
    packet.destination3 = 0;
    packet.sourcePort = sourcePort;
    packet.destinationPort = destinationPort;
    packet.transportStart = start + 34;
    packet.payloadStart = payloadStart;
    packet.payloadEnd = payloadEnd;
    packet.payloadMissing = payloadMissing;
  }

  #decodeAny(bytes: Uint8Array, start: number, end: number, linkType: number, seconds: number): number {
    const state = this.#state;
    state.bytes = bytes;
    state.at = start;
    state.end = end;
    state.declaredEnd = end;
    state.seconds = seconds;
    let layer = linkType === LINK_ETHERNET ? LAYER_ETHERNET : UNKNOWN_LINK_TYPE;
    for (let layers = 0; layer >= FIRST_LAYER; layers++) {
      layer = layers < MAXIMUM_LAYERS ? this.#step(layer) : TOO_DEEP;
    }
    if (layer > 0) this.packet.protocol = layer;
    else this.#count(layer);
    return layer;
  }

  #step(layer: number): number {
    const state = this.#state;
    switch (layer) {
      case LAYER_ETHERNET:
        return ethernetLayer(state);
      case LAYER_VLAN:
        return vlanLayer(state);
      case LAYER_LLC:
        return llcLayer(state);
      case LAYER_IP:
        return ipLayer(state);
      case LAYER_IPV4:
        return ipv4Layer(state);
      case LAYER_IPV6:
        return ipv6Layer(state);
      case LAYER_IPV6_EXTENSION:
        return ipv6ExtensionLayer(state);
      case LAYER_TRANSPORT:
        return transportLayer(state);
      default:
        return NOT_IP;
    }
  }

  #count(result: number): void {
    const counters = this.counters;
    switch (result) {
      case NOT_IP:
        counters.notIp++;
        break;
      case MALFORMED:
        counters.malformed++;
        break;
      case FRAGMENT_HELD:
        counters.fragmentsHeld++;
        break;
      case TRUNCATED:
        counters.truncated++;
        break;
      case OTHER_PROTOCOL:
        counters.otherProtocol++;
        break;
      case UNKNOWN_LINK_TYPE:
        counters.unknownLinkType++;
        break;
      case ENCRYPTED:
        counters.encrypted++;
        break;
      case TOO_DEEP:
        counters.tooDeep++;
        break;
    }
  }
}
