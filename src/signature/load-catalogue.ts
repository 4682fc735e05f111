/** The compiled catalogue, as the command loads it: no YAML, no schema, checked when it was built. */

import { readFileSync } from 'node:fs';
import { compiledCatalogue } from './catalogue-paths.ts';
import type { Signature } from './signature.ts';

/** All signatures, frozen, in the order of their ids. Throws if the build step has not run. */
export function loadCatalogue(file: string = compiledCatalogue): readonly Signature[] {
  return freeze(JSON.parse(readFileSync(file, 'utf8')) as Signature[]);
}

function freeze<Value extends object>(value: Value): Value {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) freeze(part);
  return Object.freeze(value);
}
