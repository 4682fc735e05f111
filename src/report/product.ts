/** How formats that ask for it are told who speaks. */

import { readFileSync } from 'node:fs';
import { packageFile } from '../signature/catalogue-paths.ts';

export interface Product {
  readonly vendor: string;
  readonly name: string;
  readonly version: string;
}

let known: Product | undefined;

/** Reads the version from package.json, once. */
export function product(): Product {
  known ??= { vendor: 'Trespass', name: 'Trespass', version: versionOf(readFileSync(packageFile, 'utf8')) };
  return known;
}

function versionOf(text: string): string {
  return (JSON.parse(text) as { version: string }).version;
}
