import { readFileSync } from 'node:fs';

/** Of the package. */
export function version(): string {
  // From a checkout and from an installed package alike: this file is dist/src/commands/version.js.
  const file = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
