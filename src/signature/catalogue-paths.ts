/** Where the catalogue lies. */

import { join } from 'node:path';
import { packageRoot } from '../package-root.ts';

export const packageFile = join(packageRoot, 'package.json');

/** The signatures as people write them. */
export const signaturesDirectory = join(packageRoot, 'signatures');

/** The JSON Schema of a signature, for editors. */
export const schemaFile = join(signaturesDirectory, 'schema.json');

/** Revisions of the signatures' rules. */
export const revisionsFile = join(signaturesDirectory, 'revisions.json');

/** The signatures as the build step checked and wrote them: what the command loads. */
export const compiledCatalogue = join(packageRoot, 'dist', 'catalogue.json');

/** The same without examples, prepared for a start (prepared-catalogue.ts): all that detection needs. */
export const detectionCatalogue = join(packageRoot, 'dist', 'detection.jsonl');
