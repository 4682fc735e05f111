/** What coverage is counted from, besides the catalogue: two files in `coverage/`. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { packageFile } from '../signature/catalogue-paths.ts';

const directory = join(dirname(packageFile), 'coverage');

/** What Nmap can say and what is to be expected of it, written by people. */
export const expectationsFile = join(directory, 'nmap.yaml');

/** What the engine saw in each capture of real Nmap, written by `npm run coverage`. */
export const observedFile = join(directory, 'observed.json');

/** How something of Nmap can be told from other traffic; `coverage/nmap.yaml` explains each. */
export const recognitions = ['definitive', 'library', 'strong', 'sequence', 'indistinct', 'silent'] as const;
export type Recognition = (typeof recognitions)[number];

const expectation = z.strictObject({
  expected: z.enum(recognitions),
  /** Absent: both the packaged version and the current source have it. */
  only: z.enum(['packaged', 'source']).optional(),
  reason: z.string().optional(),
});

const expectations = z.strictObject({
  /** The versions that the captures are of. */
  packaged: z.string(),
  source: z.string(),
  scripts: z.record(z.string(), expectation),
  probes: z.record(z.string().regex(/^(tcp|udp)\//), expectation),
  packets: z.record(
    z.string(),
    expectation.extend({ capture: z.string(), signatures: z.array(z.string()).optional() }),
  ),
});

export type Expectation = z.infer<typeof expectation>;
export type Expectations = z.infer<typeof expectations>;

/** One capture of real Nmap. */
export interface Observation {
  /** What the command was made to show. */
  readonly scripts: readonly string[];
  /** `tcp/GetRequest`. */
  readonly probes: readonly string[];
  /** Those that were said inside TLS: what is seen of them is how Nmap begins it. */
  readonly insideTls?: readonly string[];
  /** Was service detection on, too? Its probes are then in the capture whatever the script does. */
  readonly serviceDetection: boolean;
  /** Did the scanner send anything above TCP, UDP, ICMP, or a frame that is not IP? */
  readonly says: boolean;
  readonly alert: boolean;
  /** Ids of the signatures that were seen, in order. */
  readonly signatures: readonly string[];
}

/** By the names of the captures. */
export type Observations = Readonly<Record<string, Observation>>;

export function readExpectations(file: string = expectationsFile): Expectations {
  return expectations.parse(parse(readFileSync(file, 'utf8')));
}

export function readObservations(file: string = observedFile): Observations {
  return JSON.parse(readFileSync(file, 'utf8')) as Observations;
}
