/** Where the package lies: from a checkout, an installed package and the bundled command alike. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const packageRoot = above(dirname(fileURLToPath(import.meta.url)));

/** The folder above this file that has a package.json: how deep this file lies depends on whether it was bundled. */
function above(directory: string): string {
  if (existsSync(join(directory, 'package.json'))) return directory;
  const parent = dirname(directory);
  if (parent === directory) throw new Error('trespass is not installed whole: its package.json is missing');
  return above(parent);
}
