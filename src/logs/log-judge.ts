/** From records to evidence: the signatures whose every condition the log carries, judged by the engine's own judge. */

import ipaddr from 'ipaddr.js';
import { evidenceBytes, loggedFlows, loggedValues, rememberedEvidence } from '../limits.ts';
import type { ClientMessage, Field, Protocol, Transport } from '../protocol/protocol.ts';
import { protocols } from '../protocol/protocols.ts';
import { usableOn } from '../rules/log-field-answers.ts';
import { type LogKind, logSources } from '../rules/log-sources.ts';
import type { Evidence } from '../scan/evidence.ts';
import { Judge } from '../signature/judge.ts';
import type { Signature } from '../signature/signature.ts';
import { LogPrefilter } from './log-prefilter.ts';
import type { Found, LoggedValue, LogRecord } from './log-record.ts';

/** What can be told from one kind of record over one transport: indices into the catalogue. */
interface Candidates {
  readonly indices: readonly number[];
  readonly prefilter: LogPrefilter;
  /** Some of them are limited to ports. */
  readonly portsMatter: boolean;
}

export class LogJudge {
  /** Connections whose earlier commands were forgotten for newer ones. */
  flowsForgotten = 0;
  readonly #signatures: readonly Signature[];
  readonly #judge: Judge;
  readonly #candidates = new Map<string, Candidates>();
  /** What records of one connection said before, where each is only one command. The oldest connection goes. */
  readonly #flows = new Map<string, readonly LoggedValue[]>();
  /** A signature counts once a connection, as in the engine. */
  readonly #seen = new Set<string>();
  #fields: readonly Field[] = [];
  /** Made with the first alert of another engine: most logs hold none. */
  #wire: Judge | undefined;

  constructor(signatures: readonly Signature[]) {
    this.#signatures = signatures;
    const names = new Set(signatures.flatMap(({ match }) => match.map(({ field }) => field.split('.')[0] as string)));
    // The judge asks protocols for fields; here the log has told them already.
    this.#judge = new Judge(
      signatures,
      [...names].map((name) => this.#logged(name)),
    );
  }

  judge(record: LogRecord): Evidence[] {
    if (record.found !== undefined) {
      return this.#isNew(record, record.found.signature) ? this.#alerted(record, record.found) : [];
    }
    const candidates = this.#candidatesOf(record);
    const values = logSources[record.kind].perFlow ? this.#withFlow(record) : record.values;
    if (!candidates.prefilter.mayMatch(values)) return [];
    const suspects = this.#suspects(record, candidates);
    this.#fields = values.map(([name, value]) => ({ name, value, start: 0, end: value.length }));
    const matched = this.#judge
      .judge(message, suspects, true)
      .filter(({ signature }) => this.#isNew(record, signature))
      .map(({ index }) => index);
    return matched.length === 0 ? [] : this.#evidence(record, values, matched);
  }

  /** The other engine has judged; our own shows where in the bytes it is, if they are all there. */
  #alerted(record: LogRecord, { signature, bytes, corroborated = false, sequence }: Found): Evidence[] {
    this.#wire ??= new Judge(this.#signatures, protocols);
    const { transport, sourcePort, targetPort: destinationPort } = record;
    const sent = { ...message, bytes, end: bytes.length, transport, sourcePort, destinationPort };
    const [match] = this.#wire.judge(sent, [this.#signatures.indexOf(signature)], true);
    const reported = this.#reported(record, signature, bytes);
    const evidence = {
      ...reported,
      ...(match && { ...excerpt(bytes, match.start, match.end), fields: match.fields }),
      ...(corroborated && { corroborated }),
    };
    return sequence === undefined ? [evidence] : [evidence, { ...evidence, signature: sequence }];
  }

  #logged(name: string): Protocol {
    return { name, transports: [], fields: {}, parse: () => this.#fields as Field[] };
  }

  #suspects({ targetPort }: LogRecord, { indices, portsMatter }: Candidates): readonly number[] {
    if (!portsMatter) return indices;
    return indices.filter((index) => {
      const { ports } = this.#signatures[index] as Signature;
      return ports.length === 0 || ports.includes(targetPort);
    });
  }

  #candidatesOf({ kind, transport }: LogRecord): Candidates {
    const key = `${kind} ${transport}`;
    let candidates = this.#candidates.get(key);
    if (candidates === undefined) {
      candidates = this.#candidatesFor(kind, transport);
      this.#candidates.set(key, candidates);
    }
    return candidates;
  }

  #candidatesFor(kind: LogKind, transport: Transport): Candidates {
    const indices = this.#signatures.flatMap((signature, index) =>
      signature.transports.includes(transport) && usableOn(signature, kind) ? [index] : [],
    );
    const signatures = indices.map((index) => this.#signatures[index] as Signature);
    return {
      indices,
      prefilter: new LogPrefilter(signatures),
      portsMatter: signatures.some(({ ports }) => ports.length > 0),
    };
  }

  #withFlow({ flow, values }: LogRecord): readonly LoggedValue[] {
    if (flow === '') return values;
    const all = [...(this.#flows.get(flow) ?? []), ...values].slice(-loggedValues);
    this.#flows.delete(flow);
    this.#flows.set(flow, all);
    if (this.#flows.size > loggedFlows) {
      this.#flows.delete(this.#flows.keys().next().value as string);
      this.flowsForgotten++;
    }
    return all;
  }

  #isNew({ flow }: LogRecord, { sid }: Signature): boolean {
    if (flow === '') return true;
    const key = `${sid} ${flow}`;
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    if (this.#seen.size > rememberedEvidence) this.#seen.delete(this.#seen.values().next().value as string);
    return true;
  }

  /** Judged once more, with the values at their places in a text that stands for the client's bytes. */
  #evidence(record: LogRecord, values: readonly LoggedValue[], matched: readonly number[]): Evidence[] {
    const { text, fields } = layOut(values);
    this.#fields = fields;
    const bytes = Buffer.from(text, 'latin1');
    return this.#judge.judge(message, matched, true).map(({ signature, start, end, fields }) => ({
      ...this.#reported(record, signature, bytes),
      ...excerpt(bytes, start, end),
      fields,
    }));
  }

  #reported(record: LogRecord, signature: Signature, bytes: Uint8Array): Evidence {
    return {
      signature,
      time: record.time,
      transport: record.transport,
      source: canonicalAddress(record.source),
      sourcePort: record.sourcePort,
      target: canonicalAddress(record.target),
      targetPort: record.targetPort,
      // Nobody's words reach a server's log over TCP without a handshake.
      spoofable: record.transport !== 'tcp',
      bytes: bytes.slice(0, evidenceBytes),
      matchStart: 0,
      matchEnd: Math.min(bytes.length, evidenceBytes),
      fields: Object.fromEntries(record.values.slice(0, 8)),
    };
  }
}

/** The first bytes of a match with some before it, as the engine keeps them. */
function excerpt(bytes: Uint8Array, start: number, end: number): Pick<Evidence, 'bytes' | 'matchStart' | 'matchEnd'> {
  const length = Math.min(end - start, evidenceBytes);
  const before = Math.min(start, evidenceBytes - length);
  const from = start - before;
  return { bytes: bytes.slice(from, from + evidenceBytes), matchStart: before, matchEnd: before + length };
}

/** Nothing of it is looked at but that it is whole: the conditions on the payload are left out above. */
const message: ClientMessage = {
  bytes: new Uint8Array(0),
  start: 0,
  end: 0,
  transport: 'tcp',
  atStart: true,
  ended: true,
  sourcePort: 0,
  destinationPort: 0,
};

/** One value a line; what stands in an earlier one (the target in the request line) is not repeated. */
function layOut(values: readonly LoggedValue[]): { readonly text: string; readonly fields: readonly Field[] } {
  let text = '';
  const fields = values.map(([name, value]) => {
    const known = text.indexOf(value);
    if (known >= 0) return { name, value, start: known, end: known + value.length };
    const start = text === '' ? 0 : text.length + 1;
    text = text === '' ? value : `${text}\n${value}`;
    return { name, value, start, end: start + value.length };
  });
  return { text, fields };
}

/** Suricata writes IPv6 in full, servers write ::ffff:10.0.0.1: one source must have one spelling (RFC 5952). */
function canonicalAddress(text: string): string {
  if (!text.includes(':') || !ipaddr.isValid(text)) return text;
  const address = ipaddr.process(text);
  return address.kind() === 'ipv4' ? address.toString() : (address as ipaddr.IPv6).toRFC5952String();
}
