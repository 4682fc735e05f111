/** A signature's examples through the whole engine, delivered in every way that a network may deliver them. */

import { type EngineTrial, exampleFrames } from './engine-trial.ts';
import { flowDepth } from './limits.ts';
import type { Evidence } from './scan/evidence.ts';
import { indexSequences, Sufficiency } from './scan/sufficiency.ts';
import type { Example, ExampleFlow, Signature } from './signature/signature.ts';
import type { ConversationOptions } from './testing/frames.ts';

/** What an example should have done and did not. */
export interface ExampleFault {
  /** Keys that lead to the example: `['hits', 0]`. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

interface Delivery extends ConversationOptions {
  readonly way: string;
}

/** Of a longer example not every cut is tried, but this many, evenly spread: each costs two walks over its bytes. */
const mostCuts = 1024;

/** Everything that is wrong with the examples; the first way in which each fails. `trial` must know the signature. */
export function trySignature(trial: EngineTrial, signature: Signature): ExampleFault[] {
  const kinds = [
    ['hits', signature.hits],
    ['misses', signature.misses],
  ] as const;
  return kinds.flatMap(([kind, examples]) =>
    examples.flatMap((example, index) => {
      const failures = signature.sequence
        ? trySequence(trial, signature, kind, example)
        : example.flatMap((flow) => tryFlow(trial, signature, kind, flow));
      return firstFault(failures, [kind, index]);
    }),
  );
}

function firstFault(failures: readonly string[], path: readonly PropertyKey[]): ExampleFault[] {
  const [first, ...others] = failures;
  if (first === undefined) return [];
  return [{ path, message: others.length === 0 ? first : `${first} (and in ${others.length} more ways)` }];
}

type Kind = 'hits' | 'misses';

function tryFlow(trial: EngineTrial, signature: Signature, kind: Kind, flow: ExampleFlow): string[] {
  if (flow.packet) return tryPacket(trial, signature, kind, flow);
  const port = flow.port || signature.ports[0] || 9;
  if (flow.bytes.length > flowDepth) return [`is longer than the ${flowDepth} bytes that are read of a flow`];
  return deliveries(flow, kind).flatMap((delivery) => {
    const endpoints = trial.endpoints(port);
    const seen = trial.see([
      ...trial.framesBefore(signature.id, endpoints),
      ...exampleFrames(flow, endpoints, delivery),
    ]);
    const count = seen.filter((id) => id === signature.id).length;
    const others = seen.filter((id) => id !== signature.id);
    return failure(kind, count, delivery.way, others);
  });
}

/** A packet arrives whole or not at all. */
function tryPacket(trial: EngineTrial, signature: Signature, kind: Kind, flow: ExampleFlow): string[] {
  const endpoints = trial.endpoints(flow.port);
  const [frame] = exampleFrames(flow, endpoints);
  const before = trial.framesBefore(signature.id, { ...endpoints, targetPort: targetPortOf(frame!) });
  const seen = trial.see([...before, frame!]);
  if (trial.remembers(frame!, signature.id)) seen.push(signature.id);
  const count = seen.filter((id) => id === signature.id).length;
  const others = seen.filter((id) => id !== signature.id);
  return failure(kind, count, 'whole', others);
}

/** Of an Ethernet frame without tags; extension headers of IPv6 are not looked through. */
function targetPortOf(frame: Uint8Array): number {
  const transport = 14 + (frame[14]! >> 4 === 6 ? 40 : (frame[14]! & 15) * 4);
  return (frame[transport + 2]! << 8) | frame[transport + 3]!;
}

/** All flows of the example come from one client, each a little after the other. */
function trySequence(trial: EngineTrial, signature: Signature, kind: Kind, example: Example): string[] {
  const ways = example.map((flow) => deliveries(flow, kind));
  const longest = Math.max(...ways.map((list) => list.length));
  return Array.from({ length: longest }, (_, index) => {
    const client = trial.client();
    const evidence = example.flatMap((flow, at) => {
      const endpoints = trial.endpoints(flow.port || signature.ports[0] || 9, client);
      return trial.evidence(exampleFrames(flow, endpoints, ways[at]![index]), 1);
    });
    const way = ways.find((list) => list.length === longest)![index]!.way;
    const count = completes(signature, evidence) ? 1 : 0;
    return failure(
      kind,
      count,
      way,
      evidence.map(({ signature: { id } }) => id),
    );
  }).flat();
}

/** Does the evidence complete the sequence? How far apart it came does not matter here, nor what else it proves. */
function completes(signature: Signature, evidence: readonly Evidence[]): boolean {
  const sufficiency = new Sufficiency(indexSequences([signature]), Number.POSITIVE_INFINITY);
  return evidence.some((one) => sufficiency.add(one).length > 0);
}

function failure(kind: Kind, count: number, way: string, others: readonly string[]): string[] {
  if (kind === 'misses') return count === 0 ? [] : [`matches and must not: ${way}`];
  if (count === 1) return [];
  if (count > 1) return [`is counted ${count} times: ${way}`];
  return [`does not match: ${way}${others.length === 0 ? '' : `; seen was ${[...new Set(others)].join(', ')}`}`];
}

/** Every way a network may deliver the bytes. */
function deliveries({ transport, packet, bytes: { length } }: ExampleFlow, kind: Kind): Delivery[] {
  if (transport !== 'tcp' || packet) return [{ way: 'whole' }];
  const ones = Array.from({ length: Math.max(0, length - 1) }, () => 1);
  const reversed = Array.from({ length }, (_, index) => length - 1 - index);
  const ways: Delivery[] = [
    { way: 'whole' },
    { way: 'without the server', server: false },
    { way: 'without a handshake', handshake: false },
    { way: 'byte by byte', cuts: ones },
    { way: 'byte by byte, the last first', cuts: ones, order: reversed },
  ];
  // Without a handshake, nobody can know that a byte before the first is still to come: a part of a miss may match.
  if (kind === 'hits') {
    ways.push({
      way: 'byte by byte, the last first, without a handshake',
      cuts: ones,
      order: reversed,
      handshake: false,
    });
  }
  const step = Math.max(1, Math.ceil(length / mostCuts));
  for (let cut = 1; cut < length; cut += step) {
    ways.push({ way: `cut at ${cut}`, cuts: [cut] });
    ways.push({ way: `cut at ${cut}, the rest first`, cuts: [cut], order: [1, 0] });
  }
  return ways;
}
