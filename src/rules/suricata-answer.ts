/** What Suricata can say of a signature, and with which rules. */

import type { CompiledSignature } from '../signature/compile-signatures.ts';
import type { Condition, Signature } from '../signature/signature.ts';
import type { Detection, SpecialPart, SuricataAnswer, SuricataVersion } from './suricata-detection.ts';
import { signatureDifferences } from './suricata-differences.ts';
import { dnsDetections } from './suricata-dns.ts';
import { bufferPlaces, streamedSignatures, streamPlaces } from './suricata-fields.ts';
import { bufferOptions, content } from './suricata-options.ts';
import { headerInPayload, packetOptions } from './suricata-packet.ts';
import { mostLiterals, payloadDetections, testOptions } from './suricata-payload.ts';
import { sequenceAnswer } from './suricata-sequences.ts';
import { headerNamesInStream, specialParts } from './suricata-special.ts';
import { streamOptions } from './suricata-stream.ts';

type Transport = Signature['transports'][number];

const supportedTransports: ReadonlySet<string> = new Set(['tcp', 'udp', 'icmp']);

export function suricataAnswer(signature: CompiledSignature, version: SuricataVersion): SuricataAnswer {
  const answer = answerByRules(signature, version);
  const difference = signatureDifferences[signature.id];
  if (answer.exactness !== 'exact' || difference?.versions?.includes(version) === false) return answer;
  return difference === undefined ? answer : { ...answer, exactness: difference.exactness, reason: difference.reason };
}

function answerByRules(signature: CompiledSignature, version: SuricataVersion): SuricataAnswer {
  if (signature.sequence !== undefined) return { ...sequenceAnswer(signature), detections: [] };
  const foreign = signature.transports.find((transport) => !supportedTransports.has(transport));
  if (foreign !== undefined) {
    return { exactness: 'unsupported', reason: `Suricata has no rules on ${foreign} payload`, detections: [] };
  }
  const onHeaders = signature.match.filter(({ field }) => field.startsWith('packet.'));
  const onContent = signature.match.filter(({ field }) => !field.startsWith('packet.'));
  if (onContent.every(({ field }) => field === 'payload'))
    return packetAnswer(signature, onHeaders, onContent.length > 0);
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

function packetAnswer(
  signature: CompiledSignature,
  onHeaders: readonly Condition[],
  hasPayload: boolean,
): SuricataAnswer {
  const headers = packetOptions(onHeaders, signature.transports.join());
  if (headers === undefined) {
    const fields = onHeaders.map(({ field }) => field).join(', ');
    return { exactness: 'unsupported', reason: `Suricata cannot say what is asked of ${fields}`, detections: [] };
  }
  const detections = hasPayload
    ? payloadDetections(behindHeader(signature, headerInPayload(onHeaders)), signature.literals, headers)
    : signature.transports.map((transport) => ({ protocol: transport, options: headers }));
  if (hasPayload && headerInPayload(onHeaders) > 0) {
    return { exactness: 'wider', reason: 'Suricata does not show the last eight bytes of such a packet', detections };
  }
  return { exactness: 'exact', reason: '', detections };
}

/** The signature for a payload that has so many bytes more at its beginning. */
function behindHeader(signature: Signature, bytes: number): Signature {
  if (bytes === 0) return signature;
  const match = signature.match.map((condition) => {
    const { matches } = condition.test;
    if (condition.field !== 'payload' || matches?.startsWith('^') !== true) return condition;
    // And of its end, eight bytes are not shown: of a run of zeros that is the whole payload, so many fewer.
    const inner = matches.slice(1).replace(/^\\x00\{(\d+)\}\$$/, (_, count: string) => `\\x00{${Number(count) - 8}}$`);
    return { ...condition, test: { ...condition.test, matches: `^.{${bytes}}(?:${inner})` } };
  });
  return { ...signature, match };
}

function queryDetection(signature: Signature): Detection {
  const options = signature.match.flatMap(({ test }) => ['dns.query', ...bufferOptions({ ...test, nocase: true })]);
  return { protocol: 'dns', options: ['flow:to_server', ...options] };
}

function transportAnswer(signature: CompiledSignature, transport: Transport, version: SuricataVersion): SuricataAnswer {
  const streamed = streamedSignatures[signature.id]?.includes(version) === true;
  const said: (readonly SpecialPart[])[] = [];
  const unsaid: string[] = [];
  for (const condition of signature.match) {
    const parts = conditionParts(condition, transport, version, streamed);
    if (parts === undefined) unsaid.push(condition.field);
    else said.push(parts);
  }
  const choices = allChoices(said);
  if (unsaid.length === 0) {
    const detections = choices.flatMap((parts) =>
      searches(signature, parts).map((search) => detectionOf(parts, transport, search)),
    );
    return { exactness: 'exact', reason: '', detections };
  }
  const { literals } = signature;
  if (literals.length === 0 || literals.length > mostLiterals) {
    return { exactness: 'unsupported', reason: `Suricata has no word for ${unsaid.join(' and ')}`, detections: [] };
  }
  return {
    exactness: 'wider',
    reason: `Suricata has no word for ${unsaid.join(' and ')}: its bytes are looked for wherever they stand`,
    detections: literals.flatMap(({ bytes, anchored }) => {
      const search = content(bytes, { start: anchored, nocase: true, fast: true });
      return choices.map((parts) => detectionOf(parts, transport, search));
    }),
  };
}

/** What to look for first, where the parts are patterns only: a pattern alone would be run on everything. */
function searches({ literals }: CompiledSignature, parts: readonly SpecialPart[]): string[][] {
  const onStream = parts.every((part) => part.protocol === undefined);
  const searched = parts.some((part) => part.options.some((option) => option.startsWith('content:')));
  if (searched || !onStream || literals.length === 0 || literals.length > mostLiterals) return [[]];
  return literals.map(({ bytes, anchored }) => content(bytes, { start: anchored, nocase: true, fast: true }));
}

/** One part of each condition, in all combinations. */
function allChoices(conditions: readonly (readonly SpecialPart[])[]): SpecialPart[][] {
  return conditions.reduce<SpecialPart[][]>(
    (choices, parts) => choices.flatMap((choice) => parts.map((part) => [...choice, part])),
    [[]],
  );
}

function detectionOf(parts: readonly SpecialPart[], transport: Transport, search: readonly string[]): Detection {
  const flow = transport === 'tcp' ? ['flow:established,to_server'] : ['flow:to_server'];
  const fromStart = search.includes('startswith');
  const protocol =
    parts.find((part) => part.protocol !== undefined)?.protocol ?? parts.find((part) => part.stream)?.stream;
  // Of several commands, Suricata may look at each alone: all but the last only mark the flow.
  const waiting = transport === 'tcp' ? parts.filter((part) => part.waits) : [];
  const earlier = waiting.slice(0, -1);
  const first = earlier.length > 0 ? earlier.flatMap((part) => part.options) : parts.find((part) => part.first)?.first;
  const now = parts.filter((part) => !earlier.includes(part));
  // Conditions on the stream first: what follows a sticky buffer speaks of that.
  const options = [
    ...now.filter((part) => part.protocol === undefined),
    ...now.filter((part) => part.protocol !== undefined),
  ].flatMap((part) => part.options);
  return {
    protocol: protocol ?? (transport === 'tcp' && fromStart ? 'tcp-stream' : transport),
    options: [...flow, ...search, ...options],
    ...(first !== undefined && { first: [...flow, ...first] }),
  };
}

function conditionParts(
  condition: Condition,
  transport: Transport,
  version: SuricataVersion,
  streamed: boolean,
): readonly SpecialPart[] | undefined {
  const { field, test } = condition;
  if (!streamed) {
    const special = specialParts(condition, version, transport);
    if (special !== undefined) return special;
    const buffer = bufferPlaces[field];
    if (buffer !== undefined && version >= buffer.since) {
      return [{ protocol: buffer.protocol, options: [buffer.keyword, ...bufferOptions(test)] }];
    }
  }
  if (field === 'payload') return [{ options: testOptions(test, transport) }];
  if (streamed && field === 'http.header_names' && test.is !== undefined) return [headerNamesInStream(test.is)];
  const place = streamPlaces[field];
  const options = place && streamOptions(field, place, test);
  if (place === undefined || options === undefined) return undefined;
  const { protocol: stream, opening: first, waits } = place;
  return [{ options, ...(stream && { stream }), ...(first && { first }), ...(waits && { waits }) }];
}
