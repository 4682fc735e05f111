/** The compiled catalogue, as the command loads it: no YAML, no schema, checked when it was built. */

import { readFileSync } from 'node:fs';
import { compiledCatalogue, detectionCatalogue } from './catalogue-paths.ts';
import type { CompiledSignature } from './compile-signatures.ts';
import { readPrepared } from './prepared-catalogue.ts';

/** All signatures in the order of their ids. Throws if the build step has not run. */
export function loadCatalogue(file: string = compiledCatalogue): readonly CompiledSignature[] {
  return JSON.parse(readFileSync(file, 'utf8')) as CompiledSignature[];
}

/** The same with `hits`, `misses` and `seen` left empty: for detection, which starts sooner so. */
export function loadDetectionCatalogue(): readonly CompiledSignature[] {
  return readPrepared(detectionCatalogue);
}
