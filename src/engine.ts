/**
 * The packet loop: one frame in, evidence out. `frame` is the hot path from decoder to literal search; what comes after a
 * hit (suspicion, judgement, evidence) is cold.
 */

import type { FrameFilter } from './capture/frame-source.ts';
import { BEHIND_HOLE, DATAGRAM, FlowTable, NOTHING } from './flow/flow-table.ts';
import { type RememberedHeader, RememberedHeaders } from './flow/remembered-headers.ts';
import { HIT_COUNT, NEXT_SECOND, RESULT } from './hot-path/assembly/found-words.ts';
import { SCRATCH, SCRATCH_BYTES } from './hot-path/assembly/layout.ts';
import { MICROSECONDS, SECONDS } from './hot-path/assembly/packet-words.ts';
import { OTHER_SECOND, WHOLE_DATAGRAM } from './hot-path/assembly/results.ts';
import { BY_TCP, BY_UDP } from './hot-path/assembly/transport-bits.ts';
import { HotPath } from './hot-path/hot-path.ts';
import { evidenceBytes, flowDepth, judgementsPerFlow, rememberedEvidence, suspectedFlows } from './limits.ts';
import { destinationText, sourceText } from './packet/address-text.ts';
import type { DecodeCounters } from './packet/decode-counters.ts';
import { IP_TCP, IP_UDP } from './packet/ip-protocol.ts';
import { LINK_ETHERNET } from './packet/link-type.ts';
import { Packet } from './packet/packet.ts';
import { PacketDecoder } from './packet/packet-decoder.ts';
import { isIcmpProtocol, JUDGE, PASS, REMEMBER } from './packet/packet-gate.ts';
import type { ClientMessage, Protocol, Transport } from './protocol/protocol.ts';
import { isRouting, transportOf } from './protocol/transport.ts';
import type { Evidence } from './scan/evidence.ts';
import type { CompiledSignature } from './signature/compile-signatures.ts';
import { setCatalogue } from './signature/hot-path-tables.ts';
import { Judge, type Match } from './signature/judge.ts';
import { PacketSignatures } from './signature/packet-signatures.ts';
import { preparedOf } from './signature/prepared-catalogue.ts';
import type { Signature } from './signature/signature.ts';

/** A flow (or datagram) in which a literal was found, until it is judged to the end. */
interface Suspicion {
  readonly id: number;
  readonly transport: Transport;
  readonly source: string;
  readonly sourcePort: number;
  readonly target: string;
  readonly targetPort: number;
  /** Of the last packet that added to it: microseconds since 1970. */
  time: number;
  established: boolean;
  /** Signatures (index in the catalogue) still to be judged. */
  readonly suspects: number[];
  /** Those that are settled: they matched once, and are not reported again for this flow. */
  readonly matched: Set<number>;
  judgements: number;
  judgedLength: number;
  /** What the same source sent to the same port before, from another port; until it was reported. */
  header?: RememberedHeader | undefined;
  /** There is, or was, one. */
  afterHeader: boolean;
}

/** What the engine has done and what it had to leave out. Plain integers that only grow. */
export interface EngineCounters {
  frames: number;
  packets: number;
  payloads: number;
  /** Packets of which the snap length cut what they say. */
  payloadsCut: number;
  suspicions: number;
  evidence: number;
  /** Matches that only said back what the other side had said. */
  echoes: number;
  /** Suspicions given up for newer ones, before they were judged to the end. */
  suspicionsDropped: number;
  /** Headers of port scans that gave way to others while they still counted. */
  headersForgotten: number;
}

export class Engine implements FrameFilter {
  readonly decoder: PacketDecoder;
  readonly flows: FlowTable;
  /** Where `run` finds the records that it takes. */
  readonly window: Uint8Array;
  private readonly hotPath: HotPath;
  /**
   * Told the capture's time (seconds since 1970, 32 bits) by `run`, before it takes what was captured then; not of the second
   * before the last it was told.
   */
  onSecond: (second: number) => void = () => {};
  readonly counters: EngineCounters = {
    frames: 0,
    packets: 0,
    payloads: 0,
    payloadsCut: 0,
    suspicions: 0,
    evidence: 0,
    echoes: 0,
    suspicionsDropped: 0,
    headersForgotten: 0,
  };
  private signatures: readonly Signature[];
  private judge: Judge;
  private readonly protocols: readonly Protocol[];
  private packetSignatures: PacketSignatures;
  private readonly headers: RememberedHeaders;
  /** By its place among the headers: what a remembered datagram was. */
  private readonly datagrams = new Map<number, Signature>();
  private readonly onEvidence: (evidence: Evidence) => void;
  private readonly echoes = new Echoes();
  private readonly suspicions = new Map<number, Suspicion>();
  private nextId = 1;
  /** In which the hot path has found something. */
  private readonly found = new Packet();
  // Counted for each frame, so kept out of the object above.
  private frames = 0;
  private packets = 0;
  private payloadsCut = 0;
  /** Of the last frame, or as `onSecond` was told. */
  private second = 0;

  /** `seed`: of the hashes that place flows; secret and other each time, unless two engines shall do exactly the same. */
  constructor(
    signatures: readonly CompiledSignature[],
    protocols: readonly Protocol[],
    onEvidence: (evidence: Evidence) => void,
    seed?: number,
  ) {
    this.hotPath = HotPath.open();
    this.window = this.hotPath.window;
    this.decoder = new PacketDecoder(this.hotPath);
    this.signatures = signatures;
    this.flows = new FlowTable(seed, this.hotPath);
    this.headers = new RememberedHeaders(seed, this.hotPath.headers);
    this.judge = new Judge(signatures, protocols);
    this.protocols = protocols;
    const { search, packets } = preparedOf(signatures);
    this.packetSignatures = new PacketSignatures(signatures, packets);
    this.onEvidence = onEvidence;
    this.hotPath.set('headerKey', this.headers.key);
    setCatalogue(this.hotPath, search, this.packetSignatures.gate);
  }

  /** Nobody uses it from now on; its memory is used again. */
  close(): void {
    this.hotPath.close();
  }

  /** From the next frame on, other signatures hold. Flows stay, and so do suspicions of signatures that are still there. */
  replaceCatalogue(signatures: readonly CompiledSignature[]): void {
    const places = new Map(signatures.map(({ id }, index) => [id, index]));
    const moved = (index: number): number => places.get((this.signatures[index] as Signature).id) ?? -1;
    for (const { suspects, matched } of this.suspicions.values()) {
      suspects.splice(0, suspects.length, ...suspects.map(moved).filter((index) => index >= 0));
      const still = [...matched].map(moved).filter((index) => index >= 0);
      matched.clear();
      for (const index of still) matched.add(index);
    }
    this.signatures = signatures;
    this.judge = new Judge(signatures, this.protocols);
    const { search, packets } = preparedOf(signatures);
    this.packetSignatures = new PacketSignatures(signatures, packets);
    setCatalogue(this.hotPath, search, this.packetSignatures.gate);
  }

  /** Takes the captured frame bytes[start, end). The bytes are not needed after the call. */
  frame(bytes: Uint8Array, start: number, end: number, linkType: number, seconds: number, microseconds: number): void {
    this.second = seconds;
    if (bytes === this.window && linkType === LINK_ETHERNET) {
      const taken = this.hotPath.functions.takeFrame(start, end, seconds, microseconds);
      if (taken === 2) this.judgeTaken(this.hotPath.found[RESULT] as number);
      if (taken !== 0) return;
    }
    this.frames++;
    if (this.decoder.isBareAcknowledgement(bytes, start, end, linkType)) {
      this.packets++;
      return;
    }
    if (this.decoder.decode(bytes, start, end, linkType, seconds, microseconds) <= 0) return;
    this.packets++;
    this.examine(this.decoder.packet);
  }

  /**
   * Takes the records of a pcap (little endian, microseconds, Ethernet) in window[position, filled), as long as they are usual;
   * gives the position of the first that must be taken by `frame`.
   */
  run(position: number, filled: number): number {
    const { flows, hotPath } = this;
    let at = position;
    for (;;) {
      at = hotPath.functions.run(at, filled, this.second);
      const found = hotPath.found[RESULT] as number;
      if (found === OTHER_SECOND) {
        this.second = hotPath.found[NEXT_SECOND] as number;
        this.onSecond(this.second);
      } else if (found === NOTHING && flows.released.length === 0) {
        return at;
      } else {
        this.judgeTaken(found);
      }
    }
  }

  /** What the hot path has found in a frame that it has taken by itself, and what was released. */
  private judgeTaken(found: number): void {
    const { flows } = this;
    if (found === WHOLE_DATAGRAM) {
      this.wholeDatagram();
    } else if (found !== NOTHING) {
      flows.show(found);
      this.judgeFound(found, flows.foundPacket(this.found));
    }
    if (flows.released.length !== 0) this.judgeReleased();
  }

  /** One that the hot path has put together, but could not decode. */
  private wholeDatagram(): void {
    const { packet } = this.hotPath;
    const isPacket = this.decoder.decodeWhole(packet[SECONDS] as number, packet[MICROSECONDS] as number) > 0;
    if (isPacket) this.examine(this.decoder.packet);
    // The hot path took it for one.
    else this.packets--;
  }

  private examine(packet: Packet): void {
    if (packet.payloadStart === packet.payloadEnd || packet.protocol !== IP_TCP) this.header(packet);
    if (isRouting(packet.protocol)) return;
    if (packet.payloadMissing > 0) this.payloadsCut++;
    const found = this.flows.examine(packet);
    if (found !== NOTHING) this.judgeFound(found, packet);
    if (this.flows.released.length !== 0) this.judgeReleased();
  }

  /** There is something in the packet that must be judged: the flow table's registers and the search's hits tell what. */
  private judgeFound(found: number, packet: Packet): void {
    if (found === DATAGRAM) {
      this.datagramSuspected(packet);
      return;
    }
    // Behind a hole, the packet is the server's, but the bytes are the client's.
    const sender = found === BEHIND_HOLE ? this.flows.origin : packet;
    if (sender !== undefined) this.clientSuspected(sender);
    this.flows.settle();
  }

  /** Ids of the weak signatures of packets that this frame satisfies: of headers that are only remembered. For trials. */
  remembers(frame: Uint8Array, linkType: number): string[] {
    if (this.decoder.decode(frame, 0, frame.length, linkType, 0, 0) <= 0) return [];
    const { packet } = this.decoder;
    const { gate, remembered, datagrams } = this.packetSignatures;
    if (packet.protocol === IP_UDP) {
      this.search(packet.bytes.subarray(packet.payloadStart, packet.payloadEnd), packet.destinationPort, BY_UDP);
      const suspects = this.newSuspects('udp', packet.destinationPort, true).filter((index) => datagrams.has(index));
      if (packet.payloadStart === packet.payloadEnd) suspects.push(...this.ofTransport(remembered, 'udp'));
      return this.judge.judge(packetMessage(packet), suspects, true).map(({ signature }) => signature.id);
    }
    const outcome = gate.tcp(packet.bytes, packet.transportStart, packet.payloadStart);
    if (packet.protocol !== IP_TCP || outcome !== REMEMBER) return [];
    return this.judge
      .judge(packetMessage(packet), this.ofTransport(remembered, 'tcp'), true)
      .map(({ signature }) => signature.id);
  }

  /** The capture is over: whatever still waited is judged as it is. */
  finish(): void {
    // Mostly there is nothing, and to look at every flow for it would take two milliseconds.
    if (this.suspicions.size > 0 || this.hotPath.functions.holdsSegments() !== 0) this.flows.releaseAll();
    this.judgeReleased();
    this.suspicions.clear();
    this.count();
  }

  /** Brings `counters` up to date. */
  count(): EngineCounters {
    const { hotPath } = this;
    this.counters.frames = this.frames + hotPath.count('frames');
    this.counters.packets = this.packets + hotPath.count('packets');
    this.counters.payloads = hotPath.count('payloads');
    this.counters.payloadsCut = this.payloadsCut + hotPath.count('payloadsCut');
    this.counters.headersForgotten = this.headers.forgotten;
    return this.counters;
  }

  /** Frames that gave no packet, and why: by the decoder, and by the hot path. */
  get decoding(): DecodeCounters {
    const { counters } = this.decoder;
    return {
      ...counters,
      notIp: counters.notIp + this.hotPath.count('notIp'),
      otherProtocol: counters.otherProtocol + this.hotPath.count('otherProtocol'),
      fragmentsHeld: counters.fragmentsHeld + this.hotPath.count('fragmentsHeld'),
      malformed: counters.malformed + this.hotPath.count('malformedFrames'),
      truncated: counters.truncated + this.hotPath.count('truncatedFrames'),
      notTunnel: counters.notTunnel + this.hotPath.count('notTunnel'),
    };
  }

  /** A packet of TCP without a message, or of another protocol: does its header alone tell something? */
  private header(packet: Packet): void {
    const { gate, judged } = this.packetSignatures;
    const { bytes, transportStart, payloadStart } = packet;
    let outcome = PASS;
    if (packet.protocol === IP_TCP) outcome = gate.tcp(bytes, transportStart, payloadStart);
    else if (packet.protocol === IP_UDP) outcome = payloadStart === packet.payloadEnd ? gate.emptyDatagram : PASS;
    else if (isIcmpProtocol(packet.protocol)) outcome = gate.icmp(bytes, transportStart, payloadStart);
    else if (isRouting(packet.protocol)) outcome = gate.other(bytes, packet.ipStart, packet.protocol);
    if (outcome === REMEMBER) this.remember(packet);
    if (outcome !== JUDGE) return;
    const transport = transportOf(packet.protocol);
    const suspects = this.ofTransport(judged, transport);
    const suspicion = this.suspicionOf(packet, transport, suspects);
    this.report(suspicion, packetMessage(packet), false);
  }

  private ofTransport(indices: readonly number[], transport: Transport): number[] {
    return indices.filter((index) => (this.signatures[index] as Signature).transports.includes(transport));
  }

  private remember(packet: Packet, datagram?: Signature): void {
    const place = this.headers.note(packet);
    this.hotPath.set('hasHeaders', 1);
    if (datagram !== undefined && place >= 0) this.datagrams.set(place, datagram);
    else if (this.datagrams.size > 0) this.datagrams.delete(place);
  }

  private clientSuspected(packet: Packet): void {
    const flows = this.flows;
    let suspicion = this.suspicions.get(flows.suspicion);
    if (suspicion === undefined) {
      suspicion = this.suspect(packet);
      if (suspicion === undefined) return;
    } else {
      this.addHits(suspicion);
    }
    suspicion.time = timeOf(packet);
    suspicion.established ||= flows.established;
    const { start, end } = flows;
    const length = end - start;
    const last = flows.ended || length >= flowDepth;
    const due =
      last ||
      flows.answered ||
      this.hits > 0 ||
      suspicion.judgements < judgementsPerFlow ||
      length >= suspicion.judgedLength + (suspicion.judgedLength >> 3);
    if (due) {
      suspicion.judgements++;
      suspicion.judgedLength = length;
      const message = messageOf(suspicion, flows.kept, start, end, flows.atStart, flows.ended);
      this.report(suspicion, message, flows.answered);
    }
    if (last) this.suspicions.delete(suspicion.id);
    // An answer changes nothing for those that are judged already, unless they speak of a whole message.
    const waits = length !== suspicion.judgedLength || this.judge.needsEnd(suspicion.suspects);
    flows.suspect(last ? 0 : suspicion.id, !last && suspicion.suspects.length > 0 && waits);
  }

  private datagramSuspected(packet: Packet): void {
    // An ICMP answer repeats the question's data, and an error quotes the whole packet: only questions are the scanner's.
    if (isIcmp(packet) && !isIcmpQuestion(packet)) return;
    const suspicion = this.suspect(packet);
    if (suspicion === undefined) return;
    suspicion.established = this.flows.established;
    const whole = packet.payloadMissing === 0;
    const { bytes, payloadStart, payloadEnd, ipStart, transportStart } = packet;
    const datagram = messageOf(suspicion, bytes, payloadStart, payloadEnd, true, whole);
    const message = { ...datagram, headers: { ipStart, transportStart } };
    const scans = suspicion.suspects.filter((index) => this.packetSignatures.datagrams.has(index));
    if (scans.length > 0) {
      const [scan] = this.judge.judge(message, scans, true);
      if (scan !== undefined) this.remember(packet, scan.signature);
      const others = suspicion.suspects.filter((index) => !scans.includes(index));
      suspicion.suspects.splice(0, suspicion.suspects.length, ...others);
    }
    this.report(suspicion, message, false);
    this.suspicions.delete(suspicion.id);
  }

  /** Flows that left the table: suspicions that waited, and segments that never found their place. */
  private judgeReleased(): void {
    for (const { suspicion: id, bytes, atStart, ended, origin } of this.flows.released.splice(0)) {
      let suspicion = this.suspicions.get(id);
      if (origin !== undefined) {
        this.search(bytes, origin.destinationPort, BY_TCP);
        suspicion = this.suspect(origin);
      }
      if (suspicion === undefined) continue;
      this.report(suspicion, messageOf(suspicion, bytes, 0, bytes.length, atStart, ended), ended);
      this.suspicions.delete(suspicion.id);
    }
  }

  /** Signatures that the last search suspects. */
  private get hits(): number {
    return this.hotPath.found[HIT_COUNT] as number;
  }

  /** Searches bytes of a flow to the port, which the hot path does not have. */
  private search(bytes: Uint8Array, destinationPort: number, transport: number): void {
    const searched = bytes.subarray(0, SCRATCH_BYTES / 2);
    this.hotPath.bytes.set(searched, SCRATCH);
    this.hotPath.functions.searchBytes(SCRATCH, searched.length, destinationPort, transport);
  }

  private suspect(packet: Packet): Suspicion | undefined {
    const transport = transportOf(packet.protocol);
    if (this.hits === 0) return undefined;
    const header = transport === 'tcp' || transport === 'udp' ? this.headers.find(packet) : undefined;
    const suspects = this.newSuspects(transport, packet.destinationPort, header !== undefined);
    if (suspects.length === 0) return undefined;
    const suspicion = this.suspicionOf(packet, transport, suspects);
    suspicion.header = header;
    suspicion.afterHeader = header !== undefined;
    this.counters.suspicions++;
    this.nextId = this.nextId === 0x7fffffff ? 1 : this.nextId + 1;
    if (this.suspicions.size >= suspectedFlows) {
      // Insertion order is age. Its flow goes on, and is suspected again if it says more.
      for (const oldest of this.suspicions.keys()) {
        this.suspicions.delete(oldest);
        this.counters.suspicionsDropped++;
        break;
      }
    }
    this.suspicions.set(suspicion.id, suspicion);
    return suspicion;
  }

  private suspicionOf(packet: Packet, transport: Transport, suspects: number[]): Suspicion {
    return {
      id: this.nextId,
      transport,
      source: sourceText(packet),
      sourcePort: packet.sourcePort,
      target: destinationText(packet),
      targetPort: packet.destinationPort,
      time: timeOf(packet),
      established: false,
      suspects,
      matched: new Set(),
      afterHeader: false,
      judgements: 0,
      judgedLength: 0,
    };
  }

  /** What the search just found, as far as transport and port allow it, and of what counts only after a header. */
  private newSuspects(transport: Transport, targetPort: number, afterHeader: boolean): number[] {
    const suspects: number[] = [];
    const { hits } = this.hotPath;
    const count = this.hits;
    for (let index = 0; index < count; index++) {
      const hit = hits[index] as number;
      const { transports, ports } = this.signatures[hit] as Signature;
      if (!afterHeader && this.packetSignatures.waiting.has(hit)) continue;
      if (transports.includes(transport) && (ports.length === 0 || ports.includes(targetPort))) suspects.push(hit);
    }
    return suspects;
  }

  private addHits({ transport, targetPort, suspects, matched, afterHeader }: Suspicion): void {
    for (const hit of this.newSuspects(transport, targetPort, afterHeader)) {
      if (!matched.has(hit) && !suspects.includes(hit)) suspects.push(hit);
    }
  }

  private report(suspicion: Suspicion, message: ClientMessage, answered: boolean): void {
    for (const match of this.judge.judge(message, suspicion.suspects, answered)) {
      suspicion.suspects.splice(suspicion.suspects.indexOf(match.index), 1);
      suspicion.matched.add(match.index);
      if (this.echoes.isEcho(match.signature.id, suspicion)) {
        this.counters.echoes++;
        continue;
      }
      if (suspicion.header !== undefined && this.packetSignatures.completing.has(match.index)) {
        this.reportHeader(suspicion, suspicion.header);
        suspicion.header = undefined;
      }
      this.counters.evidence++;
      this.onEvidence(evidenceOf(suspicion, message, match));
    }
  }

  /** What was remembered is evidence now, for something was said after it. */
  private reportHeader(suspicion: Suspicion, header: RememberedHeader): void {
    if (!this.headers.claim(header, Math.floor(suspicion.time / 1e6))) return;
    const { bytes, transportStart, sourcePort, seconds, microseconds } = header;
    const time = (seconds >>> 0) * 1_000_000 + microseconds;
    const sent: Suspicion = { ...suspicion, sourcePort, time, established: false };
    const plain = messageOf(sent, bytes, bytes.length, bytes.length, true, true);
    const message = { ...plain, headers: { ipStart: 0, transportStart } };
    const datagram = suspicion.transport === 'udp' ? this.datagrams.get(header.place) : undefined;
    const matches =
      datagram === undefined
        ? this.judge.judge(message, this.ofTransport(this.packetSignatures.remembered, suspicion.transport), true)
        : [{ index: -1, signature: datagram, fields: {}, start: 0, end: bytes.length }];
    for (const match of matches) {
      this.counters.evidence++;
      this.onEvidence(evidenceOf(sent, message, match));
    }
  }
}

/**
 * An echo server, or one that quotes the question, says a scanner's bytes back to it. Where no handshake told who the
 * client is, that would accuse the server: the same signature the other way round between the same ports is no evidence.
 */
class Echoes {
  readonly #recent = new Set<string>();

  isEcho(signature: string, { transport, source, sourcePort, target, targetPort }: Suspicion): boolean {
    const here = `${source} ${sourcePort}`;
    const there = `${target} ${targetPort}`;
    if (this.#recent.has(`${signature} ${transport} ${there} ${here}`)) return true;
    this.#recent.add(`${signature} ${transport} ${here} ${there}`);
    if (this.#recent.size > rememberedEvidence) {
      for (const oldest of this.#recent) {
        this.#recent.delete(oldest);
        break;
      }
    }
    return false;
  }
}

function messageOf(
  suspicion: Suspicion,
  bytes: Uint8Array,
  start: number,
  end: number,
  atStart: boolean,
  ended: boolean,
): ClientMessage {
  const { transport, sourcePort, targetPort } = suspicion;
  return { bytes, start, end, transport, atStart, ended, sourcePort, destinationPort: targetPort };
}

/** All of a packet that was found by its headers. */
function packetMessage({ bytes, payloadStart, payloadEnd, ipStart, transportStart, ...packet }: Packet): ClientMessage {
  return {
    bytes,
    start: payloadStart,
    end: payloadEnd,
    transport: transportOf(packet.protocol),
    atStart: true,
    ended: packet.payloadMissing === 0,
    sourcePort: packet.sourcePort,
    destinationPort: packet.destinationPort,
    headers: { ipStart, transportStart },
  };
}

/** The first bytes of the match with some before, at most `evidenceBytes`. Of a packet known by its headers, these too. */
function evidenceOf(suspicion: Suspicion, message: ClientMessage, match: Match): Evidence {
  const length = Math.min(match.end - match.start, evidenceBytes);
  const first = match.start < message.start ? (message.headers?.ipStart ?? message.start) : message.start;
  const before = Math.min(match.start - first, evidenceBytes - length);
  const from = match.start - before;
  const to = Math.min(message.end, from + evidenceBytes);
  return {
    signature: match.signature,
    time: suspicion.time,
    transport: suspicion.transport,
    source: suspicion.source,
    sourcePort: suspicion.sourcePort,
    target: suspicion.target,
    targetPort: suspicion.targetPort,
    spoofable: suspicion.transport !== 'tcp' || !suspicion.established,
    bytes: message.bytes.slice(from, to),
    matchStart: before,
    matchEnd: before + length,
    fields: match.fields,
  };
}

/** Microseconds since 1970. The packet's seconds are 32 bits that look negative after 2038. */
function timeOf(packet: Packet): number {
  return (packet.seconds >>> 0) * 1_000_000 + packet.microseconds;
}

function isIcmp(packet: Packet): boolean {
  return packet.protocol === 1 || packet.protocol === 58;
}

/** Echo, timestamp and address mask requests (RFC 792, RFC 950), ICMPv6 echo request (RFC 4443 section 4.1). */
function isIcmpQuestion(packet: Packet): boolean {
  const type = packet.bytes[packet.transportStart] as number;
  return packet.protocol === 58 ? type === 128 : type === 8 || type === 13 || type === 17;
}
