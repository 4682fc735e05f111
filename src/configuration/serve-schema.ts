/** The section `serve` of a configuration file. */

import { resolve } from 'node:path';
import { z } from 'zod';
import { parseListenAddress } from './listen-address.ts';
import { defaultServeSettings, type ServeSettings } from './serve-settings.ts';

const listenExpected = 'a port, as 7717, or address and port, as "127.0.0.1:7717"';
const namesExpected = 'a list of names, as [trespass.example.org]';
const nameExpected = 'a name, as trespass.example.org, without a port';

function path(right: string) {
  return z.string({ error: right }).min(1, { error: right });
}

export const serveSchema = z
  .strictObject(
    {
      listen: z
        .union([z.string(), z.int()], { error: listenExpected })
        .refine((value) => parseListenAddress(String(value)) !== undefined, { error: listenExpected })
        .optional(),
      'certificate-file': path('the path of a certificate with its chain, PEM').optional(),
      'key-file': path('the path of its private key, PEM').optional(),
      insecure: z.boolean({ error: 'true or false' }).optional(),
      'host-names': z
        .array(z.string({ error: nameExpected }).regex(/^[^\s:/]+$/, { error: nameExpected }), { error: namesExpected })
        .optional(),
      packets: path('the path of the folder that --keep-packets writes').optional(),
    },
    {
      error: ({ code }) =>
        code === 'invalid_type' ? 'settings below this heading, indented: `name: value`' : undefined,
    },
  )
  .refine((given) => (given['certificate-file'] === undefined) === (given['key-file'] === undefined), {
    error: 'both certificate-file and key-file, or neither',
  })
  .nullish();

export function toServeSettings(given: z.infer<typeof serveSchema>, folder: string): ServeSettings {
  const standard = defaultServeSettings;
  const file = (name: string | undefined) => (name === undefined ? '' : resolve(folder, name));
  return {
    listen: String(given?.listen ?? standard.listen),
    certificate: file(given?.['certificate-file']),
    key: file(given?.['key-file']),
    insecure: given?.insecure ?? standard.insecure,
    hostNames: given?.['host-names'] ?? standard.hostNames,
    packets: file(given?.packets),
  };
}
