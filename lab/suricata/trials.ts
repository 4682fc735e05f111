/** Every hit and miss of the catalogue as traffic, delivered in several ways, and what our own engine says of it. */

import { EngineTrial, exampleFrames } from '../../src/engine-trial.ts';
import { indexSequences, Sufficiency } from '../../src/scan/sufficiency.ts';
import type { CompiledSignature } from '../../src/signature/compile-signatures.ts';
import { PacketSignatures } from '../../src/signature/packet-signatures.ts';
import type { ExampleFlow, Signature } from '../../src/signature/signature.ts';
import type { ConversationOptions, Endpoints } from '../../src/testing/frames.ts';
import { firstTime, step, type TimedFrame } from './pcap.ts';

export interface Trial {
  /** `smtp-ehlo-scanme hits 0, cut in the middle` */
  readonly name: string;
  readonly signature: string;
  /** The client, which no other trial has. */
  readonly client: string;
  /** The same, as a packet over IPv6 has it. */
  readonly mapped: string;
  /** Ids of the signatures that our engine sees. */
  readonly ours: ReadonlySet<string>;
}

interface Delivery extends ConversationOptions {
  readonly way: string;
  readonly version6?: boolean;
}

const whole: Delivery = { way: 'whole' };

/** One capture with all trials, each after the other. */
export function makeTrials(catalogue: readonly CompiledSignature[]): { trials: Trial[]; frames: TimedFrame[] } {
  const engine = new EngineTrial(catalogue);
  const sequences = indexSequences(catalogue);
  const remembered = new PacketSignatures(catalogue).remembered.map((index) => catalogue[index]!.id);
  const trials: Trial[] = [];
  const frames: TimedFrame[] = [];
  let time = firstTime;
  for (const signature of catalogue) {
    for (const [kind, examples] of [
      ['hits', signature.hits],
      ['misses', signature.misses],
    ] as const) {
      for (const [index, example] of examples.entries()) {
        for (const delivery of example.length > 1 || example[0]!.packet ? [whole] : deliveries(example[0]!, kind)) {
          const number = trials.length;
          const made = example.flatMap((flow, at) => {
            const between = endpoints(signature, flow, number, at, delivery.version6 === true);
            // Some signatures are judged only behind the packet of a port scan, which is IPv4.
            const before = delivery.version6 ? [] : engine.framesBefore(signature.id, between);
            return [...before, ...exampleFrames(flow, between, delivery)];
          });
          const sufficiency = new Sufficiency(sequences, Number.POSITIVE_INFINITY);
          const ours = new Set<string>();
          for (const evidence of engine.evidence(made, 1)) {
            ours.add(evidence.signature.id);
            for (const completed of sufficiency.add(evidence)) ours.add(completed.signature.id);
          }
          for (const id of remembered) if (made.some((frame) => engine.remembers(frame, id))) ours.add(id);
          for (const bytes of made) {
            time += step;
            frames.push({ bytes, time });
          }
          const name = `${signature.id} ${kind} ${index}, ${delivery.way}`;
          trials.push({
            name,
            signature: signature.id,
            client: clientAddress(number, delivery.version6 === true),
            mapped: mappedAddress(number),
            ours,
          });
        }
      }
    }
  }
  return { trials, frames };
}

function clientAddress(number: number, version6: boolean): string {
  const [a, b, c] = [(number >> 16) & 255, (number >> 8) & 255, number & 255];
  return version6 ? `fd00:0000:0000:0000:0000:0000:0001:${number.toString(16).padStart(4, '0')}` : `10.${a}.${b}.${c}`;
}

/** As `packetFrame` writes it: the IPv4 address in the last bytes of fd00::. */
function mappedAddress(number: number): string {
  const low = (number & 0xffff).toString(16).padStart(4, '0');
  return `fd00:0000:0000:0000:0000:0000:0a${((number >> 16) & 255).toString(16).padStart(2, '0')}:${low}`;
}

function endpoints(signature: Signature, flow: ExampleFlow, number: number, at: number, version6: boolean): Endpoints {
  return {
    source: clientAddress(number, version6),
    target: version6 ? 'fd00::7' : '192.168.7.7',
    sourcePort: 40_000 + at,
    targetPort: flow.port || signature.ports[0] || 9,
  };
}

/** Whole, and cut where it matters most: behind the first byte, in the middle, before the last, everywhere, in disorder. */
function deliveries({ transport, bytes: { length } }: ExampleFlow, kind: 'hits' | 'misses'): Delivery[] {
  if (transport === 'icmp') return [whole];
  if (transport !== 'tcp') return [whole, { way: 'over IPv6', version6: true }];
  const middle = length >> 1;
  const ways: Delivery[] = [whole];
  if (length > 1) ways.push({ way: 'cut in the middle', cuts: [middle] });
  if (kind === 'misses') return ways;
  ways.push({ way: 'over IPv6', version6: true });
  if (length < 3) return ways;
  ways.push({ way: 'cut behind the first byte', cuts: [1] });
  ways.push({ way: 'cut before the last byte', cuts: [length - 1] });
  ways.push({ way: 'cut in the middle, the rest first', cuts: [middle], order: [1, 0] });
  if (length <= 400) ways.push({ way: 'byte by byte', cuts: Array.from({ length: length - 1 }, () => 1) });
  return ways;
}
