/** What the API says and takes. The OpenAPI document is made from these; the names are those of docs/alerts.md where both speak. */

import * as z from 'zod';
import { severities } from '../scan/alert.ts';
import { parseRange, type Zone, zoneSeverity } from '../scan/perimeter.ts';

const zones = Object.keys(zoneSeverity) as [Zone, ...Zone[]];

export const severitySchema = z.enum(severities);
export const zoneSchema = z.enum(zones);
const timeSchema = z.string().meta({ format: 'date-time', examples: ['2026-11-23T00:13:23.059298Z'] });

const saidBy = { by: z.string(), at: timeSchema };

export const commentSchema = z.object({ ...saidBy, text: z.string() }).meta({ id: 'Comment' });

export const scanSummarySchema = z
  .object({
    scan: z.string().describe('Its id: 16 hex digits'),
    state: z.enum(['open', 'closed']).describe('open: more evidence may come'),
    severity: severitySchema.describe('As raised by incidents'),
    severity_found: severitySchema.describe('Before any incident'),
    zone: zoneSchema,
    title: z.string().describe('The scan in one sentence'),
    source: z.string(),
    first_seen: timeSchema,
    last_seen: timeSchema,
    evidence_count: z.int(),
    spoofable: z.boolean().describe('The source address may be forged'),
    authorised: z.boolean(),
    targets: z.int().describe('How many targets are listed'),
    first_targets: z.array(z.string()).describe('The first of them'),
    signatures: z.array(z.string()).describe('Ids, definitive ones first'),
    options: z.array(z.string()).describe('Options of Nmap that were used'),
    scripts: z.array(z.string()).describe('Scripts that ran for certain'),
    sensors: z.array(z.string()),
    incidents: z.int().describe('Incidents that concern its source'),
    acknowledged: z.object(saidBy).nullable(),
    comments: z.int(),
    demonstration: z.boolean().describe('Of the capture that ships with Trespass'),
  })
  .meta({ id: 'ScanSummary' });

export type ScanSummary = z.infer<typeof scanSummarySchema>;

export const scanDetailSchema = scanSummarySchema
  .omit({ comments: true, sensors: true, incidents: true })
  .extend({
    alert: z.record(z.string(), z.unknown()).describe('The alert as `read` prints it: docs/alerts.md'),
    implied_command: z.string().describe('How Nmap was run, as far as the evidence tells'),
    learned: z
      .array(z.object({ what: z.string(), because: z.array(z.string()) }))
      .describe('What the scanner can have learned, judged by what it asked'),
    because: z
      .array(z.object({ incident: z.int(), time: timeSchema, what: z.string(), reporter: z.string() }))
      .describe('Incidents that concern its source'),
    sensors: z.array(
      z.object({
        sensor: z.string(),
        scan: z.string(),
        state: z.enum(['open', 'closed']),
        first_seen: timeSchema,
        last_seen: timeSchema,
        evidence_count: z.int(),
      }),
    ),
    comments: z.array(commentSchema),
    packets: z.array(z.string()).describe('Ids under which packets of its evidence are kept'),
  })
  .meta({ id: 'Scan' });

export type ScanDetail = z.infer<typeof scanDetailSchema>;

export const scanPageSchema = z
  .object({
    scans: z.array(scanSummarySchema),
    next: z.string().nullable().describe('Cursor of the next page; null: no more'),
  })
  .meta({ id: 'ScanPage' });

export const incidentSchema = z
  .object({
    id: z.int(),
    address: z.string(),
    time: timeSchema,
    what: z.string(),
    reporter: z.string(),
    reference: z.string().nullable(),
    horizon_days: z.number(),
    added: timeSchema,
    closed: timeSchema.nullable(),
    closed_by: z.string().nullable(),
  })
  .meta({ id: 'Incident' });

export const authorisedScannerSchema = z
  .object({
    id: z.int(),
    address: z.string(),
    owner: z.string(),
    reason: z.string(),
    expires: z.string().describe('Last day on which it holds; empty: for ever'),
    by: z.string(),
    added: timeSchema,
  })
  .meta({ id: 'AuthorisedScanner' });

const lengthOfText = 1024;
const text = z.string().trim().max(lengthOfText);
const saying = text.min(1);
const addressSchema = z
  .string()
  .max(64)
  .refine((value) => parseRange(value) !== undefined, { error: 'an address, as 10.0.0.7 or fd00::7' })
  .describe('An address');
const rangeSchema = z
  .string()
  .max(64)
  .refine((value) => parseRange(value) !== undefined, {
    error: 'an address or a range, as 10.0.0.7, 10.0.0.0/8 or fd00::/8',
  })
  .describe('An address or a CIDR range');

export const newIncidentSchema = z
  .strictObject({
    address: addressSchema,
    what: saying.describe('What happened, as “webshell dropped”'),
    time: z.string().max(40).optional().describe('When; now if it is left out. ISO 8601'),
    reference: z.string().max(16_384).optional().describe('What it was read from'),
    horizon_days: z.number().min(0).max(3650).optional().describe('Scans of so many days before it rise, too; 30'),
  })
  .meta({ id: 'NewIncident' });

export const newAuthorisedScannerSchema = z
  .strictObject({
    address: rangeSchema,
    owner: saying.describe('Who answers for it'),
    reason: saying.describe('Why it scans'),
    expires: z
      .union([z.iso.date(), z.literal('')])
      .default('')
      .describe('Last day on which it holds; empty: for ever'),
  })
  .meta({ id: 'NewAuthorisedScanner' });

export const newCommentSchema = z.strictObject({ text: z.string().trim().min(1).max(4096) }).meta({ id: 'NewComment' });

const timeQuery = z.string().max(40).describe('ISO 8601 (a day or a time), or how long ago: 90s, 15m, 24h, 7d');

/** `severity=high,medium` or `severity=high&severity=medium`. */
function listOf<Value extends string>(schema: z.ZodType<Value>) {
  const list = z.array(schema).min(1).max(16) as unknown as z.ZodType<Value[], string[]>;
  return z
    .union([z.string(), z.array(z.string())])
    .transform((value) => [value].flat().flatMap((part) => part.split(',')))
    .pipe(list);
}

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

/** Of lists, timelines and pictures alike. */
export const filterQuery = {
  severity: listOf(severitySchema).optional().describe('One or several, with commas'),
  zone: listOf(zoneSchema).optional().describe('One or several, with commas'),
  source: rangeSchema.optional(),
  target: rangeSchema.optional(),
  address: rangeSchema.optional().describe('Source or target'),
  script: z.string().max(128).optional().describe('Certain, or one of those that fit'),
  signature: z.string().max(128).optional().describe('Id of a signature'),
  sensor: z.string().max(64).optional(),
  since: timeQuery.optional(),
  until: timeQuery.optional(),
  state: z.enum(['open', 'closed']).optional(),
  acknowledged: flag.optional(),
} as const;

export const filterSchema = z.strictObject(filterQuery);
export type FilterQuery = z.infer<typeof filterSchema>;

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(512).optional().describe('`next` of the page before'),
} as const;

export const bucketSchema = z
  .object({ time: timeSchema, info: z.int(), low: z.int(), medium: z.int(), high: z.int() })
  .meta({ id: 'Bucket' });

export const pairSchema = z
  .object({ source: z.string(), target: z.string(), scans: z.int(), severity: severitySchema, last_seen: timeSchema })
  .meta({ id: 'Pair' });

export const scanIdSchema = z.string().regex(/^[0-9a-f]{16}$/, { error: 'the id of a scan: 16 hex digits' });
