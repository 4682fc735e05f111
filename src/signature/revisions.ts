/** `signatures/revisions.json`: the revision of each signature, and a digest of what its rules said then. */

import { existsSync, readFileSync } from 'node:fs';

export type Revisions = Readonly<Record<string, { readonly hash: string; readonly rev: number }>>;

/** Empty if there is no such file. */
export function readRevisions(file: string): Revisions {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Revisions) : {};
}
