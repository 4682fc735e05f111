import type { HotPath } from '../hot-path/hot-path.ts';
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
import { ETHER_IPV4, ETHER_IPV6, ETHER_QINQ, ETHER_VLAN } from './ether-type.ts';
import { ethernetLayer, etherTypeAt, llcLayer, macInMacLayer, vlanLayer } from './ethernet-layers.ts';
import type { FragmentCounters } from './fragment-counters.ts';
import { Fragments } from './fragments.ts';
import { ipLayer, ipv4Layer, ipv6ExtensionLayer, ipv6Layer, moveToWhole, setIpv4, setIpv6 } from './ip-layers.ts';
import { IP_TCP, IP_UDP } from './ip-protocol.ts';
import {
  FIRST_LAYER,
  LAYER_E_TAG,
  LAYER_ERSPAN,
  LAYER_ERSPAN3,
  LAYER_ETHERIP,
  LAYER_ETHERNET,
  LAYER_GRE,
  LAYER_IP,
  LAYER_IPV4,
  LAYER_IPV6,
  LAYER_IPV6_EXTENSION,
  LAYER_LINK,
  LAYER_LLC,
  LAYER_MAC_IN_MAC,
  LAYER_MPLS,
  LAYER_PPP,
  LAYER_PPPOE,
  LAYER_TRANSPORT,
  LAYER_VLAN,
  LAYER_VN_TAG,
  LAYER_WCCP,
  LAYER_WIFI,
} from './layer.ts';
import { linkLayer, pppLayer, pppoeLayer } from './link-layers.ts';
import { LINK_ETHERNET } from './link-type.ts';
import type { Packet } from './packet.ts';
import { setOuterUdp, transportLayer } from './transport-layers.ts';
import { erspan3Layer, erspanLayer, etherIpLayer, greLayer, mplsLayer, wccpLayer } from './tunnel-layers.ts';
import { isTunnelPort } from './tunnel-port.ts';
import { wifiLayer } from './wifi-layers.ts';

/**
 * Headers within each other that are followed in one frame, each VLAN tag and each tunnel counting. Real mirrors of tunnelled
 * traffic have up to a dozen; a hostile frame of IP in IP in IP could have thousands.
 */
export const MAXIMUM_LAYERS = 32;

/** Ethernet, IPv4 and TCP without options. */
const BARE_FRAME = 54;

/** Ethernet with a VLAN tag. */
const SHORTEST_FRAME = 18;

/** From a captured frame to the registers of the innermost packet. */
export class PacketDecoder {
  readonly packet: Packet;
  readonly counters: DecodeCounters;
  private readonly state: DecodeState;
  private viewed: Uint8Array = new Uint8Array(0);
  private view: DataView = new DataView(this.viewed.buffer);

  /** `hotPath`: where fragments are put together; else in one of its own. */
  constructor(hotPath?: HotPath) {
    this.state = new DecodeState(new Fragments(hotPath));
    this.packet = this.state.packet;
    this.counters = this.state.counters;
  }

  /** Of fragment reassembly. */
  get fragmentCounters(): FragmentCounters {
    return this.state.fragments.counters;
  }

  /**
   * Is this frame nothing but a TCP acknowledgement over IPv4: no data, no flag but ACK, no options but timestamps? Every
   * third packet of most traffic is, and says nothing that the flow table wants; a look at it costs less than decoding it.
   * False says nothing.
   */
  isBareAcknowledgement(bytes: Uint8Array, start: number, end: number, linkType: number): boolean {
    if (linkType !== LINK_ETHERNET || end - start < BARE_FRAME) return false;
    if (bytes !== this.viewed) this.look(bytes);
    const view = this.view;
    // Type and version; flags and data offset (in the upper four bits, units of four bytes).
    if (view.getInt32(start + 12) >>> 8 !== 0x080045 || view.getUint8(start + 23) !== IP_TCP) return false;
    const offsetAndFlags = view.getUint16(start + 46);
    if (offsetAndFlags !== 0x5010 && offsetAndFlags !== 0x8010) return false;
    const length = 20 + ((offsetAndFlags >> 10) & 0x3c);
    return view.getUint16(start + 16) === length && (view.getUint16(start + 20) & 0x3fff) === 0;
  }

  /**
   * Decodes the frame [start, end) of `bytes`, captured at `seconds` and `microseconds`. Returns the transport's protocol
   * number (TCP 6, UDP 17, ICMP 1, ICMPv6 58, SCTP 132), the registers of `packet` being set; or one of `decode-result.ts`
   * (0 and below), the registers being undefined. Never throws, whatever the bytes, as long as 0 <= start <= end <=
   * bytes.length.
   *
   * Hot path: Ethernet, at most one VLAN tag, IP without options or extension headers, TCP or UDP is read in one go.
   * Everything else takes the steps below.
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
    if (bytes !== this.viewed) this.look(bytes);
    if (linkType === LINK_ETHERNET && end - start >= SHORTEST_FRAME) {
      const view = this.view;
      let ip = start + 14;
      let etherType = view.getUint16(ip - 2);
      if (etherType === ETHER_VLAN || etherType === ETHER_QINQ) {
        ip += 4;
        etherType = view.getUint16(ip - 2);
      }
      const protocol =
        etherType === ETHER_IPV4
          ? this.straightIpv4(bytes, ip, end)
          : etherType === ETHER_IPV6
            ? this.straightIpv6(bytes, ip, end)
            : 0;
      if (protocol !== 0) return protocol;
    }
    return this.decodeAny(bytes, start, end, linkType, seconds);
  }

  /**
   * An IPv4 header without options at `ip`, not of a fragment, and a TCP or UDP header after it: all registers in one go.
   * Returns 0, perhaps with some registers changed, when anything is out of the ordinary.
   */
  private straightIpv4(bytes: Uint8Array, ip: number, end: number): number {
    if (end - ip < 28) return 0;
    const view = this.view;
    const packet = this.packet;
    // Fragment flags and offset, time to live, protocol.
    const fragmentAndProtocol = view.getInt32(ip + 6);
    if (view.getUint8(ip) !== 0x45 || (fragmentAndProtocol & 0x3fff0000) !== 0) return 0;
    const ipEnd = (ip + view.getUint16(ip + 2)) | 0;
    packet.bytes = bytes;
    packet.ipVersion = 4;
    packet.ipStart = ip;
    packet.source0 = view.getInt32(ip + 12);
    packet.source1 = 0;
    packet.source2 = 0;
    packet.source3 = 0;
    packet.destination0 = view.getInt32(ip + 16);
    packet.destination1 = 0;
    packet.destination2 = 0;
    packet.destination3 = 0;
    return this.straightTransport(fragmentAndProtocol & 0xff, ip + 20, ipEnd, end);
  }

  /** The same for an IPv6 header without extensions. */
  private straightIpv6(bytes: Uint8Array, ip: number, end: number): number {
    if (end - ip < 48) return 0;
    const view = this.view;
    const packet = this.packet;
    if (view.getUint8(ip) >> 4 !== 6) return 0;
    const ipEnd = (ip + 40 + view.getUint16(ip + 4)) | 0;
    packet.bytes = bytes;
    packet.ipVersion = 6;
    packet.ipStart = ip;
    packet.source0 = view.getInt32(ip + 8);
    packet.source1 = view.getInt32(ip + 12);
    packet.source2 = view.getInt32(ip + 16);
    packet.source3 = view.getInt32(ip + 20);
    packet.destination0 = view.getInt32(ip + 24);
    packet.destination1 = view.getInt32(ip + 28);
    packet.destination2 = view.getInt32(ip + 32);
    packet.destination3 = view.getInt32(ip + 36);
    return this.straightTransport(view.getUint8(ip + 6), ip + 40, ipEnd, end);
  }

  /** `at` is eight bytes or more before `end`; `ipEnd` is where the IP header says that the packet ends. */
  private straightTransport(protocol: number, at: number, ipEnd: number, end: number): number {
    const view = this.view;
    const packet = this.packet;
    const ports = view.getInt32(at);
    if (protocol === IP_TCP) {
      if (end - at < 20) return 0;
      const offsetAndFlags = view.getUint16(at + 12);
      // The data offset, in units of four bytes, is in the upper four bits.
      const payloadStart = (at + ((offsetAndFlags >> 10) & 0x3c)) | 0;
      if (payloadStart < at + 20 || payloadStart > ipEnd || payloadStart > end) return 0;
      const payloadEnd = Math.min(ipEnd, end);
      packet.protocol = IP_TCP;
      packet.sourcePort = ports >>> 16;
      packet.destinationPort = ports & 0xffff;
      packet.transportStart = at;
      packet.payloadStart = payloadStart;
      packet.payloadEnd = payloadEnd;
      packet.payloadMissing = ipEnd - payloadEnd;
      packet.sequence = view.getInt32(at + 4);
      packet.acknowledgement = view.getInt32(at + 8);
      packet.tcpFlags = offsetAndFlags & 0xff;
      return IP_TCP;
    }
    if (protocol !== IP_UDP || isTunnelPort(ports >>> 16, ports & 0xffff)) return 0;
    const udpEnd = (at + view.getUint16(at + 4)) | 0;
    if (udpEnd < at + 8 || udpEnd > ipEnd) return 0;
    const payloadEnd = Math.min(udpEnd, end);
    packet.protocol = IP_UDP;
    packet.sourcePort = ports >>> 16;
    packet.destinationPort = ports & 0xffff;
    packet.transportStart = at;
    packet.payloadStart = at + 8;
    packet.payloadEnd = payloadEnd;
    packet.payloadMissing = udpEnd - payloadEnd;
    return IP_UDP;
  }

  private look(bytes: Uint8Array): void {
    this.viewed = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private decodeAny(bytes: Uint8Array, start: number, end: number, linkType: number, seconds: number): number {
    const state = this.state;
    state.bytes = bytes;
    state.at = start;
    state.end = end;
    state.declaredEnd = end;
    state.seconds = seconds;
    state.isPadded = false;
    state.outerVersion = 0;
    return this.follow(linkLayer(state, linkType));
  }

  /**
   * The same for the datagram that the hot path has put together from fragments, the last of them captured at `seconds`
   * and `microseconds`.
   */
  decodeWhole(seconds: number, microseconds: number): number {
    const { packet, state } = this;
    packet.seconds = seconds;
    packet.microseconds = microseconds;
    state.fragments.takeWhole();
    state.seconds = seconds;
    state.isPadded = false;
    state.outerVersion = 0;
    const { bytes, headerStart } = state.fragments;
    const isIpv4 = (bytes[headerStart] as number) >> 4 === 4;
    if (isIpv4) setIpv4(packet, bytes, headerStart);
    else setIpv6(packet, bytes, headerStart);
    moveToWhole(state);
    return this.follow(isIpv4 ? LAYER_TRANSPORT : LAYER_IPV6_EXTENSION);
  }

  private follow(first: number): number {
    const state = this.state;
    let layer = first;
    for (let layers = 0; layer >= FIRST_LAYER; layers++) {
      layer = layers < MAXIMUM_LAYERS ? this.step(layer) : TOO_DEEP;
    }
    if (layer <= 0 && layer !== FRAGMENT_HELD && state.outerVersion !== 0) layer = setOuterUdp(state);
    if (layer > 0) this.packet.protocol = layer;
    else this.count(layer);
    return layer;
  }

  private step(layer: number): number {
    const state = this.state;
    switch (layer) {
      case LAYER_ETHERNET:
        return ethernetLayer(state);
      case LAYER_VLAN:
        return vlanLayer(state);
      case LAYER_VN_TAG:
        return etherTypeAt(state, 4);
      case LAYER_E_TAG:
        return etherTypeAt(state, 6);
      case LAYER_LLC:
        return llcLayer(state);
      case LAYER_MPLS:
        return mplsLayer(state);
      case LAYER_PPPOE:
        return pppoeLayer(state);
      case LAYER_PPP:
        return pppLayer(state);
      case LAYER_MAC_IN_MAC:
        return macInMacLayer(state);
      case LAYER_WIFI:
        return wifiLayer(state);
      case LAYER_IP:
        return ipLayer(state);
      case LAYER_IPV4:
        // Not in a reassembled datagram, of which there is no view.
        return (
          (state.bytes === this.viewed ? this.straightIpv4(state.bytes, state.at, state.end) : 0) || ipv4Layer(state)
        );
      case LAYER_IPV6:
        return (
          (state.bytes === this.viewed ? this.straightIpv6(state.bytes, state.at, state.end) : 0) || ipv6Layer(state)
        );
      case LAYER_IPV6_EXTENSION:
        return ipv6ExtensionLayer(state);
      case LAYER_TRANSPORT:
        return transportLayer(state);
      case LAYER_GRE:
        return greLayer(state);
      case LAYER_ETHERIP:
        return etherIpLayer(state);
      case LAYER_ERSPAN:
        return erspanLayer(state);
      case LAYER_ERSPAN3:
        return erspan3Layer(state);
      case LAYER_WCCP:
        return wccpLayer(state);
      case LAYER_LINK:
        return linkLayer(state, state.linkType);
      default:
        return NOT_IP;
    }
  }

  private count(result: number): void {
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
