/** What Suricata can say of a signature, and with which rules. */

import type { CompiledSignature } from '../signature/compile-signatures.ts';
import type { Condition, Signature } from '../signature/signature.ts';
import type { Detection, SuricataAnswer, SuricataVersion } from './suricata-detection.ts';
import { dnsDetections } from './suricata-dns.ts';
import { bufferPlaces, streamPlaces } from './suricata-fields.ts';
import { bufferOptions, content } from './suricata-options.ts';
import { payloadDetections } from './suricata-payload.ts';
import { specialPart } from './suricata-special.ts';
import { streamOptions } from './suricata-stream.ts';

type Transport = Signature['transports'][number];

/** More rules for one signature would cost more than they find. */
const mostLiterals = 16;

const supportedTransports: ReadonlySet<string> = new Set(['tcp', 'udp', 'icmp']);

export function suricataAnswer(signature: CompiledSignature, version: SuricataVersion): SuricataAnswer {
  if (signature.sequence !== undefined) return { exactness: 'unsupported', reason: 'it is a sequence', detections: [] };
  const foreign = signature.transports.find((transport) => !supportedTransports.has(transport));
  if (foreign !== undefined) {
    return { exactness: 'unsupported', reason: `Suricata has no rules on ${foreign} payload`, detections: [] };
  }
  if (signature.match.every(({ field }) => field === 'payload')) {
    return { exactness: 'exact', reason: '', detections: payloadDetections(signature, signature.literals) };
  }
  if (signature.match.every(({ field }) => field.startsWith('dns.'))) {
    const detections = dnsDetections(signature);
    if (detections !== undefined) return { exactness: 'exact', reason: '', detections };
    if (signature.match.every(({ field }) => field === 'dns.query')) {
      return { exactness: 'exact', reason: '', detections: [queryDetection(signature)] };
    }
  }
  const answers = signature.transports.map((transport) => transportAnswer(signature, transport, version));
  const worst = answers.find(({ exactness }) => exactness !== 'exact') ?? answers[0]!;
  return { ...worst, detections: answers.flatMap(({ detections }) => detections) };
}

function queryDetection(signature: Signature): Detection {
  const options = signature.match.flatMap(({ test }) => ['dns.query', ...bufferOptions({ ...test, nocase: true })]);
  return { protocol: 'dns', options: ['flow:to_server', ...options] };
}

interface Part {
  readonly protocol?: string;
  readonly options: readonly string[];
}

function transportAnswer(signature: CompiledSignature, transport: Transport, version: SuricataVersion): SuricataAnswer {
  const parts: Part[] = [];
  const unsaid: string[] = [];
  for (const condition of signature.match) {
    const part = conditionPart(condition, transport, version);
    if (part === undefined) unsaid.push(condition.field);
    else parts.push(part);
  }
  const protocol = parts.find((part) => part.protocol !== undefined)?.protocol ?? transport;
  const flow = transport === 'tcp' ? ['flow:established,to_server'] : ['flow:to_server'];
  // Conditions on the stream first: what follows a sticky buffer speaks of that.
  const options = [
    ...parts.filter((part) => part.protocol === undefined),
    ...parts.filter((part) => part.protocol !== undefined),
  ].flatMap((part) => part.options);
  if (unsaid.length === 0)
    return { exactness: 'exact', reason: '', detections: [{ protocol, options: [...flow, ...options] }] };
  const { literals } = signature;
  if (literals.length === 0 || literals.length > mostLiterals) {
    return { exactness: 'unsupported', reason: `Suricata has no word for ${unsaid.join(' and ')}`, detections: [] };
  }
  return {
    exactness: 'wider',
    reason: `Suricata has no word for ${unsaid.join(' and ')}: its bytes are looked for wherever they stand`,
    detections: literals.map(({ bytes, anchored }) => ({
      protocol: protocol === 'tcp' && anchored ? 'tcp-stream' : protocol,
      options: [...flow, ...content(bytes, { start: anchored, nocase: true, fast: true }), ...options],
    })),
  };
}

function conditionPart(condition: Condition, transport: Transport, version: SuricataVersion): Part | undefined {
  const { field, test } = condition;
  const special = specialPart(condition, version);
  if (special !== undefined) return special;
  const buffer = bufferPlaces[field];
  if (buffer !== undefined && version >= buffer.since) {
    return { protocol: buffer.protocol, options: [buffer.keyword, ...bufferOptions(test)] };
  }
  const place = streamPlaces[field];
  if (place === undefined) return undefined;
  const options = streamOptions(field, place, test);
  return options && { options: transport === 'udp' ? options : options };
}
