/** Which Sigma rules a signature gives, and how they stand to it. */

import type { Signature } from '../signature/signature.ts';
import { type LogAnswer, logAnswer } from './log-field-answers.ts';
import { type LogKind, type LogSource, logSources } from './log-sources.ts';
import { type SigmaTerm, sigmaTerm } from './sigma-fields.ts';
import type { SigmaOptions } from './sigma-values.ts';

export interface SigmaAnswer extends LogAnswer {
  readonly kind: LogKind;
  /** For people: `Zeek http.log`. */
  readonly title: string;
}

/** Of every log that can show the signature at all; empty: no log of these kinds can. */
export function sigmaAnswers(signature: Signature): SigmaAnswer[] {
  return Object.values(logSources).flatMap((source) => {
    const answer = sigmaAnswerFor(signature, source);
    return answer.answer === 'unsupported' ? [] : [{ kind: source.kind, title: source.title, ...answer }];
  });
}

/** The best of them for a table with one column; unsupported with the reason if there is none. */
export function sigmaAnswer(signature: Signature): LogAnswer {
  const answers = sigmaAnswers(signature);
  const best = answers.find(({ answer }) => answer === 'exact') ?? answers[0];
  if (best !== undefined) {
    const { answer, reason } = best;
    return { answer, reason };
  }
  return { answer: 'unsupported', reason: whyNoLog(signature) };
}

export function sigmaAnswerFor(signature: Signature, source: LogSource): LogAnswer {
  if (signature.grade === 'weak') return unsupported('normal traffic sends it, too');
  const logged = logAnswer(signature, source);
  if (logged.answer === 'unsupported') return logged;
  const terms = sigmaTerms(signature, source);
  if (terms === undefined) return unsupported('Sigma has no words for it in this log');
  if (source.perFlow && signature.match.length > 1) return unsupported('its conditions are on several records');
  const reasons = [logged.reason, ...terms.map(({ reason }) => reason ?? '')].filter((reason) => reason !== '');
  return reasons.length === 0 ? logged : { answer: 'wider', reason: [...new Set(reasons)].join('; ') };
}

/** One for each condition; undefined if one of them cannot be said. */
export function sigmaTerms(
  { match }: Signature,
  source: LogSource,
  options: SigmaOptions = {},
): readonly SigmaTerm[] | undefined {
  const terms = match.map((condition) => sigmaTerm(condition, source, options));
  return terms.some((term) => term === undefined) ? undefined : (terms as SigmaTerm[]);
}

function unsupported(reason: string): LogAnswer {
  return { answer: 'unsupported', reason };
}

function whyNoLog(signature: Signature): string {
  if (signature.sequence) return 'a sequence counts what no single record holds';
  if (signature.grade === 'weak') return 'normal traffic sends it, too';
  const fields = [...new Set(signature.match.map(({ field }) => field))];
  const inNone = fields.filter((field) => !Object.values(logSources).some((source) => field in source.fields));
  return inNone.length > 0
    ? `no log has ${inNone.join(', ')}`
    : `no log has ${fields.join(', ')} together, as the signature needs them`;
}
