/**
 * Signatures of packets: of those that say nothing, found by their headers (`packet/packet-gate.ts`) and not by a literal; and
 * of those that are remembered until the same source says something else.
 */

import { type GateKey, PacketGate } from '../packet/packet-gate.ts';
import { isRouting, protocolNumbers } from '../protocol/transport.ts';
import type { CompiledSignature } from './compile-signatures.ts';
import type { Signature } from './signature.ts';

/** What the gate needs to know of them; undefined if the signature's conditions do not say enough. */
export function gateKey({ match, transports }: Pick<Signature, 'match' | 'transports'>): GateKey | undefined {
  const wanted = new Map(
    match.flatMap(({ field, test }) => (test.is === undefined ? [] : [[field, test.is] as const])),
  );
  const number = (name: string): number | undefined => {
    const text = wanted.get(`packet.${name}`);
    return text === undefined || !/^(0x[0-9a-f]{1,8}|\d{1,9})$/.test(text) ? undefined : Number(text);
  };
  if (transports.length !== 1) return undefined;
  if (transports[0] === 'tcp') {
    const flags = number('tcp_flags');
    const options = wanted.get('packet.tcp_options');
    if (flags === undefined || flags > 255 || options === undefined || !/^([0-9a-f]{8}){1,10}$/.test(options)) {
      return undefined;
    }
    return { kind: 'tcp', flags, options: Buffer.from(options, 'hex'), window: number('window') };
  }
  if (transports[0] === 'udp') return number('size') === 0 ? { kind: 'udp' } : undefined;
  const protocol = protocolNumbers[transports[0]!];
  const identification = number('ip_id');
  if (isRouting(protocol) && identification !== undefined) return { kind: 'routing', protocol, identification };
  const [type, code, id, sequence] = ['icmp_type', 'icmp_code', 'icmp_id', 'icmp_sequence'].map(number);
  if (transports[0] !== 'icmp' || type === undefined || code === undefined || sequence === undefined) return undefined;
  return { kind: 'icmp', type, code, id, sequence };
}

/** Which signatures of a catalogue are such, by their places in it. */
export interface PacketRoles {
  /** They prove something: judged as soon as the packet is seen. */
  readonly judged: readonly number[];
  /** Weak: judged when something else is known of the same source. */
  readonly remembered: readonly number[];
  /** Weak ones of datagrams that a sequence needs: found by their literals, and then remembered like those. */
  readonly datagrams: readonly number[];
  /** Signatures that become proof when a remembered one came before them. */
  readonly completing: readonly number[];
  /** Of those, the weak ones that no other sequence counts: without such a header before them, they are not even judged. */
  readonly waiting: readonly number[];
}

export function packetRoles(catalogue: readonly CompiledSignature[]): PacketRoles {
  const found = catalogue.flatMap((signature, index) => {
    if (signature.literals.length > 0 || signature.sequence !== undefined) return [];
    return gateKey(signature) === undefined ? [] : [{ index, weak: signature.grade === 'weak' }];
  });
  const judged = found.flatMap(({ index, weak }) => (weak ? [] : [index]));
  const remembered = found.flatMap(({ index, weak }) => (weak ? [index] : []));
  const datagrams = datagramsOf(catalogue);
  const headers = new Set([...remembered, ...datagrams].map((index) => catalogue[index]!.id));
  const completing = completingOf(catalogue, headers);
  return { judged, remembered, datagrams, completing, waiting: waitingOf(catalogue, headers, completing) };
}

/** Ids of those that are not even judged without such a header before them. */
export function waitingIds(catalogue: readonly CompiledSignature[]): ReadonlySet<string> {
  return new Set(packetRoles(catalogue).waiting.map((index) => catalogue[index]!.id));
}

/** The same for the engine. */
export class PacketSignatures {
  readonly gate: PacketGate;
  readonly judged: readonly number[];
  readonly remembered: readonly number[];
  readonly datagrams: ReadonlySet<number>;
  readonly completing: ReadonlySet<number>;
  readonly waiting: ReadonlySet<number>;

  constructor(catalogue: readonly CompiledSignature[], roles: PacketRoles = packetRoles(catalogue)) {
    const keys = (places: readonly number[]): GateKey[] => places.flatMap((place) => gateKey(catalogue[place]!) ?? []);
    this.gate = new PacketGate(keys(roles.judged), keys(roles.remembered));
    this.judged = roles.judged;
    this.remembered = roles.remembered;
    this.datagrams = new Set(roles.datagrams);
    this.completing = new Set(roles.completing);
    this.waiting = new Set(roles.waiting);
  }
}

function datagramsOf(catalogue: readonly CompiledSignature[]): number[] {
  const needed = new Set(catalogue.flatMap(({ sequence }) => sequence?.needs ?? []));
  return catalogue.flatMap(({ id, grade, transports, literals }, index) =>
    needed.has(id) && grade === 'weak' && transports.every((one) => one === 'udp') && literals.length > 0
      ? [index]
      : [],
  );
}

/** Members of the sequences that need a remembered header. */
function completingOf(catalogue: readonly CompiledSignature[], headers: ReadonlySet<string>): number[] {
  const members = new Set(
    catalogue.flatMap(({ sequence }) => (sequence?.needs?.some((id) => headers.has(id)) ? sequence.of : [])),
  );
  return catalogue.flatMap(({ id }, index) => (members.has(id) && !headers.has(id) ? [index] : []));
}

function waitingOf(
  catalogue: readonly CompiledSignature[],
  headers: ReadonlySet<string>,
  completing: readonly number[],
): number[] {
  const counted = new Set(
    catalogue.flatMap(({ sequence }) => (sequence?.needs?.some((id) => headers.has(id)) ? [] : (sequence?.of ?? []))),
  );
  return completing.filter((index) => catalogue[index]!.grade === 'weak' && !counted.has(catalogue[index]!.id));
}
