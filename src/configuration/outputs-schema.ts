/** The section `outputs`: a list. Which settings an output may have, and which it needs, depends on its type. */

import { z } from 'zod';
import { lineFormats, scanStates, syslogTransports } from './destination-settings.ts';

export const facilities = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp', 'ntp'],
  ...['audit', 'alert', 'clock', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
] as const;

const outputTypes = ['stdout', 'file', 'syslog', 'webhook'] as const;
type OutputType = (typeof outputTypes)[number];

const statesExpected = 'a list of open and closed (both if you leave it out)';
const urlExpected =
  'an address that begins with https:// (http:// only for this host itself), without user and password';
const nameExpected = 'a name of lower-case letters, digits and hyphens, at most 40';
const hostExpected = 'the name or the address of the receiver, without a port';

function text(right: string) {
  return z.string({ error: right }).min(1, { error: right }).optional();
}

function count(right: string, least: number, most: number) {
  return z.int({ error: right }).min(least, { error: right }).max(most, { error: right }).optional();
}

const shape = {
  name: text(nameExpected).refine((name) => name === undefined || /^[a-z0-9][a-z0-9-]{0,39}$/.test(name), {
    error: nameExpected,
  }),
  type: z.enum(outputTypes, { error: 'stdout, file, syslog or webhook' }),
  format: z.enum(lineFormats, { error: 'eve, ecs, ocsf or cef' }).optional(),
  'minimum-severity': z.enum(['low', 'medium', 'high'], { error: 'low, medium or high' }).optional(),
  states: z
    .array(z.enum(scanStates, { error: 'open or closed' }), { error: statesExpected })
    .min(1, { error: statesExpected })
    .optional(),
  'queue-size': count('megabytes, a whole number from 1 to 1024 (16 if you leave it out)', 1, 1024),
  path: text('the path of the file to append to'),
  host: text(hostExpected).refine((host) => host === undefined || isHost(host), { error: hostExpected }),
  port: count('a port, from 1 to 65535 (514, for tls 6514, if you leave it out)', 1, 65_535),
  transport: z.enum(syslogTransports, { error: 'udp, tcp or tls' }).optional(),
  facility: z.enum(facilities, { error: 'a facility of syslog, as local0 or authpriv' }).optional(),
  'maximum-size': count('bytes, a whole number from 1024 to 65000 (8192 if you leave it out)', 1024, 65_000),
  url: text(urlExpected).refine((url) => url === undefined || isWebhook(url), { error: urlExpected }),
  'secret-file': text('the path of a file that holds the key of the signature'),
  'secret-environment': text('the name of an environment variable that holds the key of the signature'),
  'authorization-file': text('the path of a file that holds the value of the header Authorization'),
  'authorization-environment': text('the name of an environment variable that holds the header Authorization'),
  'ca-file': text('the path of a PEM file with the authorities to trust'),
  'certificate-file': text('the path of a PEM file with the certificate to show'),
  'key-file': text("the path of a PEM file with the certificate's key"),
  spool: text('the path of a folder for alerts that wait'),
};

type Setting = keyof typeof shape;

/** Settings that not every type has. */
const ownSettings: Readonly<Partial<Record<Setting, readonly OutputType[]>>> = {
  path: ['file'],
  host: ['syslog'],
  port: ['syslog'],
  transport: ['syslog'],
  facility: ['syslog'],
  'maximum-size': ['syslog'],
  url: ['webhook'],
  'secret-file': ['webhook'],
  'secret-environment': ['webhook'],
  'authorization-file': ['webhook'],
  'authorization-environment': ['webhook'],
  'ca-file': ['syslog', 'webhook'],
  'certificate-file': ['syslog', 'webhook'],
  'key-file': ['syslog', 'webhook'],
  spool: ['syslog', 'webhook'],
};

const needed: readonly (readonly [Setting, OutputType, string])[] = [
  ['path', 'file', 'the path of the file to append to'],
  ['host', 'syslog', hostExpected],
  ['url', 'webhook', urlExpected],
];

/** Two of these say the same thing twice. */
const alternatives: readonly (readonly [Setting, Setting])[] = [
  ['secret-file', 'secret-environment'],
  ['authorization-file', 'authorization-environment'],
];

type Given = Readonly<Partial<Record<Setting, unknown>>>;

const plain = z.strictObject(shape, {
  error: ({ code }) => (code === 'invalid_type' ? 'an output with a type: `type: file`' : undefined),
});

/** Tested also when other settings are wrong, so that all faults come at once. */
function also(schema: typeof plain, setting: Setting, error: string, isRight: (given: Given) => boolean): typeof plain {
  const when = ({ value }: z.core.ParsePayload) => typeof value === 'object' && value !== null;
  return schema.refine(isRight, { path: [setting], error, when });
}

function output(): typeof plain {
  let schema = plain;
  for (const [setting, types] of Object.entries(ownSettings) as [Setting, readonly OutputType[]][]) {
    const error = `it only to outputs of type ${types.join(' or ')}`;
    schema = also(schema, setting, error, (given) => given[setting] === undefined || hasType(given, types));
  }
  for (const [setting, type, error] of needed) {
    schema = also(schema, setting, error, (given) => given.type !== type || given[setting] !== undefined);
  }
  for (const [one, other] of alternatives) {
    const error = `either ${one} or ${other}, not both`;
    schema = also(schema, other, error, (given) => given[one] === undefined || given[other] === undefined);
  }
  for (const setting of ['certificate-file', 'key-file'] as const) {
    const other = setting === 'key-file' ? 'certificate-file' : 'key-file';
    const error = `both certificate-file and key-file, or neither`;
    schema = also(schema, setting, error, (given) => given[setting] !== undefined || given[other] === undefined);
  }
  for (const setting of ['ca-file', 'certificate-file', 'key-file'] as const) {
    const error = 'it to syslog only with `transport: tls`';
    const isRight = (given: Given) =>
      given.type !== 'syslog' || given[setting] === undefined || given.transport === 'tls';
    schema = also(schema, setting, error, isRight);
  }
  const error = 'it only with `transport: tcp` or `tls`: nobody knows what of UDP has arrived';
  return also(schema, 'spool', error, ({ type, spool, transport }) => {
    return type !== 'syslog' || spool === undefined || transport === 'tcp' || transport === 'tls';
  });
}

function hasType({ type }: Given, types: readonly OutputType[]): boolean {
  // A type that is no type is told once, not again for each setting.
  return !outputTypes.some((known) => known === type) || types.some((own) => own === type);
}

const listExpected = 'a list of outputs, each with a type: `- type: file`';

export const outputsSchema = z
  .array(output(), { error: listExpected })
  .max(32, { error: 'at most 32 outputs' })
  .refine(haveOwnNames, { error: 'each output a name of its own', when: ({ value }) => Array.isArray(value) })
  .nullish();

function haveOwnNames(outputs: readonly ({ readonly name?: unknown } | null)[]): boolean {
  const names = outputs.flatMap((one) => one?.name ?? []);
  return new Set(names).size === names.length;
}

function isHost(text: string): boolean {
  return /^[A-Za-z0-9_]([A-Za-z0-9._-]{0,252})$/.test(text) || /^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%[\w.-]+)?$/.test(text);
}

/** Alerts go through plain HTTP only where nobody else can read them. */
function isWebhook(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hostname } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/.test(hostname));
}
