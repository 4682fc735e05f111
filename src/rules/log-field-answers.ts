/**
 * What the logs of others carry of our fields: the table behind `trespass import` and the Sigma rules. A signature is
 * usable on a log if each of its conditions speaks of a field that the log carries; never on fewer conditions than it has.
 */

import type { Transport } from '../protocol/protocol.ts';
import type { Condition, Signature } from '../signature/signature.ts';
import { type LoggedField, type LogKind, type LogSource, logSources } from './log-sources.ts';

/**
 * exact: the log tells what the wire would. wider: it leaves something out that may match besides (`reason` says what).
 * narrower: it may miss some. unsupported: a condition's field is not in it, or not as the condition needs it.
 */
export interface LogAnswer {
  readonly answer: 'exact' | 'wider' | 'narrower' | 'unsupported';
  /** In words; empty when exact. */
  readonly reason: string;
}

export function logAnswer(signature: Signature, source: LogSource): LogAnswer {
  if (signature.sequence) return unsupported('a sequence counts what no single record holds');
  const impossible = transportFault(signature.transports, source);
  if (impossible !== undefined) return unsupported(impossible);
  const reasons = new Set<string>();
  const perField = new Map<string, number>();
  for (const condition of signature.match) {
    perField.set(condition.field, (perField.get(condition.field) ?? 0) + 1);
    const field = source.fields[condition.field];
    if (field === undefined) return unsupported(`${condition.field} is not in it`);
    const fault = shapeFault(condition, field);
    if (fault !== undefined) return unsupported(fault);
    if (field.remark !== undefined) reasons.add(field.remark);
  }
  // Two values of one field (USER twice) come from two commands, each a record of its own.
  const repeated = [...perField].find(([, count]) => count > 1)?.[0];
  if (repeated !== undefined && !sameValue(signature, repeated) && !source.perFlow) {
    return unsupported(`two values of ${repeated} are two records`);
  }
  return reasons.size === 0 ? { answer: 'exact', reason: '' } : { answer: 'wider', reason: [...reasons].join('; ') };
}

export function usableOn(signature: Signature, kind: LogKind): boolean {
  return logAnswer(signature, logSources[kind]).answer !== 'unsupported';
}

function unsupported(reason: string): LogAnswer {
  return { answer: 'unsupported', reason };
}

function transportFault(transports: readonly Transport[], source: LogSource): string | undefined {
  return transports.some((transport) => source.transports.includes(transport))
    ? undefined
    : `it is about ${source.transports.join(' and ')} only`;
}

/** Can a condition of this form be told from a value of this nature? */
function shapeFault({ field, test }: Condition, { nature }: LoggedField): string | undefined {
  if (nature === 'beginning') {
    const wholeValue = test.is !== undefined || test.ends !== undefined || test.size !== undefined;
    if (wholeValue || /\$|\(\?!/.test(test.matches ?? '')) return `only the beginning of ${field} is in it`;
  }
  if (nature === 'decoded') {
    const literals = [test.is, test.starts, test.ends, test.contains].filter((text) => text !== undefined);
    if (literals.some((text) => text.includes('%')) || test.size !== undefined) {
      return `${field} is in it with its percent escapes decoded`;
    }
  }
  return undefined;
}

/** Conditions on one field that one value can satisfy together: `starts` and `size` of the same list. */
function sameValue({ match }: Signature, field: string): boolean {
  const tests = match.filter((condition) => condition.field === field).map(({ test }) => test);
  return tests.filter(({ is }) => is !== undefined).length === 0;
}
