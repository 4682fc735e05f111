/**
 * Almost no record proves anything, so each signature's most telling condition is put into one question a field: a set of
 * whole values and one pattern. Only records that answer one of them are judged.
 */

import type { Condition, Signature, Test } from '../signature/signature.ts';
import type { LoggedValue } from './log-record.ts';

interface Question {
  readonly values: ReadonlySet<string>;
  readonly pattern: RegExp | undefined;
  /** Of conditions that compare letters without case. */
  readonly folded: RegExp | undefined;
}

export class LogPrefilter {
  readonly #questions: ReadonlyMap<string, Question>;

  constructor(signatures: readonly Signature[]) {
    const byField = new Map<string, Test[]>();
    for (const { match } of signatures) {
      const telling = [...match].sort((a, b) => weight(b) - weight(a))[0];
      if (telling === undefined) continue;
      const tests = byField.get(telling.field) ?? [];
      byField.set(telling.field, [...tests, telling.test]);
    }
    this.#questions = new Map([...byField].map(([field, tests]) => [field, question(tests)]));
  }

  mayMatch(values: readonly LoggedValue[]): boolean {
    for (const [field, value] of values) {
      const asked = this.#questions.get(field);
      if (asked === undefined) continue;
      if (asked.values.has(value) || asked.pattern?.test(value) || asked.folded?.test(value)) return true;
    }
    return false;
  }
}

/** How little else has it: the length of what it demands. */
function weight({ test: { is, starts, ends, contains, matches } }: Condition): number {
  return Math.max(0, ...[is, starts, ends, contains].map((text) => text?.length ?? 0), (matches?.length ?? 0) / 2);
}

function question(tests: readonly Test[]): Question {
  const plain = tests.filter(({ nocase }) => nocase !== true);
  const whole = plain.flatMap(({ is }) => is ?? []);
  return {
    values: new Set(whole),
    pattern: union(
      plain.filter(({ is }) => is === undefined),
      's',
    ),
    folded: union(
      tests.filter(({ nocase }) => nocase === true),
      'si',
    ),
  };
}

function union(tests: readonly Test[], flags: string): RegExp | undefined {
  return tests.length === 0 ? undefined : new RegExp(tests.map((test) => `(?:${patternOf(test)})`).join('|'), flags);
}

/** One of the things that the test demands; a test of a size alone, or of nothing, lets all through. */
function patternOf({ is, starts, ends, contains, matches }: Test): string {
  if (matches !== undefined) return matches;
  if (is !== undefined) return `^${escapePattern(is)}$`;
  if (starts !== undefined) return `^${escapePattern(starts)}`;
  if (ends !== undefined) return `${escapePattern(ends)}$`;
  return contains === undefined ? '' : escapePattern(contains);
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
