/** An engine for trying signatures: it sees many unrelated flows, one after the other, and tells what each proved. */

import { Engine } from './engine.ts';
import { protocols } from './protocol/protocols.ts';
import type { Evidence } from './scan/evidence.ts';
import type { CompiledSignature } from './signature/compile-signatures.ts';
import { PacketSignatures } from './signature/packet-signatures.ts';
import type { ExampleFlow } from './signature/signature.ts';
import {
  bytesOf,
  type ConversationOptions,
  type Endpoints,
  icmpFrame,
  packetFrame,
  tcpConversation,
  udpFrame,
} from './testing/frames.ts';

const ethernet = 1;

export class EngineTrial {
  readonly #engine: Engine;
  /** By signatures that are judged only after a packet of a port scan: such a packet. */
  readonly #before: ReadonlyMap<string, ExampleFlow>;
  #evidence: Evidence[] = [];
  #clients = 0;
  #flows = 0;
  /** Milliseconds since 1970. */
  #time = 1_700_000_000_000;

  constructor(catalogue: readonly CompiledSignature[]) {
    this.#before = packetsBefore(catalogue);
    this.#engine = new Engine(catalogue, protocols, (evidence) => this.#evidence.push(evidence));
  }

  /** A client that was never seen before, so that flows cannot mix. */
  client(): number {
    return this.#clients++;
  }

  endpoints(targetPort: number, client: number = this.client()): Endpoints {
    return {
      source: `10.${(client >> 16) & 255}.${(client >> 8) & 255}.${client & 255}`,
      target: '192.168.7.7',
      sourcePort: 40_000 + (this.#flows++ % 20_000),
      targetPort,
    };
  }

  /** What these frames prove, `apart` milliseconds after each other. */
  evidence(frames: readonly Uint8Array[], apart = 1000): Evidence[] {
    this.#evidence = [];
    for (const frame of frames) {
      this.#time += apart;
      const seconds = Math.floor(this.#time / 1000);
      this.#engine.frame(frame, 0, frame.length, ethernet, seconds, (this.#time % 1000) * 1000);
    }
    return this.#evidence;
  }

  /** Ids of the signatures that these frames prove. */
  see(frames: readonly Uint8Array[]): string[] {
    return this.evidence(frames).map(({ signature }) => signature.id);
  }

  /** What must come before the frames between these endpoints, so that the signature is judged at all. */
  framesBefore(id: string, endpoints: Endpoints): Uint8Array[] {
    const packet = this.#before.get(id);
    return packet === undefined ? [] : exampleFrames(packet, endpoints);
  }

  /** Does the packet's header satisfy the signature, which alone is no evidence (weak)? */
  remembers(frame: Uint8Array, id: string): boolean {
    return this.#engine.remembers(frame, ethernet).includes(id);
  }

  /** What was still waiting when the capture ended. */
  finish(): string[] {
    this.#evidence = [];
    this.#engine.finish();
    return this.#evidence.map(({ signature }) => signature.id);
  }
}

function packetsBefore(catalogue: readonly CompiledSignature[]): Map<string, ExampleFlow> {
  const packets = new Map<string, ExampleFlow>();
  const byId = new Map(catalogue.map((signature) => [signature.id, signature]));
  const { waiting } = new PacketSignatures(catalogue);
  for (const { sequence } of catalogue) {
    const packet = byId.get(sequence?.needs?.[0] ?? '')?.hits[0]?.[0];
    if (packet === undefined) continue;
    for (const id of sequence!.of) packets.set(id, packet);
  }
  const waitingIds = new Set([...waiting].map((index) => catalogue[index]!.id));
  for (const id of packets.keys()) if (!waitingIds.has(id)) packets.delete(id);
  return packets;
}

/** The frames of an example. Only TCP can be delivered in several ways. */
export function exampleFrames(
  { transport, bytes, packet }: ExampleFlow,
  endpoints: Endpoints,
  delivery?: ConversationOptions,
): Uint8Array[] {
  const payload = bytesOf(bytes);
  if (packet) return [packetFrame(endpoints, payload)];
  if (transport === 'tcp') return tcpConversation(endpoints, payload, delivery);
  if (transport === 'udp') return [udpFrame(endpoints, payload)];
  return [icmpFrame(endpoints, 8, payload)];
}
