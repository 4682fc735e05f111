/** What is recognised: the signatures, and what of Nmap they cover. */

import * as z from 'zod';
import { type CoverageEntry, countCoverage } from '../../coverage/coverage.ts';
import { readExpectations, readObservations } from '../../coverage/coverage-data.ts';
import { techniques } from '../../report/attack.ts';
import { printable } from '../../report/printable.ts';
import type { Condition, Signature } from '../../signature/signature.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { RequestProblem } from '../problem.ts';
import type { Service } from '../service.ts';

const tag = 'Catalogue';

const briefSchema = z.object({
  id: z.string(),
  sid: z.int(),
  title: z.string(),
  grade: z.enum(['definitive', 'strong', 'weak']),
  scripts: z.array(z.string()),
  probes: z.array(z.string()),
  options: z.array(z.string()),
});

const wholeSchema = briefSchema
  .extend({
    transports: z.array(z.string()),
    ports: z.array(z.int()),
    conditions: z.array(z.string()).describe('What must hold, in words'),
    emitted_by: z.array(z.string()).describe('Files of Nmap that send it'),
    since: z.string(),
    until: z.string(),
    note: z.string(),
    also_sent_by: z.array(z.string()),
    blind: z.array(z.string()).describe('What hides it'),
    benign: z.string().describe('Legitimate traffic that could equal it'),
    attack: z.array(z.object({ id: z.string(), name: z.string() })),
    seen: z.array(z.string()),
  })
  .meta({ id: 'Signature' });

const coverageSchema = z.object({
  kind: z.enum(['script', 'probe', 'packet']),
  name: z.string(),
  recognition: z.string(),
  seen: z.string(),
  says: z.boolean(),
  signatures: z.array(z.string()),
  capture: z.string(),
  reason: z.string(),
  only: z.string(),
});

export function catalogueEndpoints({ catalogue }: Service): readonly Endpoint[] {
  let coverage: readonly CoverageEntry[] | undefined;
  return [
    endpoint(
      {
        method: 'get',
        path: '/signatures',
        operation: 'listSignatures',
        tag,
        summary: 'All signatures, in the order of their ids.',
        needs: 'read',
        answer: { status: 200, describes: 'Signatures', schema: z.object({ signatures: z.array(briefSchema) }) },
      },
      () => ({ signatures: catalogue.map(brief) }),
    ),
    endpoint(
      {
        method: 'get',
        path: '/signatures/{signature}',
        operation: 'getSignature',
        tag,
        summary: 'One signature: what it detects, how, and from which file of Nmap.',
        needs: 'read',
        parameters: z.strictObject({ signature: z.string().max(128) }),
        answer: { status: 200, describes: 'The signature', schema: wholeSchema },
      },
      ({ parameters }) => {
        const signature = catalogue.find(({ id }) => id === parameters.signature);
        if (!signature) throw new RequestProblem(404, `there is no signature ${printable(parameters.signature)}`);
        return whole(signature);
      },
    ),
    endpoint(
      {
        method: 'get',
        path: '/coverage',
        operation: 'getCoverage',
        tag,
        summary: 'Every script, probe and packet of Nmap: is it recognised, by what, and if not, why.',
        needs: 'read',
        answer: { status: 200, describes: 'Coverage', schema: z.object({ coverage: z.array(coverageSchema) }) },
      },
      () => {
        coverage ??= countCoverage(catalogue, readExpectations(), readObservations());
        return { coverage };
      },
    ),
  ];
}

function brief({ id, sid, title, grade, nmap }: Signature) {
  return { id, sid, title, grade, scripts: nmap.scripts, probes: nmap.probes, options: nmap.options };
}

function whole(signature: Signature) {
  const { transports, ports, match, sequence, nmap, alsoSentBy, blind, benign, attack, seen } = signature;
  const steps = sequence && [
    `${sequence.atLeast} different (by ${sequence.distinct}) on one ${sequence.on} within ${sequence.within} s, of ${sequence.of.join(', ')}`,
  ];
  return {
    ...brief(signature),
    transports,
    ports,
    conditions: [...match.map(conditionText), ...(steps ?? [])],
    emitted_by: nmap.emittedBy,
    since: nmap.since,
    until: nmap.until,
    note: nmap.note,
    also_sent_by: alsoSentBy,
    blind,
    benign,
    attack: attack.map((id) => ({ id, name: techniques[id]?.name ?? id })),
    seen,
  };
}

/** `smtp.helo is "nmap.scanme.org" (letters without case)`. */
function conditionText({ field, test: { nocase, ...tests } }: Condition): string {
  const words = Object.entries(tests).map(([name, value]) =>
    typeof value === 'string' ? `${name} "${printable(value)}"` : `${name} ${value}`,
  );
  return `${field} ${words.join(', ')}${nocase ? ' (letters without case)' : ''}`;
}
