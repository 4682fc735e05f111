/** What a configuration file may say. Each `error` names what would be right; docs/configuration.md explains each setting. */

import { z } from 'zod';
import { severities } from '../scan/alert.ts';
import { parseRange } from '../scan/perimeter.ts';
import { defaultScanSettings } from '../scan/scan-settings.ts';
import { outputsSchema } from './outputs-schema.ts';
import { serveSchema } from './serve-schema.ts';
import { incidentsSchema, storeSchema } from './store-schema.ts';
import { watchSchema } from './watch-schema.ts';

const { limits } = defaultScanSettings;

/** A heading without settings below it (all commented out) is as good as none. */
function section<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, { error: mappingExpected }).nullish();
}

function mappingExpected({ code }: { readonly code?: string }): string | undefined {
  return code === 'invalid_type' ? 'settings below this heading, indented: `name: value`' : undefined;
}

function text(right: string) {
  return z.string({ error: right });
}

function count(least: number, most: number, standard: number) {
  const right = `a whole number from ${least} to ${most} (${standard} if you leave it out)`;
  return z.int({ error: right }).min(least, { error: right }).max(most, { error: right }).optional();
}

const rangeExpected = 'an address or a range, as 10.0.0.0/8, 192.0.2.7 or "fd00::/8"';
const range = text(rangeExpected).refine((value) => parseRange(value) !== undefined, { error: rangeExpected });

const dateExpected = 'the last day on which it holds, as 2027-03-31';
const date = text(dateExpected).refine(isDate, { error: dateExpected });

function isDate(value: string): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

const foldersExpected = 'a list of folders, as [signatures/]';
const rangesExpected = 'a list of addresses and ranges, as [10.0.0.0/8, "fd00::/8"]';
const scannersExpected = 'a list of scanners, each with an address: `- address: 10.0.0.5`';
const windowExpected = 'seconds, more than 0 and at most 86400 (30 if you leave it out)';

const authorisedScanner = z.strictObject(
  {
    address: range,
    owner: text('who answers for it, as text').optional(),
    reason: text('why it scans, as text').optional(),
    expires: date.optional(),
  },
  { error: ({ code }) => (code === 'invalid_type' ? 'a scanner with an address: `address: 10.0.0.5`' : undefined) },
);

export const configurationSchema = z.strictObject(
  {
    networks: section({
      internal: z.array(range, { error: rangesExpected }).min(1, { error: rangesExpected }).optional(),
    }),
    'authorised-scanners': z.array(authorisedScanner, { error: scannersExpected }).nullish(),
    scan: section({
      window: z
        .number({ error: windowExpected })
        .gt(0, { error: windowExpected })
        .max(86_400, { error: windowExpected })
        .optional(),
    }),
    signatures: z
      .array(text('the path of a folder of signatures').min(1, { error: 'the path of a folder of signatures' }), {
        error: foldersExpected,
      })
      .nullish(),
    output: section({
      format: z.enum(['auto', 'table', 'json'], { error: 'auto, table or json' }).optional(),
      'minimum-severity': z.enum(severities, { error: 'info, low, medium or high' }).optional(),
      'open-scans': z.boolean({ error: 'true or false' }).optional(),
    }),
    outputs: outputsSchema,
    store: storeSchema,
    incidents: incidentsSchema,
    watch: watchSchema,
    serve: serveSchema,
    limits: section({
      sources: count(1, 10_000_000, limits.sources),
      memory: count(1, 65_536, limits.memory / 2 ** 20),
      suspicions: count(8, 65_536, limits.suspicions),
      evidence: count(1, 4096, limits.evidence),
      targets: count(1, 1_000_000, limits.targets),
      ports: count(1, 65_536, limits.ports),
    }),
  },
  { error: mappingExpected },
);

export type Configuration = z.infer<typeof configurationSchema>;
