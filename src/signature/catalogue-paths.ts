/** Where the package and its catalogue lie: from a checkout, an installed package and the bundled command alike. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = packageRoot(dirname(fileURLToPath(import.meta.url)));

export const packageFile = join(root, 'package.json');

/** The signatures as people write them. */
export const signaturesDirectory = join(root, 'signatures');

/** The JSON Schema of a signature, for editors. */
export const schemaFile = join(signaturesDirectory, 'schema.json');

/** Revisions of the signatures' rules. */
export const revisionsFile = join(signaturesDirectory, 'revisions.json');

/** The signatures as the build step checked and wrote them: what the command loads. */
export const compiledCatalogue = join(root, 'dist', 'catalogue.json');

/** The same without examples: half as long, and all that detection needs. */
export const detectionCatalogue = join(root, 'dist', 'detection.json');

/** The folder above this file that has a package.json: how deep this file lies depends on whether it was bundled. */
function packageRoot(directory: string): string {
  if (existsSync(join(directory, 'package.json'))) return directory;
  const parent = dirname(directory);
  if (parent === directory) throw new Error('trespass is not installed whole: its package.json is missing');
  return packageRoot(parent);
}
