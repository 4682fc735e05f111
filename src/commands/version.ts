import { readFileSync } from 'node:fs';
import { packageFile } from '../signature/catalogue-paths.ts';

/** Of the package. */
export function version(): string {
  return (JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version;
}
