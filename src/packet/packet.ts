/**
 * One decoded packet, as registers: the decoder writes them, the flow table reads them, and nothing is allocated between.
 * All numbers are signed 32-bit integers so that they stay small integers for the engine (`| 0`).
 */
export class Packet {
  /** What the offsets below point into: the caller's buffer, or the fragment reassembler's. Valid until the next packet. */
  bytes: Uint8Array;
  /** Capture time: seconds since 1970 (UTC) and microseconds of the second. */
  seconds = 0;
  microseconds = 0;
  /** Version of the innermost IP header: 4 or 6. */
  ipVersion = 0;
  /** Offset of the innermost IP header. */
  ipStart = 0;
  /** Upper-layer protocol after all extension headers (IANA number): 6 TCP, 17 UDP, 1 ICMP, 58 ICMPv6, 132 SCTP. */
  protocol = 0;
  /** Addresses as four big-endian words; IPv4 stands in word 0 and the others are zero. */
  source0 = 0;
  source1 = 0;
  source2 = 0;
  source3 = 0;
  destination0 = 0;
  destination1 = 0;
  destination2 = 0;
  destination3 = 0;
  /** ICMP: 0. */
  sourcePort = 0;
  destinationPort = 0;
  /** Offset of the TCP/UDP/ICMP/SCTP header. */
  transportStart = 0;
  /** The application's bytes: [payloadStart, payloadEnd) of `bytes`, as far as they were captured. */
  payloadStart = 0;
  payloadEnd = 0;
  /**
   * Bytes of the payload that the IP header speaks of and that were not captured: cut off by the snap length, by a switch that
   * mirrors only the beginning of packets, or never sent by whoever wrote the header.
   */
  payloadMissing = 0;
  /** TCP only. Flags: the header's byte 13 (FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128). */
  tcpFlags = 0;
  sequence = 0;
  acknowledgement = 0;

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.bytes = bytes;
  }
}
