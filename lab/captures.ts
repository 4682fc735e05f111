/** The captures in the repository, and the record beside each. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { expectation } from './expectation.ts';
import { capturesFolder } from './repository.ts';

const groups = ['nmap', 'benign', 'other-scanner'];

const shape = z.strictObject({
  command: z.string(),
  from: z.string(),
  tools: z.array(z.string()),
  servers: z.array(z.string()),
  date: z.string().regex(/^\d{4}-\d\d-\d\d$/),
  /** Scripts and service probes that it covers. */
  scripts: z.array(z.string()).optional(),
  probes: z.array(z.string()).optional(),
  /** Service probes that it covers, said inside TLS. */
  'inside-tls': z.array(z.string()).optional(),
  bytes: z.array(z.string()).optional(),
  patterns: z.array(z.string()).optional(),
  note: z.string().optional(),
  expect: expectation,
});

export type CaptureRecord = z.infer<typeof shape>;

/** Every file, `group/name.extension`. */
export const captureFiles: readonly string[] = groups
  .filter((group) => existsSync(join(capturesFolder, group)))
  .flatMap((group) =>
    readdirSync(join(capturesFolder, group))
      .sort()
      .map((name) => `${group}/${name}`),
  );

/** Every capture, `group/name`. */
export const captureNames: readonly string[] = captureFiles
  .filter((file) => file.endsWith('.pcap'))
  .map((file) => file.slice(0, -'.pcap'.length));

export const capturePath = (name: string) => join(capturesFolder, `${name}.pcap`);
export const recordPath = (name: string) => join(capturesFolder, `${name}.yaml`);

/** Throws with the capture's name and every fault. */
export function readRecord(name: string): CaptureRecord {
  const read = shape.safeParse(parse(readFileSync(recordPath(name), 'utf8')));
  if (!read.success) throw new Error(`${name}.yaml: ${z.prettifyError(read.error)}`);
  return read.data;
}
