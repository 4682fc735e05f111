/** The sections `store:` and `incidents:` of the configuration. docs/store.md and docs/incidents.md explain them. */

import { resolve } from 'node:path';
import { z } from 'zod';
import type { Severity } from '../scan/alert.ts';
import {
  defaultIncidentSettings,
  defaultStoreSettings,
  type IncidentSettings,
  type IncidentSourceSettings,
  type StoreSettings,
  suricataIncidents,
} from './store-settings.ts';

function text(right: string) {
  return z.string({ error: right }).min(1, { error: right });
}

function count(least: number, most: number, standard: number | string) {
  const right = `a whole number from ${least} to ${most} (${standard} if you leave it out)`;
  return z.int({ error: right }).min(least, { error: right }).max(most, { error: right }).optional();
}

function section<Shape extends z.ZodRawShape>(shape: Shape) {
  return z
    .strictObject(shape, {
      error: ({ code }) =>
        code === 'invalid_type' ? 'settings below this heading, indented: `name: value`' : undefined,
    })
    .nullish();
}

const days = (severity: Severity) => count(0, 36_500, `days; 0: for ever; ${defaultStoreSettings.days[severity]}`);

const locationExpected = 'a file, or postgres://user@host/database';
const sensorExpected = 'a name of 1 to 64 characters';

export const storeSchema = section({
  location: text(locationExpected).optional(),
  sensor: text(sensorExpected).max(64, { error: sensorExpected }).optional(),
  spool: text('the path of a file').optional(),
  'keep-days': section({ info: days('info'), low: days('low'), medium: days('medium'), high: days('high') }),
  'maximum-size': count(0, 1 << 24, '10240'),
});

const paths = text('the name of a field, with dots: alert.severity');
const matchExpected = 'fields and what they must be: `alert.severity: [1]`';
const scalar = z.union([z.string(), z.number(), z.boolean()], { error: 'a text, a number, true or false' });

const incidentSource = z.strictObject(
  {
    file: text('the path of a file of JSON lines'),
    format: z.enum(['suricata', 'json'], { error: 'suricata or json' }).optional(),
    name: text('who reports these, as text').max(64).optional(),
    address: z.union([paths, z.array(paths).min(1)], { error: 'names of fields, as [src_ip]' }).optional(),
    time: paths.optional(),
    what: paths.optional(),
    match: z
      .record(z.string(), z.union([scalar, z.array(scalar).min(1)], { error: matchExpected }), { error: matchExpected })
      .optional(),
  },
  {
    error: ({ code }) =>
      code === 'invalid_type' ? 'a source with a file: `file: /var/log/suricata/eve.json`' : undefined,
  },
);

export const incidentsSchema = section({
  horizon: count(0, 36_500, '30 days'),
  sources: z
    .array(incidentSource, { error: 'a list of sources, each with a file: `- file: /var/log/suricata/eve.json`' })
    .nullish(),
});

export function toStoreSettings(given: z.infer<typeof storeSchema>, folder: string): StoreSettings {
  const standard = defaultStoreSettings;
  const location = given?.location ?? standard.location;
  const keep = given?.['keep-days'];
  return {
    location:
      given?.location === undefined || /^postgres(ql)?:\/\//.test(location) ? location : resolve(folder, location),
    sensor: given?.sensor ?? standard.sensor,
    spool: given?.spool === undefined ? standard.spool : resolve(folder, given.spool),
    days: {
      info: keep?.info ?? standard.days.info,
      low: keep?.low ?? standard.days.low,
      medium: keep?.medium ?? standard.days.medium,
      high: keep?.high ?? standard.days.high,
    },
    size: given?.['maximum-size'] === undefined ? standard.size : given['maximum-size'] * 2 ** 20,
  };
}

export function toIncidentSettings(given: z.infer<typeof incidentsSchema>, folder: string): IncidentSettings {
  return {
    horizonDays: given?.horizon ?? defaultIncidentSettings.horizonDays,
    sources: (given?.sources ?? []).map((source) => toSource(source, folder)),
  };
}

/** What is said of a Suricata source is added to, or stands above, what is usual for it. */
function toSource(given: z.infer<typeof incidentSource>, folder: string): IncidentSourceSettings {
  const suricata = (given.format ?? 'suricata') === 'suricata';
  const usual = suricata
    ? suricataIncidents
    : { name: 'json', address: ['src_ip'], time: 'timestamp', what: 'message', match: {} };
  const match = Object.entries(given.match ?? {}).map(([path, wanted]) => [path, [wanted].flat().map(String)]);
  return {
    file: resolve(folder, given.file),
    name: given.name ?? usual.name,
    address: given.address === undefined ? usual.address : [given.address].flat(),
    time: given.time ?? usual.time,
    what: given.what ?? usual.what,
    match: { ...usual.match, ...Object.fromEntries(match) },
  };
}
