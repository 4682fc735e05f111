/** The page's files, in memory: what is not in this list does not exist, whatever a path looks like. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { packageFile } from '../signature/catalogue-paths.ts';

export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  /** RFC 9110 §8.8.3. */
  readonly tag: string;
}

/** Where `npm run build` puts it. */
export const pageDirectory = join(dirname(packageFile), 'dist', 'page');

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

/** By path: `/app.js`. @throws if the page was not built. */
export function readPage(directory: string = pageDirectory): ReadonlyMap<string, PageFile> {
  return new Map(
    readdirSync(directory).map((name) => {
      const bytes = new Uint8Array(readFileSync(join(directory, name)));
      const tag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
      return [`/${name}`, { bytes, contentType: contentTypes[extname(name)] ?? 'application/octet-stream', tag }];
    }),
  );
}

/** The views have addresses of their own, which the page reads itself. Undefined: there is no such file or view. */
export function pageFile(files: ReadonlyMap<string, PageFile>, path: string): PageFile | undefined {
  if (files.has(path)) return files.get(path);
  return views.test(path) ? files.get('/index.html') : undefined;
}

/** A range may be typed as it is: `/hunt/10.0.0.0/8`. */
const views =
  /^\/(?:(?:scans|timeline|map|hunt|incidents|scanners|signatures|coverage)(?:\/[A-Za-z0-9._:%-]{1,128})?|hunt\/[0-9A-Fa-f:][0-9A-Fa-f.:]{1,44}\/\d{1,3})?$/;

/** Who has mistyped an address in the browser's bar is answered by the page, which leads on from there. */
export function pageOfNothing(files: ReadonlyMap<string, PageFile>): Response {
  const { bytes, contentType } = files.get('/index.html')!;
  return new Response(bytes, { status: 404, headers: { 'content-type': contentType } });
}

export function pageResponse({ bytes, contentType, tag }: PageFile, ifNoneMatch: string | undefined): Response {
  // Asked for each time, sent only when it has changed: an update of the server is an update of the page.
  const headers = { 'content-type': contentType, 'cache-control': 'no-cache', etag: tag };
  return ifNoneMatch === tag ? new Response(null, { status: 304, headers }) : new Response(bytes, { headers });
}
