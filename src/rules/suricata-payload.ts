/** Conditions on all that a client says, as rules on payload and stream. */

import type { Condition, SearchLiteral, Signature, Test } from '../signature/signature.ts';
import type { Detection } from './suricata-detection.ts';
import { content, longestRun, pcre } from './suricata-options.ts';

type Transport = Signature['transports'][number];

/** More rules for one signature would cost more than they find. */
export const mostLiterals = 40;

/** The rules for conditions on the payload: one per transport and, where needed, literal. `more`: options on headers. */
export function payloadDetections(
  { match, transports }: Signature,
  literals: readonly SearchLiteral[],
  more: readonly string[] = [],
): Detection[] {
  const conditions = match.filter(({ field }) => field === 'payload');
  return transports.flatMap((transport) => transportDetections(conditions, transport, literals, more));
}

function transportDetections(
  conditions: readonly Condition[],
  transport: Transport,
  literals: readonly SearchLiteral[],
  more: readonly string[],
): Detection[] {
  const tests = conditions.map(({ test }) => test);
  const options = tests.flatMap((test) => testOptions(test, transport));
  const protocol = transport === 'tcp' ? streamProtocol(tests) : transport;
  // Of ICMP only echoes have a flow.
  const named = transport === 'icmp' && more.length > 0 ? [] : ['flow:to_server'];
  const flow = transport === 'tcp' ? ['flow:established,to_server'] : named;
  const bound = transport === 'tcp' ? sizeBound(tests) : [];
  // A pattern alone would be run on everything.
  const searched = options.some((option) => option.startsWith('content:'))
    ? [[]]
    : literals.length > 0 && literals.length <= mostLiterals
      ? literals.map(({ bytes, anchored }) => content(bytes, { start: anchored, nocase: true, fast: true }))
      : [[]];
  return searched.map((search) => ({ protocol, options: [...flow, ...bound, ...search, ...options, ...more] }));
}

/**
 * What must begin the flow is looked for in the stream alone: a packet that begins with these bytes may stand anywhere in
 * the flow. A whole message is looked for in packets, too: the bound on the stream's size says that it is all.
 */
function streamProtocol(tests: readonly Test[]): string {
  if (tests.some(({ is, size }) => is !== undefined || size !== undefined)) return 'tcp';
  const fromStart = tests.some(
    ({ starts, at, matches }) => starts !== undefined || at !== undefined || matches?.includes('^'),
  );
  return fromStart ? 'tcp-stream' : 'tcp';
}

/** Client bytes so far, as `stream_size` counts them: SYN and FIN are one each. */
function sizeBound(tests: readonly Test[]): string[] {
  const sizes = tests.flatMap(({ is, size }) => [is?.length, size].filter((length) => length !== undefined));
  return sizes.length === 0 ? [] : [`stream_size:client,<,${Math.min(...sizes) + 3}`];
}

/** One test of the payload. */
export function testOptions(test: Test, transport: Transport): string[] {
  const { is, starts, ends, contains, at, matches, size, nocase } = test;
  const options: string[] = [];
  if (is !== undefined) {
    if (transport === 'udp') options.push(`dsize:${is.length}`, ...content(is, { start: true, nocase }));
    else options.push(...content(is, { start: true, end: true, nocase }));
  }
  if (starts !== undefined) options.push(...content(starts, { start: true, nocase }));
  if (contains !== undefined) options.push(...content(contains, { at, nocase }));
  if (ends !== undefined) options.push(...content(ends, { end: true, nocase }));
  if (matches !== undefined) {
    const run = longestRun(matches);
    if (run !== undefined && run.bytes.length >= 4) options.push(...content(run.bytes, { start: run.start, nocase }));
    options.push(pcre(matches, nocase));
  }
  if (size !== undefined) {
    options.push(...(transport === 'udp' ? [`dsize:${size}`] : [`isdataat:${size - 1}`, `isdataat:!${size}`]));
  }
  return options;
}
