/** What a signature's YAML may hold. The JSON Schema that editors use, `signatures/schema.json`, is generated from it. */

import * as z from 'zod';
import { transports } from '../protocol/transport.ts';

const bytes = z
  .string()
  .min(1)
  // One character is one byte of the wire.
  .regex(/^[\u0000-\u00ff]*$/, 'has a character above U+00FF: write each byte as \\xNN')
  .describe('Bytes: a double-quoted string, one character a byte, \\xNN for what is not text');

const words = z.string().trim().min(1);
const port = z.int().min(1).max(65535);
const transport = z.enum(transports);
const version = z.string().regex(/^\d+\.\d+$/, 'must be a quoted version of Nmap, as "7.80"');
/** Ids of signatures and of captures, families. */
const kebab = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words joined by hyphens');

const test = z
  .strictObject({
    is: bytes.optional().describe('The whole value'),
    starts: bytes.optional().describe('The beginning of the value'),
    ends: bytes.optional().describe('The end of the value'),
    contains: bytes.optional().describe('Anywhere in the value, or only at the offset `at`'),
    at: z.int().min(0).optional().describe('Offset in bytes at which `contains` must stand'),
    matches: bytes.optional().describe('JavaScript regular expression; a dot is any byte'),
    size: z.int().min(0).optional().describe('Length of the value in bytes, exactly'),
    nocase: z.boolean().optional().describe('Letters compare without case'),
  })
  .refine((value) => Object.keys(value).some((key) => key !== 'at' && key !== 'nocase'), {
    message: 'is an empty test, it must have one of is, starts, ends, contains, matches, size',
  })
  .refine((value) => value.at === undefined || value.contains !== undefined, {
    message: '`at` says where `contains` must stand, and there is no `contains`',
  });

const conditions = z
  .record(z.string().regex(/^(payload|[a-z0-9]+\.[a-z0-9_]+)$/), z.union([bytes, test]))
  .refine((value) => Object.keys(value).length > 0, { message: 'must not be empty' })
  .describe('Field of a protocol, or `payload`, to what one of its values must satisfy; a plain string means `is`');

const packet = z
  .string()
  .regex(/^([0-9a-f]{2} *)+$/, 'must be an IP packet as hex digits, two for each byte')
  .describe('One whole IP packet, as lower-case hex digits; the trial puts in its own addresses, and `port` if given');

const exampleFlow = z.union([
  bytes,
  z.strictObject({ transport: transport.optional(), port: port.optional(), bytes }),
  z.strictObject({ port: port.optional(), packet }),
]);
const example = z.union([
  exampleFlow,
  z.array(exampleFlow).min(1).describe('What one client says in several flows, in this order; for a sequence'),
]);

export const signatureSchema = z
  .strictObject({
    title: words.max(120).describe('What happened on the wire, as an alert says it'),
    sid: z.int().min(9_100_001).max(9_199_999).describe('A number that never changes'),
    grade: z
      .enum(['definitive', 'strong', 'weak'])
      .describe('definitive: one is an alert; strong: two different ones are; weak: counts only in a sequence'),
    transport: z.union([transport, z.array(transport).min(1)]),
    ports: z.array(port).min(1).optional().describe('Destination ports it is limited to; absent: any'),
    'counts-in': z
      .array(kebab)
      .min(1)
      .optional()
      .describe('Sequences that count it, besides those that name it in `of`'),
    family: kebab.optional().describe('Protocol family of a generic probe, for sequences'),
    match: z.union([conditions, z.array(conditions).min(1)]).optional(),
    search: z
      .array(z.union([bytes, z.strictObject({ starts: bytes })]))
      .min(1)
      .optional()
      .describe('What to search for, when the bytes of the conditions do not stand on the wire as they are'),
    sequence: z
      .strictObject({
        of: z.array(kebab).min(1).describe('Ids of the signatures that count, besides those that say `counts-in`'),
        needs: z.array(kebab).min(1).optional().describe('Ids of which one must be among those seen'),
        'at-least': z.int().min(2).describe('How many different ones are needed'),
        distinct: z.enum(['signature', 'family']).describe('What makes two of them different'),
        on: z.enum(['port', 'host', 'source']).describe('What they share besides their source'),
        within: z.int().min(1).max(3600).describe('Seconds between the first and the last'),
      })
      .optional(),
    nmap: z.strictObject({
      'emitted-by': z.array(words).min(1).describe('Files of Nmap that send it'),
      scripts: z.array(kebab).min(1).optional(),
      probes: z.array(words).min(1).optional().describe('Service probes by name'),
      options: z.array(words).min(1).optional().describe('Options implied: "-sV"'),
      since: version.optional().describe('Oldest version that sends it'),
      until: version.optional().describe('Newest version that sends it'),
      note: words.optional(),
    }),
    'also-sent-by': z.array(words).min(1).optional().describe('Other tools that send these bytes'),
    blind: z.array(words).describe('What hides it: script arguments, options, circumstances'),
    benign: words.describe('Legitimate traffic that could equal it'),
    seen: z.array(kebab).min(1).optional().describe('Captures of real Nmap that hold it, by name in captures/nmap'),
    unseen: words.optional().describe('Why no capture of real Nmap holds it'),
    attack: z
      .array(z.string().regex(/^T\d{4}(\.\d{3})?$/, 'must be a technique of MITRE ATT&CK, as T1046'))
      .min(1)
      .describe('MITRE ATT&CK techniques'),
    hits: z.array(example).min(1).describe('What must match'),
    misses: z.array(example).min(2).describe('What must not match: near misses, the same text elsewhere'),
  })
  .refine((value) => (value.match === undefined) !== (value.sequence === undefined), {
    message: 'must have either `match` or `sequence`',
  })
  .refine((value) => (value.seen === undefined) !== (value.unseen === undefined), {
    message: 'must have either `seen` (captures of real Nmap) or `unseen` (why there is none)',
  });

export type SignatureFile = z.infer<typeof signatureSchema>;

/** The JSON Schema of a signature file (draft 2020-12), as an editor needs it. */
export function signatureJsonSchema(): Record<string, unknown> {
  return { title: 'A signature of Trespass', ...z.toJSONSchema(signatureSchema, { io: 'input' }) };
}
