/** Which evidence comes first, and what keeping it costs. */

import type { Grade } from '../signature/signature.ts';
import { compare } from './compare.ts';
import type { Evidence } from './evidence.ts';

const gradeOrder: Readonly<Record<Grade, number>> = { definitive: 0, strong: 1, weak: 2 };

/** Definitive first. */
export function compareGrades(a: Grade, b: Grade): number {
  return gradeOrder[a] - gradeOrder[b];
}

/** The best evidence first: strongest, earliest, and then whatever makes the order independent of arrival. */
export function compareEvidence(a: Evidence, b: Evidence): number {
  return (
    compareGrades(a.signature.grade, b.signature.grade) ||
    a.time - b.time ||
    a.signature.sid - b.signature.sid ||
    compare(a.target, b.target) ||
    a.targetPort - b.targetPort ||
    a.sourcePort - b.sourcePort
  );
}

/** An estimate in bytes: two objects, their strings, field values and the shown bytes. */
export function evidenceCost({ bytes, fields }: Evidence): number {
  let cost = 600 + bytes.length;
  for (const value of Object.values(fields)) cost += 100 + value.length;
  return cost;
}
